"""The days that guides tell: on the edge, on a leap day, over the end of a published year."""

from __future__ import annotations

from datetime import date

import pytest

from domain.reckoning import COMPUTATIONS, Found
from services.desk import Desk

TODAY = date(2026, 11, 23)  # a Monday


def reckon(desk: Desk, name: str, recorded: dict[str, str], today: date = TODAY) -> Found:
    computation = COMPUTATIONS[name]
    found = computation.run(recorded, today, desk.library.workdays)
    assert found.case in (computation.cases or {""})
    assert found.slots.keys() <= computation.slots
    return found


def penalty(kind: str, decided: str, fulfilled: str = "yes", **more: str) -> dict[str, str]:
    return {"market": kind, "decided": decided, "fulfilled": fulfilled, **more}


@pytest.mark.parametrize(
    ("recorded", "case"),
    [
        (penalty("market_general", "2026-08-22"), "now"),  # three months were over yesterday
        (penalty("market_general", "2026-08-23"), "later"),  # today is their last day
        (penalty("market_general", "2026-08-22", "no"), "unfulfilled"),
        (penalty("market_general", "2026-08-23", "no"), "unfulfilled_early"),
        (penalty("market_general", "2025-11-23"), "wait_out"),  # the last day shown is today
        (penalty("market_general", "2025-11-22"), "ended"),
        (penalty("market_general", "2025-11-22", "no"), "ended"),
        (penalty("market_key_field", "2025-11-22"), "now"),
        (penalty("market_key_field", "2025-11-23"), "later"),
        (penalty("market_restricted", "2025-05-06", restricted_until="2026-11-22"), "now"),
        (penalty("market_restricted", "2025-05-06", restricted_until="2026-11-23"), "later"),
        (penalty("market_restricted", "2025-05-06", restricted_until="2029-05-06"), "wait_out"),
        (penalty("market_blacklist", "2025-05-06", restricted_until="none"), "now"),
        (penalty("market_blacklist", "2025-05-06", restricted_until="2027-01-01"), "later"),
    ],
)
def test_market_penalty(desk: Desk, recorded: dict[str, str], case: str) -> None:
    assert reckon(desk, "repair_by_market", recorded).case == case


def test_working_days_of_a_market_application(desk: Desk) -> None:
    slots = reckon(desk, "repair_by_market", penalty("market_general", "2026-03-05")).slots
    assert (slots["accept_by"], slots["decide_by"]) == ("2026年11月25日", "2026年12月4日")
    assert slots["ends_on"] == "2027年3月5日"


def test_year_without_a_published_calendar_is_told(desk: Desk) -> None:
    assert reckon(desk, "repair_by_market", penalty("market_general", "2026-03-05")).open_year == 0
    later = reckon(desk, "repair_by_market", penalty("market_general", "2026-10-08"))
    assert later.slots["apply_on"] == "2027年1月9日（星期六）"
    assert later.open_year == 2027


@pytest.mark.parametrize(
    ("tier", "decided", "fulfilled", "case"),
    [
        ("general", "2026-08-22", "yes", "now"),
        ("general", "2025-11-22", "yes", "ended"),
        ("general", "2025-11-22", "no", "unfulfilled"),  # duties open: it does not stop by itself
        ("serious", "2025-11-23", "yes", "later"),
        ("serious", "2025-11-23", "no", "unfulfilled_early"),
        ("general", "2025-12-01", "yes", "wait_out"),
    ],
)
def test_other_departments(desk: Desk, tier: str, decided: str, fulfilled: str, case: str) -> None:
    recorded = {"tier": tier, "decided": decided, "fulfilled": fulfilled}
    assert reckon(desk, "repair_by_others", recorded).case == case


@pytest.mark.parametrize(
    ("kind", "decided", "case", "ends_on"),
    [
        ("market_small_fine", "2026-08-23", "small", "2026年11月23日"),
        ("market_small_fine", "2026-08-22", "ended", "2026年11月22日"),
        ("market_small_fine", "2026-11-30", "small", "2027年2月28日"),
        ("market_revoked", "2024-02-29", "revoked", "2027年2月28日"),
    ],
)
def test_records_that_stop_by_themselves(
    desk: Desk, kind: str, decided: str, case: str, ends_on: str
) -> None:
    found = reckon(desk, "runs_out", {"market": kind, "decided": decided})
    assert (found.case, found.slots["ends_on"]) == (case, ends_on)


@pytest.mark.parametrize(
    ("paid", "amount", "case", "over"),
    [
        ("2026-03-31", "small", "oneoff", "2031年3月31日"),
        ("2026-04-01", "small", "waiting", "2031年4月1日"),
        ("2026-03-31", "large", "waiting", "2031年3月31日"),
        ("2026-03-31", "unsure", "unsure", "2031年3月31日"),
        ("2024-02-29", "large", "waiting", "2029年2月28日"),
        ("2021-11-23", "large", "waiting", "2026年11月23日"),
        ("2021-11-22", "large", "over", "2026年11月22日"),
    ],
)
def test_credit_record(desk: Desk, paid: str, amount: str, case: str, over: str) -> None:
    found = reckon(desk, "credit_record_kept", {"paid_on": paid, "amount": amount})
    assert (found.case, found.slots["over_on"]) == (case, over)


@pytest.mark.parametrize(("paid", "case"), [("2026-11-18", "waiting"), ("2026-11-17", "overdue")])
def test_three_working_days_without_a_term(desk: Desk, paid: str, case: str) -> None:
    assert reckon(desk, "defaulter_paid", {"paid_on": paid}).case == case


@pytest.mark.parametrize(
    ("until", "case"),
    [
        ("2026-11-23", "running"),
        ("2026-11-22", "waiting"),
        ("2026-11-18", "waiting"),
        ("2026-11-17", "overdue"),
    ],
)
def test_fixed_term(desk: Desk, until: str, case: str) -> None:
    assert reckon(desk, "defaulter_term", {"until": until}).case == case


def test_abnormal_list(desk: Desk) -> None:
    assert reckon(desk, "abnormal_removal", {}).slots["gone_by"] == "2026年12月2日"
    assert reckon(desk, "abnormal_objection", {"listed_on": "2026-10-24"}).case == "open"
    assert reckon(desk, "abnormal_objection", {"listed_on": "2026-10-23"}).case == "late"
