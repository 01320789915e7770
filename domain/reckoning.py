"""What was answered in a guide → which case it is, and the days its end tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from domain.clock import chinese_date
from domain.credit_repair import Kind, Need, Record, Verdict, judge
from domain.dates import add_months
from domain.workdays import DueDay, WorkCalendar

Recorded = Mapping[str, str]

CREDIT_RECORD_MONTHS = 60  # 征信业管理条例第十六条
ONE_OFF_UNTIL = date(
    2026, 3, 31
)  # 人民银行2025-12-22通知: paid off by then, the record is set right by itself
WEEKDAYS = "一二三四五六日"
OBJECTION_DAYS = 30  # 企业经营异常名录管理办法第十二条
KINDS = MappingProxyType({kind.value: kind for kind in Kind})


@dataclass(frozen=True, slots=True)
class Found:
    """``case``: which text of the end; ``slots``: what fills it, ready to be read.

    ``open_year``: a year was touched whose days off are not published yet; 0: none.
    """

    case: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    open_year: int = 0


@dataclass(frozen=True, slots=True)
class Computation:
    """A function of the answers, the day and the calendar, and what it promises.

    ``needs``: names that must have been recorded; ``cases``, ``slots``: everything it may give.
    """

    run: Callable[[Recorded, date, WorkCalendar], Found]
    needs: frozenset[str]
    cases: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()


def repair_by_market(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """市场监管: 2 working days to accept, then 7 to decide (107号令第十四条、第十六条)."""
    verdict = _judged(recorded, today)
    start = max(today, verdict.may_apply_on or today)
    accept = calendar.add(start, 2)
    decide = calendar.add(accept.day, 7)
    return _repair(verdict, recorded, {"accept_by": accept, "decide_by": decide})


def repair_by_others(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """信用中国 answers as a rule within 10 working days of the application (国办发〔2025〕22号)."""
    verdict = _judged(recorded, today)
    start = max(today, verdict.may_apply_on or today)
    return _repair(verdict, recorded, {"decide_by": calendar.add(start, 10)})


def runs_out(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """Records that stop by themselves, without an application (107号令第七条、第八条)."""
    verdict = _judged({"fulfilled": "yes", **recorded}, today)
    is_small = verdict.rule.kind in {Kind.MARKET_SMALL_FINE, Kind.MARKET_REPRIMAND}
    case = "ended" if verdict.has_ended else "small" if is_small else "revoked"
    return Found(case, _counted(verdict, recorded))


def credit_record_kept(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """征信业管理条例第十六条: five years from the day the debt was paid; and the closed one-off policy."""
    paid = date.fromisoformat(recorded["paid_on"])
    over = add_months(paid, CREDIT_RECORD_MONTHS)
    is_in_time = paid <= ONE_OFF_UNTIL
    if today > over:
        case = "over"
    elif is_in_time and recorded["amount"] in {"small", "unsure"}:
        case = "oneoff" if recorded["amount"] == "small" else "unsure"
    else:
        case = "waiting"
    return Found(case, _days(over_on=over))


def abnormal_removal(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """Put right and applied for today: 2 + 2 working days, then 3 for the data (107号令第十六条)."""
    accept = calendar.add(today, 2)
    decide = calendar.add(accept.day, 2)
    gone = calendar.add(decide.day, 3)
    return _with_due("", {}, {"accept_by": accept, "decide_by": decide, "gone_by": gone})


def abnormal_objection(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """A written objection within 30 days of the listing's publication."""
    last = date.fromisoformat(recorded["listed_on"]) + timedelta(days=OBJECTION_DAYS)
    return Found("late" if today > last else "open", {"object_by": _to_act_on(last)})


