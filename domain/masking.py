"""A resident's words → the same words without what tells who somebody is."""

from __future__ import annotations

import re
import unicodedata

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_GAP = r"[\s.\-·()]?"
_SPOKEN = "一二三四五六七八九零〇幺两"

_PUNCTUATION = "，；：？！"
# Only what numbers, plates and addresses are written with; punctuation stays as it was typed.
_HALF_WIDTH = {
    ord(c): unicodedata.normalize("NFKC", c) for c in map(chr, range(0xFF08, 0xFF5B)) if c not in _PUNCTUATION
}

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![0-9A-Za-z])"), "〔身份证号〕"),
    (re.compile(rf"(?:\+?86[-\s]?)?(?<!\d)1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)"), "〔手机号〕"),
    (re.compile(rf"[{_SPOKEN}]{{11}}"), "〔手机号〕"),
    (re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{14,18}}(?!\d)"), "〔卡号〕"),
    (re.compile(r"(?<!\d)\(?0\d{2,3}\)?[-\s]?\d{3,4}[-\s]?\d{4}(?!\d)"), "〔电话〕"),
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,64}\.[A-Za-z]{2,10}"), "〔邮箱〕"),
    (re.compile(rf"[{_PROVINCES}][A-Z]·?[A-HJ-NP-Z0-9]{{5,6}}"), "〔车牌〕"),
    (re.compile(r"(?<=叫)[\u4e00-\u9fff]{2,3}(?=[,，。. ]|$|想|要|说|被|在|的)"), "〔姓名〕"),
    (re.compile(r"(?<=(?:名字|姓名)[是叫:])[\u4e00-\u9fff]{2,4}"), "〔姓名〕"),
    (re.compile(r"(?:微信号?|wx|QQ号?|qq号?)[是:\s]{0,3}[A-Za-z0-9_-]{5,20}"), "〔账号〕"),
    (re.compile(r"(?<!\d)\d{7,}(?!\d)"), "〔号码〕"),
)


_HOME = re.compile(r"\d{1,4}号?[楼栋幢](?:\d{1,2}单元)?(?:\d{1,4}[室号户]?)?|\d{1,2}单元\d{1,4}[室号户]?")
_SELF = re.compile(
    r"(?:我叫|我是|本人|姓名|名字是?)[:： ]?(?P<name>[\u4e00-\u9fff]{2,4})(?=[,，。.、;； ]|$)"
)


def mask_story(text: str, own: tuple[str, ...]) -> str:
    """A complaint's text for those who work on it: also without homes, and without the complainant's ``own`` name
    and number, however they are written in it."""
    named = {found["name"] for found in _SELF.finditer(text)} | {word for word in own if len(word) > 1}
    for word in sorted(named, key=len, reverse=True):
        text = text.replace(word, "〔本人〕")
    return _HOME.sub("〔住址〕", mask(text))


def mask(text: str) -> str:
    """Replace numbers and names that identify a person; the rest stays as it was said."""
    text = text.translate(_HALF_WIDTH)
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text
