"""处罚决定2026年3月5号公示到什么时候 → when repair may be asked for, when disclosure ends."""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType

from domain import targets
from domain.clock import chinese_date
from domain.credit_repair import RULES, Kind, Record, judge
from domain.dates import Unclear, add_months
from domain.numerals import read_number
from domain.replies import Paragraph, ReplyKind, Span, plain
from handlers.turn import Outcome, Turn, said
from services.recognise import EndQuestion, asked_end

CIVIL_CODE = "min-fa-dian"

_GENERAL = MappingProxyType(
    {
        Kind.MINOR: "disclosure_end.minor",
        Kind.GENERAL: "disclosure_end.general",
        Kind.SERIOUS: "disclosure_end.serious",
    }
)
_MARKET = MappingProxyType(
    {
        Kind.MARKET_SMALL_FINE: "disclosure_end.market_small",
        Kind.MARKET_GENERAL: "disclosure_end.market_general",
        Kind.MARKET_KEY_FIELD: "disclosure_end.market_key_field",
        Kind.MARKET_RESTRICTED: "disclosure_end.market_restricted",
        Kind.MARKET_REVOKED: "disclosure_end.market_revoked",
    }
)
_LISTED = MappingProxyType({Kind.MARKET_BLACKLIST: "disclosure_end.market_blacklist"})
_MARKET_TIERS = MappingProxyType(
    {
        Kind.MINOR: (Kind.MARKET_SMALL_FINE,),
        Kind.GENERAL: (Kind.MARKET_GENERAL,),
        Kind.SERIOUS: (Kind.MARKET_KEY_FIELD, Kind.MARKET_RESTRICTED, Kind.MARKET_REVOKED),
    }
)


def handle(turn: Turn) -> Outcome:
    """Count from the decision's day; without all pieces, say how to ask."""
    asked = asked_end(turn.text, turn.today)
    if not asked:
        return said(turn, ReplyKind.ANSWER, *turn.texts.paragraphs("disclosure_end.how"))
    day = asked.decided.day
    if day is None:
        is_month = asked.decided.unclear is Unclear.NO_DAY
        key = "disclosure_end.ask_day" if is_month else "disclosure_end.no_such_day"
        return said(turn, ReplyKind.ANSWER, turn.texts.paragraph(key))
    if asked.months:
        return said(turn, ReplyKind.ANSWER, *_full(turn, day, asked.months))
    if day > turn.today:
        start = chinese_date(day)
        return said(turn, ReplyKind.ANSWER, turn.texts.paragraph("disclosure_end.not_yet", start=start))
    return said(turn, ReplyKind.ANSWER, *_tiers(turn, asked, day))


def _full(turn: Turn, start: date, months: int) -> tuple[Paragraph, ...]:
    """满N个月: the last day of the period, and the day from which it is over."""
    end = add_months(start, months)
    period = f"{months // 12}年" if months % 12 == 0 else f"{months}个月"
    following = chinese_date(end + timedelta(days=1))
    result = turn.texts.paragraphs(
        "disclosure_end.full", start=chinese_date(start), period=period, day=chinese_date(end), next=following
    )
    civil_code = turn.library.documents[CIVIL_CODE]
    basis = turn.texts.line("disclosure_end.counting_basis", title=civil_code.title)
    caveat = turn.texts.line("disclosure_end.caveat")
    return (*result, turn.texts.paragraph("disclosure_end.counted"), plain(f"{basis}\n{caveat}"))


def _tiers(turn: Turn, asked: EndQuestion, day: date) -> tuple[Paragraph, ...]:
    """The lines of every kind it may be, how they were counted, what else is needed, the basis."""
    keys = _keys(asked)
    start = chinese_date(day)
    lead = turn.texts.line(_lead(asked), start=start)
    lines = [_line(turn, kind, key, day) for kind, key in keys.items()]
    is_general = keys.keys() <= _GENERAL.keys()
    return (
        plain("\n".join((lead, *lines))),
        turn.texts.paragraph("disclosure_end.counted"),
        plain("\n".join(map(turn.texts.line, _conditions(keys)))),
        *((_market_link(turn, start),) if is_general else ()),
        plain(f"{_basis(turn, tuple(keys))}\n{turn.texts.line('disclosure_end.caveat')}"),
    )


def _market_link(turn: Turn, start: str) -> Paragraph:
    """A touch asks the same of the finer kinds of market regulation."""
    asked = turn.texts.line("disclosure_end.market_asked", start=start)
    link = Span(turn.texts.line("disclosure_end.market_link"), targets.say(asked))
    return Paragraph((Span(turn.texts.line("disclosure_end.market_more")), link))


def _lead(asked: EndQuestion) -> str:
    if asked.kind is Kind.MARKET_BLACKLIST:
        return "disclosure_end.lead_listed"
    return "disclosure_end.lead_tier" if asked.kind else "disclosure_end.lead"


def _conditions(keys: dict[Kind, str]) -> tuple[str, str]:
    if keys.keys() <= _GENERAL.keys():
        return "disclosure_end.conditions", "disclosure_end.unfulfilled"
    if keys.keys() <= _LISTED.keys():
        return "disclosure_end.conditions_listed", "disclosure_end.market_start"
    return "disclosure_end.conditions_market", "disclosure_end.market_start"


def _keys(asked: EndQuestion) -> dict[Kind, str]:
    """The kinds to tell of, and their sentences: all of the field's, or those of the tier that was named."""
    if asked.kind is Kind.MARKET_BLACKLIST:
        return dict(_LISTED)
    if asked.is_market:
        wanted = _MARKET_TIERS[asked.kind] if asked.kind else tuple(_MARKET)
        return {kind: _MARKET[kind] for kind in wanted}
    return {kind: key for kind, key in _GENERAL.items() if asked.kind in {None, kind}}


def _line(turn: Turn, kind: Kind, key: str, day: date) -> str:
    """One kind: 能申请的日子, 停止的日子. A restriction is taken as over by then; the sentence says so."""
    verdict = judge(Record(kind, day, True, day), turn.today)
    assert verdict.ends_on
    past = turn.texts.line("disclosure_end.past") if verdict.has_ended else ""
    applies = chinese_date(verdict.may_apply_on) if verdict.may_apply_on else ""
    return turn.texts.line(key, applies=applies, ends=chinese_date(verdict.ends_on) + past)


def _basis(turn: Turn, kinds: tuple[Kind, ...]) -> str:
    """The main document, and the articles of all that was told."""
    citations = [RULES[kind].basis[0] for kind in kinds]
    document = turn.library.documents[citations[0].document]
    articles = {article for citation in citations for article in citation.article.split("、")}
    told = "、".join(sorted(articles, key=lambda article: read_number(article[1:-1]) or 0))
    return turn.texts.line("disclosure_end.basis", title=document.title, number=document.number, article=told)
