"""A record, its day and whether it was made good → when repair may be asked for, when disclosure ends.

Days are counted as 民法典第二百零一条、第二百零二条 count: the first day is not counted, the last day of a
period of months is the same day of a later month (or that month's last day). 满3个月 is over when that last
day is over (第二百零三条: at midnight), so an application is possible from the day after it. What the sources
do not settle is not decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from domain.dates import add_months
from domain.entries import Citation
from domain.labels import Labelled


class Kind(Labelled):
    """What sort of record it is: the three general tiers, or the finer kinds of market regulation."""

    MINOR = "minor", "轻微失信"
    GENERAL = "general", "一般失信"
    SERIOUS = "serious", "严重失信"
    MARKET_WARNING = "market_warning", "只受警告"
    MARKET_REPRIMAND = "market_reprimand", "只受通报批评"
    MARKET_SMALL_FINE = "market_small_fine", "只受较低数额罚款"
    MARKET_GENERAL = "market_general", "一般处罚"
    MARKET_KEY_FIELD = "market_key_field", "重点领域处罚"
    MARKET_RESTRICTED = "market_restricted", "限制经营、停产停业、限制从业"
    MARKET_REVOKED = "market_revoked", "吊销、降低资质、责令关闭"
    MARKET_BLACKLIST = "market_blacklist", "严重违法失信名单"
    LICENCE_SUSPENDED = "licence_suspended", "暂扣许可证件"


class Way(Labelled):
    """How a record comes to its end."""

    NOT_SHOWN = "not_shown", "不公示"
    WHEN_FULFILLED = "when_fulfilled", "履行完就能申请"
    AFTER_WAIT = "after_wait", "满最短公示期才能申请"
    BY_ITSELF = "by_itself", "到期自动停止公示，不用申请"
    ONLY_AT_END = "only_at_end", "不能提前，等公示期满"
    SEE_NOTICE = "see_notice", "看信用修复告知书"


class Need(Labelled):
    """What is still missing before an application can be made."""

    FULFIL = "fulfil", "改正并履行完义务"
    WAIT = "wait", "等满最短公示期"
    RESTRICTION = "restriction", "等限制期满"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the documents say of one kind. Months are counted from the decision; None: no such limit.

    ``ends_anyway``: no condition stands in the rule for disclosure to end. ``names_first_day``: the rule
    itself says from which day to count; 107号令 does not, there the disclosure system has the last word
    (F1.09). ``is_restriction``: the penalty restricts, so its last day must be known; ``heeds_restriction``:
    a restriction may go with it.
    """

    kind: Kind
    way: Way
    basis: tuple[Citation, ...]
    wait_months: int | None = None
    end_months: int | None = None
    ends_anyway: bool = True
    names_first_day: bool = False
    is_restriction: bool = False
    heeds_restriction: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """``restricted_until``: last day of a restriction, where the rule speaks of one; None: unknown, none."""

    kind: Kind
    decided_on: date
    is_fulfilled: bool
    restricted_until: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows for one record, as it stands today.

    ``may_apply_on``: first day on which an application is possible (None: no early way, none needed, or not
    known). ``ends_on``: last day shown (None: never shown, or not known). ``wait_ends_on``: last day of the
    shortest disclosure. ``is_end_certain`` False: duties are open, so the trade's own rules decide what comes
    after ``ends_on``.
    """

    rule: Rule
    may_apply_on: date | None
    ends_on: date | None
    wait_ends_on: date | None
    needs: tuple[Need, ...]
    is_end_certain: bool
    has_ended: bool

    @property
    def may_apply_now(self) -> bool:
        """Whether nothing is missing today for an application that still makes sense."""
        return self.may_apply_on is not None and not self.needs and not self.has_ended


_GENERAL_RULE = (Citation("order-36", "第二章"), Citation("guobanfa-2025-22", "第二条"))


def _market(article: str) -> tuple[Citation, ...]:
    return Citation("order-107", article), Citation("order-45", "第十三条至第十五条")


RULES = MappingProxyType(
    {
        rule.kind: rule
        for rule in (
            # F1.06: not shown in principle; where it must be, at most 3 months; no shortest time.
            Rule(Kind.MINOR, Way.WHEN_FULFILLED, _GENERAL_RULE, None, 3, False, True),
            # F1.07, F1.09: 3 months to 1 year; at its end it stops, unless duties are still open.
            Rule(Kind.GENERAL, Way.AFTER_WAIT, _GENERAL_RULE, 3, 12, False, True),
            # F1.08, F1.09: 1 to 3 years.
            Rule(Kind.SERIOUS, Way.AFTER_WAIT, _GENERAL_RULE, 12, 36, False, True),
            # F1.23, 107号令 article 7: a mere warning is not shown.
            Rule(Kind.MARKET_WARNING, Way.NOT_SHOWN, _market("第七条")),
            # F1.23, article 7: a mere reprimand or small fine stops by itself after 3 months.
            Rule(Kind.MARKET_REPRIMAND, Way.BY_ITSELF, _market("第七条"), None, 3),
            Rule(Kind.MARKET_SMALL_FINE, Way.BY_ITSELF, _market("第七条"), None, 3),
            # F1.23, article 9: whatever is neither minor nor serious: 3 months to 1 year.
            Rule(Kind.MARKET_GENERAL, Way.AFTER_WAIT, _market("第九条"), 3, 12),
            # F1.23, articles 8, 9: food, drugs, devices, cosmetics, special equipment, key products: 1–3.
            Rule(Kind.MARKET_KEY_FIELD, Way.AFTER_WAIT, _market("第八条、第九条"), 12, 36),
            # F1.23, articles 8, 9: 1 year and the restriction over; if longer than 3 years, until it ends.
            Rule(
                Kind.MARKET_RESTRICTED,
                Way.AFTER_WAIT,
                _market("第八条、第九条"),
                12,
                36,
                is_restriction=True,
            ),
            # F1.23, articles 8, 9: no early way; 3 years.
            Rule(Kind.MARKET_REVOKED, Way.ONLY_AT_END, _market("第八条、第九条"), None, 36),
            # F4.09, 107号令 articles 8, 13, 44号令 article 16: 1–3 years, not before measures are over.
            Rule(
                Kind.MARKET_BLACKLIST,
                Way.AFTER_WAIT,
                (Citation("order-107", "第八条、第十三条"), Citation("order-44", "第十六条")),
                12,
                36,
                heeds_restriction=True,
            ),
            # F1.08: its tier in 36号令 was not read in the text itself, so nothing is counted.
            Rule(Kind.LICENCE_SUSPENDED, Way.SEE_NOTICE, _GENERAL_RULE, ends_anyway=False),
        )
    }
)


def judge(record: Record, today: date) -> Verdict:
    """Apply the rule of ``record.kind``. Pure; ``today`` decides only what is needed now and what is over."""
    rule = RULES[record.kind]
    wait = _after(record.decided_on, rule.wait_months)
    ends = _end(rule, record)
    is_certain = ends is not None and (rule.ends_anyway or record.is_fulfilled)
    return Verdict(
        rule=rule,
        may_apply_on=_first_day(rule, record, wait),
        ends_on=ends,
        wait_ends_on=wait,
        needs=tuple(_needs(rule, record, wait, today)),
        is_end_certain=is_certain,
        has_ended=ends is not None and is_certain and today > ends,
    )


def longest(verdicts: Sequence[Verdict]) -> Verdict:
    """Several penalties in one case are shown as long as the longest (F1.23, 107号令第六条至第九条).

    One whose end is not known comes before all others: it may be the longest.
    """

    def length(verdict: Verdict) -> date:
        is_open = verdict.ends_on is None and verdict.rule.way is not Way.NOT_SHOWN
        return date.max if is_open else verdict.ends_on or date.min

    return max(verdicts, key=length)


def _after(day: date, months: int | None) -> date | None:
    return None if months is None else add_months(day, months)


def _has_early_way(rule: Rule) -> bool:
    return rule.way in {Way.WHEN_FULFILLED, Way.AFTER_WAIT}


def _restricted_until(rule: Rule, record: Record) -> date | None:
    return record.restricted_until if rule.is_restriction or rule.heeds_restriction else None


def _end(rule: Rule, record: Record) -> date | None:
    end = _after(record.decided_on, rule.end_months)
    if end is None or not rule.is_restriction:
        return end
    return max(end, record.restricted_until) if record.restricted_until else None


def _first_day(rule: Rule, record: Record, wait: date | None) -> date | None:
    """The day after all that must be over is over."""
    if not _has_early_way(rule):
        return None
    if wait is None:
        return record.decided_on
    until = _restricted_until(rule, record)
    if rule.is_restriction and until is None:
        return None
    return max(wait, until or wait) + timedelta(days=1)


def _needs(rule: Rule, record: Record, wait: date | None, today: date) -> list[Need]:
    if not _has_early_way(rule):
        return []
    until = _restricted_until(rule, record)
    is_restricted = today <= until if until else rule.is_restriction
    open_needs = {
        Need.FULFIL: not record.is_fulfilled,
        Need.WAIT: wait is not None and today <= wait,
        Need.RESTRICTION: is_restricted,
    }
    return [need for need, is_open in open_needs.items() if is_open]
