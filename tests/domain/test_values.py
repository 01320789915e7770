"""Clocks, labels, dialogs, policies: the small rules everything stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.clock import ManualClock, chinese_date, local_day
from domain.dialog import REMEMBERED_STORIES, Dialog
from domain.entries import Audience, Policy, Standing, Topic
from domain.ids import blind_name, seed_of
from domain.labels import Labelled


def test_day_in_wuhai_begins_eight_hours_before_utc() -> None:
    assert local_day(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert local_day(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 22)


def test_manual_clock_stands_still() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()


def test_chinese_date_has_no_leading_zeros() -> None:
    assert chinese_date(date(2026, 4, 1)) == "2026年4月1日"


def test_enum_without_a_label_cannot_be_built() -> None:
    with pytest.raises(TypeError):

        class Broken(Labelled):
            NAMELESS = "nameless", ""


def test_labelled_member_is_found_by_value_and_by_label() -> None:
    assert Topic("credit_repair") is Topic("信用修复") is Topic.CREDIT_REPAIR
    with pytest.raises(ValueError, match="no_such"):
        Topic("no_such")


def test_told_stories_are_remembered_up_to_a_point_and_once() -> None:
    dialog = Dialog()
    for n in range(REMEMBERED_STORIES + 10):
        dialog = dialog.having_told(f"s{n}")
    dialog = dialog.having_told("s30")
    assert len(dialog.told) == REMEMBERED_STORIES
    assert dialog.told[-1] == "s30"
    assert len(set(dialog.told)) == len(dialog.told)


def test_blind_name_depends_on_the_key_and_hides_the_person() -> None:
    first, second = blind_name(b"a" * 32, "o-person"), blind_name(b"b" * 32, "o-person")
    assert first != second
    assert "o-person" not in first


def test_seed_is_stable() -> None:
    assert seed_of("x") == seed_of("x") != seed_of("y")


def policy(**more: object) -> Policy:
    values: dict[str, object] = {
        "id": "x",
        "title": "t",
        "question": "q",
        "topic": Topic.CREDIT_REPAIR,
        "audience": (Audience.RESIDENT,),
        "answer": "现在能办。",
        "basis": (),
        "asks": (),
        "facts": (),
        "reviewed_on": date(2026, 11, 23),
        "review_by": date(2027, 5, 23),
        "body": "",
        "expires_on": date(2026, 3, 31),
        "expired_answer": "已经结束。",
    }
    return Policy(**(values | more))  # type: ignore[arg-type]


def test_last_day_of_a_window_still_counts_and_the_next_does_not() -> None:
    assert policy().answer_on(date(2026, 3, 31)) == "现在能办。"
    assert policy().answer_on(date(2026, 4, 1)) == "已经结束。"
    assert policy().standing_on(date(2026, 4, 1)) is Standing.ENDED
    assert policy(expires_on=None).standing_on(date(2030, 1, 1)) is Standing.IN_FORCE
