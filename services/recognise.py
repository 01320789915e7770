"""A message that holds all the pieces of a small sum → the tool for it; less goes on to the matcher."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from domain import targets
from domain.credit_repair import Kind
from domain.dates import DateRead, Unclear, clean, read_date
from domain.numerals import NUMERAL, read_number
from domain.uscc import LENGTH, looks_like_identity_number, tidy

SOON_DAYS = 60  # 12月1号, said in November, is the one that comes
MOST_WORKDAYS = 999
MOST_MONTHS = 120


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words))


_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z](?:[ \-]?[0-9A-Za-z]){9,23}(?![0-9A-Za-z])")
_SOLID = re.compile(rf"(?<![0-9A-Za-z])[0-9A-Za-z]{{{LENGTH}}}(?![0-9A-Za-z])")
_CODE_WORDS = _any("代码", "校验", "信用码", "税号")
_NEARLY = re.compile(r"9[123][0-9A-Z]{14,18}")  # a whole message that begins like one: a slip, to be told of
_FEWEST_DIGITS = 8

_WORKDAY = "工作[日天]"
_WORKDAYS = re.compile(rf"(?<![\d.{NUMERAL}])第?(?P<n>\d{{1,3}}|[{NUMERAL}]{{1,5}})个?{_WORKDAY}")
_WHEN = ("哪一?[天日]", "几号", "几时", "什么时候", "啥时候", "何时", "到期", "截止")
_IN = _any("从", "再?过", "再", "等")
_FROM_NOW = re.compile(rf"(?:{_IN.pattern})?,(?:[之以]?后)?是?(?:{_any(*_WHEN).pattern})[呢啊?]*")
_WORKDAY_ASKED = _any(*_WHEN, "起", "从", "后", "算")
_IN_TROUBLE = _any("怎么办", "咋办", "没", "未", "还不", "找谁", "为什么", "为啥", "凭什么")
_NOW = _any("今[天日儿]", "现在", "即日")

_SHOWN = _any("公示", "罚", "列严", "严重违法")
_OTHER_LISTS = _any(
    *("执行", "老赖", "限高", "征信", "逾期", "贷款", "信用卡", "欠薪", "税", "异常", "投诉", "举报", "政策")
)
_WHERE_IT_BEGINS = _any("起算", "从哪")
_LATER = _any("交(?![警通管])", "缴", "履行", "改", "挂", "上网", "收到", "送达", "公示[的了,]")
_DONE_THEN = re.compile(rf"[^,。;罚决判公\d]{{0,4}}(?:{_LATER.pattern})")
_ENDED = _any(*_WHEN, "多久", "多长", "期满", "为止", "结束", "能修", "申请修")
_AROUND_A_DAY = _any(
    *(
        "算",
        "公示期",
        "几号到期",
        "到期日",
        "处罚",
        "决定",
        "罚",
        "作出",
        "下",
        "那天",
        "我",
        "是",
        "就",
        "的",
    ),
    r"[,。:;?]",
)
_ONLY_A_DAY = re.compile(rf"(?:{_AROUND_A_DAY.pattern})*")
_IN_NUMBERS = _any("月", r"\d{4}")
_FULL = re.compile(rf"满(?P<n>\d{{1,3}}|[{NUMERAL}]{{1,3}}|半)个?(?P<unit>月|年)")
_MARKET = _any("市监", "市场监管", "工商", "药监")
_TIERS = (
    (_any("轻微"), Kind.MINOR),
    (_any(*("一般" + word for word in ("失信", "处罚", "行政", "违法", "档"))), Kind.GENERAL),
    (_any("严重(?!违法)"), Kind.SERIOUS),
    (_any("严重违法", "列严"), Kind.MARKET_BLACKLIST),
)


@dataclass(frozen=True, slots=True)
class WorkdayQuestion:
    """第 ``count`` 个工作日 after ``start``; ``start.day`` None: its words name no day."""

    start: DateRead
    count: int


@dataclass(frozen=True, slots=True)
class EndQuestion:
    """When is a period over that began on ``decided``? ``months``: 满N个月; ``kind``: the tier, if said."""

    decided: DateRead
    months: int | None = None
    kind: Kind | None = None
    is_market: bool = False


def recognise(text: str, today: date) -> str | None:
    """The tool that ``text`` holds everything for, if any."""
    if asked_code(text):
        return targets.intent("check_uscc")
    if asked_workday(text, today):
        return targets.intent("workday_after")
    if asked_end(text, today):
        return targets.intent("disclosure_end")
    return None


def asked_code(text: str) -> str | None:
    """What is to be checked as a 统一社会信用代码: 18 characters like one, or what is called so.

    A resident's identity number counts only when it is all that was sent, so that it can be refused.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    is_named = bool(_CODE_WORDS.search(plain))
    found = _SOLID.search(plain) or (_RUN.search(plain) if is_named else _RUN.fullmatch(plain))
    if not found or sum(map(str.isdecimal, found[0])) < _FEWEST_DIGITS:
        return None
    code = tidy(found[0])
    if not is_named and len(code) != LENGTH and not (found[0] == plain and _NEARLY.fullmatch(code)):
        return None
    if looks_like_identity_number(code) and not is_named and found[0] != plain:
        return None
    return code


