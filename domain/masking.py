"""A resident's words → the same words without what tells who somebody is.

Masking errs on the side of the resident: a contract's number that looks like a telephone number is lost to those who
work on the case, who find it in the papers; a telephone number that is missed is read by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from domain.surnames import SURNAMES, is_name
from domain.uscc import check_uscc

_PUNCTUATION = "，；：？！"
# Only what numbers, plates and addresses are written with; punctuation stays as it was typed.
_HALF_WIDTH = {
    **{
        ord(c): unicodedata.normalize("NFKC", c)
        for c in map(chr, range(0xFF08, 0xFF5B))
        if c not in _PUNCTUATION
    },
    **dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF], None),
}
_GAP = r"[\s.\-–—·•/_()]{0,3}"
_SPOKEN = "一二三四五六七八九零〇幺两壹贰叁肆伍陆柒捌玖洞拐勾"
_SPOKEN_GAP = r"[\s，,、.\-]{0,2}"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_UNITS = r"\s*(?:\.\d+)?\s*[元块万亿户人平米吨斤股份件%]"
_DAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATED = r"(?:19|20)\d\d[.\-/]\d{1,2}[.\-/]\d{1,2}"
_ORGANISATION = r"[0-9A-Z]{18}(?![0-9A-Z])"
_SERVICE = r"[48]00\d{7}"
_ACCOUNT = r"(?i:微信号?|威信|薇信|weixin|wx|vx|加我?v|抖音号?|快手号?|支付宝账?号?)"
_IDENTITY_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_IDENTITY_CHECKS = "10X98765432"

Replacement = str | Callable[[re.Match[str]], str]


def _long_number(found: re.Match[str]) -> str:
    """15 to 19 digits: an identity number by its check digit, else a card's. An organisation's code may stay."""
    plain = re.sub(r"\D", "", found[0][:-1]) + found[0][-1].upper()
    if len(plain) == 18 and _is_identity(plain):
        return "〔身份证号〕"
    if len(plain) == 18 and not check_uscc(plain).faults:
        return found[0]
    return "〔身份证号〕" if plain.endswith("X") else "〔卡号〕"


def _is_identity(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_IDENTITY_WEIGHTS, number, strict=False))
    return number[-1] == _IDENTITY_CHECKS[total % 11]


_NUMBERS: tuple[tuple[str, Replacement], ...] = (
    (r"[A-Za-z0-9._%+-]{1,64}\s?@\s?[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,20}){1,4}", "〔邮箱〕"),
    (rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![0-9A-Za-z])", _long_number),
    (
        rf"(?<!\d)(?:\(?(?:\+|00)?86\)?{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)",
        "〔手机号〕",
    ),
    (r"(?<!\d)(?:\+|00)[1-9]\d{0,2}(?:[\s\-()]{0,2}\d){7,12}(?!\d)", "〔电话〕"),
    (rf"(?<![0-9A-Za-z])(?!{_DATED})\d(?:{_GAP}\d){{14,18}}(?![0-9A-Za-z])", _long_number),
    (r"(?<!\d)\(?0\d{2,3}\)?[-\s]?\d{3,4}[-\s]?\d{4}(?:转\d{1,5}|(?!\d))", "〔电话〕"),
    (r"((?:电话|座机|联系|致电|拨打?|传真)[^\d\n]{0,4})[2-8]\d{2,3}[-\s]?\d{4}(?!\d)", r"\1〔电话〕"),
    (r"(?i:(?<![A-Z0-9])(?:E[A-Z]?|[GDSPH])\d{7,8}(?!\d))", "〔证件号〕"),
    (rf"[{_SPOKEN}](?:{_SPOKEN_GAP}[{_SPOKEN}]){{10}}(?!{_SPOKEN_GAP}[{_SPOKEN}])", "〔手机号〕"),
    (rf"[1一幺壹洞][0-9{_SPOKEN}]{{10}}(?![0-9{_SPOKEN}])", "〔手机号〕"),
    (rf"[{_SPOKEN}](?:{_SPOKEN_GAP}[{_SPOKEN}]){{10,}}|[{_SPOKEN}]{{7,}}", "〔号码〕"),
    (
        rf"(?i:[{_PROVINCES}][A-Z][\s·\-]?(?=[A-Z0-9]*\d[A-Z0-9]*\d)[A-HJ-NP-Z0-9]{{4,6}}[警学挂港澳领使]?)",
        "〔车牌〕",
    ),
    (
        rf"({_ACCOUNT}[是为:：\s]{{0,3}})(?=[A-Za-z0-9_-]*[0-9_-]|[a-z]{{6}})[A-Za-z][A-Za-z0-9_-]{{4,19}}",
        r"\1〔账号〕",
    ),
    (r"((?i:qq|扣扣)号?[是为:：\s]{0,3})\d{5,11}", r"\1〔账号〕"),
    (rf"(?<![\d.])(?!{_DAY}(?!\d)|{_SERVICE}(?!\d)|{_ORGANISATION}|\d+{_UNITS})\d{{7,}}(?!\d)", "〔号码〕"),
)


_N = r"(?:\d{1,4}|[一二三四五六七八九十百〇零]{1,4})"
_BUILDING = rf"(?:{_N}(?:号楼|#楼|[栋幢])|[A-Za-z]座)"
_STAIRS = rf"(?:第?{_N}单元|[东西南北中]单元)"
_ROOM = rf"(?:{_N}[层楼])?(?:[东西南北中]户|{_N}(?:[室号户]|(?![\d元万块天年月日个次人户楼层单])))"
_ESTATE = r"(?:[\u4e00-\u9fff]{2,4}(?:小区|花园|家园|嘉园|佳苑|公寓|新村|庄园|华府|苑)\s?)"
_VILLAGE = r"[\u4e00-\u9fff]{2,4}(?:村|嘎查)"
_HOMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ESTATE}?{_BUILDING}{_STAIRS}?{_ROOM}",
        rf"{_ESTATE}?{_BUILDING}{_STAIRS}",
        rf"{_ESTATE}{_BUILDING}",
        rf"{_ESTATE}?{_STAIRS}(?:{_ROOM})?",
        rf"{_ESTATE}\d{{1,3}}-\d{{1,2}}-\d{{2,4}}",
        rf"{_VILLAGE}{_N}[组队社](?:{_N}号)?",
    )
)
_DOOR = rf"{_N}(?:号院|号楼|号|[栋幢组队室户]|单元)"
_LIVES = re.compile(
    r"((?:家住|我家?住在?|住在|住址|地址|现住|户籍地?|我家在?)[是为在:：]{0,2}\s?)"
    rf"(?!〔)[^，,。；;！!？?\s〔〕]{{0,24}}?{_DOOR}(?:[-\s]?{_DOOR})*"
)
_DOOR_NUMBER = re.compile(r"((?:房号|门牌号|房间号)[是为:：\s]{0,2})[A-Za-z0-9][A-Za-z0-9\-]{1,11}")
_BOUNDARY = r"(?=[,，。.、;；:：!！?？()（）\s〔]|\d|女|男|电话|手机|身份|住|要|想|被|说|$)"
_CALLED = re.compile(
    r"(?:我叫|本人叫|名叫|名字[是叫]|姓名[是:： ]?)(?P<name>[\u4e00-\u9fff]{2,4}?)" + _BOUNDARY
)
_SELF = re.compile(
    r"(?:我是|本人|投诉人|举报人|反映人|申请人|联系人|当事人|诉求人|户主|业主|签名|署名)[是为:： ]{0,2}"
    r"(?P<name>[\u4e00-\u9fff]{2,4}?)" + _BOUNDARY
)
_BESIDE_NUMBER = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<name>[{SURNAMES}][\u4e00-\u9fff]{{1,2}})"
    r"(?=[\s,，:：]{0,2}〔(?:手机号|电话|身份证号)〕)"
)
_OTHERS = re.compile(r"(?<=叫)(?P<name>[\u4e00-\u9fff]{2,3})(?=[,，。. ]|$)")
_RULES = tuple((re.compile(pattern), word) for pattern, word in _NUMBERS)


def mask_story(text: str, own: tuple[str, ...]) -> str:
    """A complaint's text for those who work on it: also without homes, and without the complainant's ``own`` name
    and number, however they are written in it."""
    text = text.translate(_HALF_WIDTH)
    named = told_names(text) | {word for word in own if len(word) > 1}
    for word in sorted(named, key=len, reverse=True):
        text = text.replace(word, "〔本人〕")
    for pattern in _HOMES:
        text = pattern.sub("〔住址〕", text)
    for pattern in (_LIVES, _DOOR_NUMBER):
        text = pattern.sub(r"\1〔住址〕", text)
    return mask(text)


def told_names(text: str) -> frozenset[str]:
    """The names under which somebody speaks of themselves in ``text``."""
    called = {found["name"] for found in _CALLED.finditer(text)}
    return frozenset(called | {found["name"] for found in _SELF.finditer(text) if is_name(found["name"])})


def mask(text: str) -> str:
    """Replace numbers and names that identify a person; the rest stays as it was said."""
    text = text.translate(_HALF_WIDTH)
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    text = _CALLED.sub(lambda found: found[0].replace(found["name"], "〔姓名〕"), text)
    for pattern in (_BESIDE_NUMBER, _OTHERS):
        text = pattern.sub(lambda found: "〔姓名〕" if is_name(found["name"]) else found[0], text)
    return text
