"""A resident's words → the same words without what tells who somebody is."""

from __future__ import annotations

import re
import unicodedata

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_GAP = r"[\s.\-·()]?"
_SPOKEN = "一二三四五六七八九零〇幺两"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![0-9A-Za-z])"), "〔身份证号〕"),
    (re.compile(rf"(?:\+?86[-\s]?)?(?<!\d)1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)"), "〔手机号〕"),
    (re.compile(rf"[{_SPOKEN}]{{11}}"), "〔手机号〕"),
    (re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{14,18}}(?!\d)"), "〔卡号〕"),
    (re.compile(r"(?<!\d)\(?0\d{2,3}\)?[-\s]?\d{3,4}[-\s]?\d{4}(?!\d)"), "〔电话〕"),
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,64}\.[A-Za-z]{2,10}"), "〔邮箱〕"),
    (re.compile(rf"[{_PROVINCES}][A-Z]·?[A-HJ-NP-Z0-9]{{5,6}}"), "〔车牌〕"),
    (re.compile(r"(?<=叫)[\u4e00-\u9fff]{2,3}(?=[,。. ]|$|想|要|说|被|在|的)"), "〔姓名〕"),
    (re.compile(r"(?<=(?:名字|姓名)[是叫:])[\u4e00-\u9fff]{2,4}"), "〔姓名〕"),
    (re.compile(r"(?:微信号?|wx|QQ号?|qq号?)[是:\s]{0,3}[A-Za-z0-9_-]{5,20}"), "〔账号〕"),
    (re.compile(r"(?<!\d)\d{7,}(?!\d)"), "〔号码〕"),
)


def mask(text: str) -> str:
    """Replace numbers and names that identify a person; the rest stays as it was said."""
    text = unicodedata.normalize("NFKC", text)
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text