def asked_workday(text: str, today: date) -> WorkdayQuestion | None:
    """今天起第10个工作日是哪天, 3月5号后15个工作日: a number of working days and the day they begin after."""
    bare = clean(text)
    found = _WORKDAYS.search(bare)
    count = read_number(found["n"]) if found else None
    if not found or not count or not 1 <= count <= MOST_WORKDAYS:
        return None
    rest = bare[: found.start()] + "," + bare[found.end() :]
    start = read_date(rest, today, SOON_DAYS)
    if start.unclear is Unclear.NO_DATE:
        start = DateRead(today) if _NOW.search(rest) or _FROM_NOW.fullmatch(rest) else start
    if start.unclear is Unclear.NO_DATE or not _WORKDAY_ASKED.search(rest) or _IN_TROUBLE.search(rest):
        return None
    return WorkdayQuestion(start, count)


def asked_end(text: str, today: date) -> EndQuestion | None:
    """处罚决定2026年3月5号公示到什么时候, 3月5号满三个月是哪天: a date, and the end of a period."""
    bare = clean(text)
    if only := _only_a_day(bare, today):
        return EndQuestion(only)
    full = _FULL.search(bare)
    months = _months(full)
    is_disclosure = _SHOWN.search(bare) and _ENDED.search(bare) and not _OTHER_LISTS.search(bare)
    if _WHERE_IT_BEGINS.search(bare) or not (months or is_disclosure):
        return None
    rest = bare[: full.start()] + "," + bare[full.end() :] if full else bare
    decided = _decided(rest, today)
    if decided.unclear is Unclear.NO_DATE:
        return None
    kinds = [kind for words, kind in _TIERS if words.search(bare)]
    return EndQuestion(decided, months, kinds[0] if len(kinds) == 1 else None, bool(_MARKET.search(bare)))


def _months(full: re.Match[str] | None) -> int | None:
    if not full:
        return None
    per_unit = 12 if full["unit"] == "年" else 1
    number = 0.5 if full["n"] == "半" else read_number(full["n"])
    months = int(number * per_unit) if number else 0
    return months if 1 <= months <= MOST_MONTHS else None


def _only_a_day(text: str, today: date) -> DateRead | None:
    """A message that is a day and no more: 算公示期 was answered with the question for it."""
    read = read_date(text, today)
    rest = text[: read.start] + text[read.end :]
    is_only = _IN_NUMBERS.search(text[read.start : read.end]) and _ONLY_A_DAY.fullmatch(rest)
    return read if read.day and is_only else None


def _decided(text: str, today: date) -> DateRead:
    """The first date that is the decision's: neither of what came later (3月5号交的罚款), nor of asking."""
    read = read_date(text, today)
    while read.unclear is not Unclear.NO_DATE and not _is_of_decision(text, read):
        text = text[: read.start] + "," + text[read.end :]
        read = read_date(text, today)
    return read


def _is_of_decision(text: str, read: DateRead) -> bool:
    is_now = read.day is not None and _NOW.fullmatch(text[read.start : read.end])
    return not is_now and not _DONE_THEN.match(text, read.end)
