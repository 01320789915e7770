"""Tiers, waiting and ends of disclosure, with the edges of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_repair import RULES, Kind, Need, Record, Verdict, Way, judge, longest
from services.desk import Desk

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
KINDS = st.sampled_from(list(Kind))


def verdict(
    kind: Kind, decided: str, today: date = TODAY, is_fulfilled: bool = True, until: str | None = None
) -> Verdict:
    restricted_until = date.fromisoformat(until) if until else None
    return judge(Record(kind, date.fromisoformat(decided), is_fulfilled, restricted_until), today)


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@pytest.mark.parametrize(
    ("kind", "decided", "applies", "ends"),
    [
        (Kind.MINOR, "2026-10-08", "2026-10-08", "2027-01-08"),
        (Kind.GENERAL, "2026-03-05", "2026-06-06", "2027-03-05"),
        (Kind.SERIOUS, "2026-03-05", "2027-03-06", "2029-03-05"),
        (Kind.MARKET_WARNING, "2026-03-05", None, None),
        (Kind.MARKET_REPRIMAND, "2026-03-05", None, "2026-06-05"),
        (Kind.MARKET_SMALL_FINE, "2026-03-05", None, "2026-06-05"),
        (Kind.MARKET_GENERAL, "2026-03-05", "2026-06-06", "2027-03-05"),
        (Kind.MARKET_KEY_FIELD, "2026-03-05", "2027-03-06", "2029-03-05"),
        (Kind.MARKET_REVOKED, "2026-03-05", None, "2029-03-05"),
        (Kind.MARKET_BLACKLIST, "2026-03-05", "2027-03-06", "2029-03-05"),
        (Kind.LICENCE_SUSPENDED, "2026-03-05", None, None),
        # The month has no such day: its last day.
        (Kind.GENERAL, "2025-11-30", "2026-03-01", "2026-11-30"),
        (Kind.GENERAL, "2023-11-30", "2024-03-01", "2024-11-30"),
        (Kind.GENERAL, "2024-02-29", "2024-05-30", "2025-02-28"),
        (Kind.SERIOUS, "2024-02-29", "2025-03-01", "2027-02-28"),
        (Kind.MARKET_SMALL_FINE, "2026-11-30", None, "2027-02-28"),
        (Kind.MARKET_SMALL_FINE, "2027-11-30", None, "2028-02-29"),
    ],
)
def test_table(kind: Kind, decided: str, applies: str | None, ends: str | None) -> None:
    found = verdict(kind, decided)
    assert (iso(found.may_apply_on), iso(found.ends_on)) == (applies, ends)


@pytest.mark.parametrize(
    ("decided", "today", "needs", "may_apply_now", "has_ended"),
    [
        ("2026-08-23", "2026-11-22", (Need.WAIT,), False, False),
        ("2026-08-23", "2026-11-23", (Need.WAIT,), False, False),  # today = last day of the 3 months
        ("2026-08-23", "2026-11-24", (), True, False),
        ("2025-11-23", "2026-11-23", (), True, False),  # today = last day shown
        ("2025-11-23", "2026-11-24", (), False, True),
        ("2026-11-23", "2026-11-23", (Need.WAIT,), False, False),  # decided today
        ("2023-11-30", "2024-02-29", (Need.WAIT,), False, False),
        ("2023-11-30", "2024-03-01", (), True, False),
    ],
)
def test_last_day_counts_as_a_whole(
    decided: str, today: str, needs: tuple[Need, ...], may_apply_now: bool, has_ended: bool
) -> None:
    found = verdict(Kind.GENERAL, decided, date.fromisoformat(today))
    assert (found.needs, found.may_apply_now, found.has_ended) == (needs, may_apply_now, has_ended)


def test_open_duties_must_be_done_first_and_keep_the_end_open() -> None:
    found = verdict(Kind.GENERAL, "2025-03-05", is_fulfilled=False)
    assert found.needs == (Need.FULFIL,)
    assert not found.may_apply_now
    assert not found.is_end_certain
    assert not found.has_ended


def test_market_records_stop_by_themselves_whatever_is_open() -> None:
    found = verdict(Kind.MARKET_SMALL_FINE, "2026-03-05", is_fulfilled=False)
    assert found.rule.way is Way.BY_ITSELF
    assert found.is_end_certain
    assert found.has_ended
    assert found.needs == ()


def test_minor_records_wait_for_nothing_but_duties() -> None:
    assert verdict(Kind.MINOR, "2026-11-20").may_apply_now
    assert verdict(Kind.MINOR, "2026-11-20", is_fulfilled=False).needs == (Need.FULFIL,)


@pytest.mark.parametrize(
    ("until", "applies", "ends"),
    [
        ("2026-06-30", "2027-03-06", "2029-03-05"),  # shorter than the year
        ("2028-01-15", "2028-01-16", "2029-03-05"),  # longer than the year
        ("2029-03-05", "2029-03-06", "2029-03-05"),  # exactly 3 years
        ("2031-03-05", "2031-03-06", "2031-03-05"),  # longer than 3 years: shown until it ends
        (None, None, None),  # its end is not known
    ],
)
def test_restriction_must_be_over(until: str | None, applies: str | None, ends: str | None) -> None:
    found = verdict(Kind.MARKET_RESTRICTED, "2026-03-05", until=until)
    assert (iso(found.may_apply_on), iso(found.ends_on)) == (applies, ends)


def test_unknown_restriction_is_a_need() -> None:
    found = verdict(Kind.MARKET_RESTRICTED, "2024-03-05")
    assert found.needs == (Need.RESTRICTION,)
    assert iso(found.wait_ends_on) == "2025-03-05"
    assert not found.has_ended


def test_last_day_of_a_restriction_still_restricts() -> None:
    assert verdict(Kind.MARKET_RESTRICTED, "2024-03-05", until="2026-11-23").needs == (Need.RESTRICTION,)
    assert verdict(Kind.MARKET_RESTRICTED, "2024-03-05", until="2026-11-22").may_apply_now


def test_measures_hold_back_early_removal_from_the_blacklist() -> None:
    assert iso(verdict(Kind.MARKET_BLACKLIST, "2025-03-05", until="2027-01-31").may_apply_on) == "2027-02-01"
    assert verdict(Kind.MARKET_BLACKLIST, "2025-03-05").may_apply_now


def test_suspended_licence_is_not_decided() -> None:
    found = verdict(Kind.LICENCE_SUSPENDED, "2026-03-05")
    assert found.rule.way is Way.SEE_NOTICE
    assert not found.may_apply_now
    assert not found.is_end_certain


def test_revoked_licence_has_no_early_way() -> None:
    found = verdict(Kind.MARKET_REVOKED, "2024-03-05")
    assert found.rule.way is Way.ONLY_AT_END
    assert not found.may_apply_now


def test_longest_of_several_penalties_counts() -> None:
    fine, revoked = verdict(Kind.MARKET_SMALL_FINE, "2026-03-05"), verdict(Kind.MARKET_REVOKED, "2026-03-05")
    warning, unknown = (
        verdict(Kind.MARKET_WARNING, "2026-03-05"),
        verdict(Kind.MARKET_RESTRICTED, "2026-03-05"),
    )
    assert longest((fine, warning)) is fine
    assert longest((fine, revoked, warning)) is revoked
    assert longest((revoked, unknown)) is unknown
    assert longest((warning,)) is warning


@given(KINDS, DAYS, DAYS, st.booleans(), st.none() | DAYS)
def test_no_verdict_contradicts_itself(
    kind: Kind, decided: date, today: date, is_fulfilled: bool, until: date | None
) -> None:
    found = judge(Record(kind, decided, is_fulfilled, until), today)
    if found.may_apply_now:
        assert is_fulfilled
        assert found.may_apply_on
        assert found.may_apply_on <= max(today, decided)
    if found.has_ended:
        assert found.ends_on
        assert found.ends_on < today
        assert not found.may_apply_now
    if found.wait_ends_on:
        assert found.wait_ends_on > decided
    if found.may_apply_on and found.wait_ends_on:
        assert found.may_apply_on >= found.wait_ends_on + timedelta(days=1)


def test_every_kind_has_a_rule_and_every_rule_a_document(desk: Desk) -> None:
    assert set(RULES) == set(Kind)
    for rule in RULES.values():
        assert rule.basis
        for citation in rule.basis:
            assert not desk.library.documents[citation.document].is_repealed
