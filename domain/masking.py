"""A resident's words → the same words without what tells who somebody is."""

from __future__ import annotations

import re
import unicodedata

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}\d{7}[\dXx](?![0-9A-Za-z])"), "〔身份证号〕"),
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])"), "〔身份证号〕"),
    (re.compile(r"(?:\+?86[-\s]?)?(?<!\d)1[3-9]\d(?:[-\s]?\d{4}){2}(?!\d)"), "〔手机号〕"),
    (re.compile(r"(?<!\d)0\d{2,3}[-\s]?\d{7,8}(?!\d)"), "〔电话〕"),
    (re.compile(r"(?<!\d)(?:\d[-\s]?){15,18}\d(?!\d)"), "〔卡号〕"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"), "〔邮箱〕"),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]·?[A-HJ-NP-Z0-9]{5,6}"
        ),
        "〔车牌〕",
    ),
    (re.compile(r"(?<=我叫)[\u4e00-\u9fff]{2,4}(?=[，。,. ]|$)"), "〔姓名〕"),
    (re.compile(r"(?<=(?:名字|姓名)[是叫:：])[\u4e00-\u9fff]{2,4}"), "〔姓名〕"),
    (re.compile(r"(?:微信号?|QQ|qq)[是:：\s]*[A-Za-z0-9_-]{5,20}"), "〔账号〕"),
)


def mask(text: str) -> str:
    """Replace numbers and names that identify a person; the rest stays as it was said."""
    text = unicodedata.normalize("NFKC", text)
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text