def defaulter_paid(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """Without a fixed term: off the list within 3 working days (法释〔2017〕7号第十条第一款)."""
    due = calendar.add(date.fromisoformat(recorded["paid_on"]), 3)
    return _with_due("overdue" if today > due.day else "waiting", {}, {"gone_by": due})


def defaulter_term(recorded: Recorded, today: date, calendar: WorkCalendar) -> Found:
    """With a fixed term: within 3 working days after it is over, or earlier by leave (第十条第二款)."""
    until = date.fromisoformat(recorded["until"])
    due = calendar.add(until, 3)
    case = "running" if today <= until else "waiting" if today <= due.day else "overdue"
    return _with_due(case, _days(until=until), {"gone_by": due})


def _judged(recorded: Recorded, today: date) -> Verdict:
    kind = next(KINDS[value] for value in recorded.values() if value in KINDS)
    until = recorded.get("restricted_until", "")
    return judge(
        Record(
            kind=kind,
            decided_on=date.fromisoformat(recorded["decided"]),
            is_fulfilled=recorded["fulfilled"] == "yes",
            restricted_until=date.fromisoformat(until) if until[:1].isdigit() else None,
        ),
        today,
    )


def _repair(verdict: Verdict, recorded: Recorded, due: Mapping[str, DueDay]) -> Found:
    days = {"apply_on": _to_act_on(verdict.may_apply_on), **_counted(verdict, recorded)}
    return _with_due(_case(verdict, due["decide_by"].day), days, due)


def _counted(verdict: Verdict, recorded: Recorded) -> dict[str, str]:
    """From when to when; the first is told too, so that a resident sees which day was understood."""
    return _days(decided=date.fromisoformat(recorded["decided"]), ends_on=verdict.ends_on)


def _case(verdict: Verdict, decide_by: date) -> str:
    if verdict.has_ended:
        return "ended"
    is_sooner = verdict.is_end_certain and verdict.ends_on is not None and verdict.ends_on <= decide_by
    if is_sooner and Need.FULFIL not in verdict.needs:
        return "wait_out"
    if Need.FULFIL in verdict.needs:
        return "unfulfilled" if len(verdict.needs) == 1 else "unfulfilled_early"
    return "now" if verdict.may_apply_now else "later"


def _with_due(case: str, days: Mapping[str, str], due: Mapping[str, DueDay]) -> Found:
    told = {name: chinese_date(found.day) for name, found in due.items()}
    is_counted = case not in {"ended", "wait_out", "unfulfilled", "unfulfilled_early", "overdue"}
    guessed = [found.day.year for found in due.values() if is_counted and not found.is_confirmed]
    return Found(case, {**days, **told}, max(guessed, default=0))


def _to_act_on(day: date | None) -> str:
    """A day on which something must or can be done is told with its weekday."""
    return f"{chinese_date(day)}（星期{WEEKDAYS[day.weekday()]}）" if day else ""


def _days(**days: date | None) -> dict[str, str]:
    return {name: chinese_date(day) if day else "" for name, day in days.items()}


_REPAIR_CASES = frozenset({"now", "later", "unfulfilled", "unfulfilled_early", "wait_out", "ended"})

COMPUTATIONS: Mapping[str, Computation] = MappingProxyType(
    {
        "repair_by_market": Computation(
            repair_by_market,
            frozenset({"decided", "fulfilled"}),
            _REPAIR_CASES,
            frozenset({"decided", "apply_on", "ends_on", "accept_by", "decide_by"}),
        ),
        "repair_by_others": Computation(
            repair_by_others,
            frozenset({"decided", "fulfilled"}),
            _REPAIR_CASES,
            frozenset({"decided", "apply_on", "ends_on", "decide_by"}),
        ),
        "runs_out": Computation(
            runs_out,
            frozenset({"decided"}),
            frozenset({"small", "revoked", "ended"}),
            frozenset({"decided", "ends_on"}),
        ),
        "credit_record_kept": Computation(
            credit_record_kept,
            frozenset({"paid_on", "amount"}),
            frozenset({"oneoff", "unsure", "waiting", "over"}),
            frozenset({"over_on"}),
        ),
        "abnormal_removal": Computation(
            abnormal_removal,
            frozenset(),
            slots=frozenset({"accept_by", "decide_by", "gone_by"}),
        ),
        "abnormal_objection": Computation(
            abnormal_objection,
            frozenset({"listed_on"}),
            frozenset({"open", "late"}),
            frozenset({"object_by"}),
        ),
        "defaulter_paid": Computation(
            defaulter_paid,
            frozenset({"paid_on"}),
            frozenset({"waiting", "overdue"}),
            frozenset({"gone_by"}),
        ),
        "defaulter_term": Computation(
            defaulter_term,
            frozenset({"until"}),
            frozenset({"running", "waiting", "overdue"}),
            frozenset({"until", "gone_by"}),
        ),
    }
)
