"""How often one resident may file: counted over chat and form, told with the time, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.clock import from_unix
from domain.complaints.terms import Action
from services.desk import Desk
from services.submission import may_file_from
from tests.conftest import NOW
from tests.handlers.stage import Resident

NOW_S = int(NOW.timestamp())
TOLD = [
    "我要投诉",
    "同意",
    "投诉",
    "2",
    "示例商行卖的取暖器是坏的，老板不给退",
    "说完了",
    "跳过",
    "跳过",
    "说完了",
    "1",
    "13800000001",
]


def files(resident: Resident, name: str) -> str:
    """Tell and send in a complaint, all within a minute."""
    begun = resident.now
    for words in [*TOLD[:6], name, *TOLD[6:]]:
        resident.says(words)
    said = resident.says("提交").text
    resident.now = begun + timedelta(seconds=60)
    return said


def test_the_fourth_within_ten_minutes_waits_and_is_kept(desk: Desk) -> None:
    resident = Resident(desk)
    for name in ("示例甲商行", "示例乙商行", "示例丙商行"):
        assert "已收到您的投诉" in files(resident, name)
    refused = files(resident, "示例丁商行")
    assert "以后再交" in refused
    assert resident.draft is not None and resident.draft.respondent == "示例丁商行"
    assert len(resident.cases) == 3
    resident.now += timedelta(minutes=10)
    assert "已收到您的投诉" in resident.says("提交").text


@pytest.mark.parametrize(
    ("ago_min", "wait_min"), [([0, 1, 2], 8), ([9, 9, 10.01], None), ([100 * n for n in range(10)], 540)]
)
def test_ten_minutes_and_a_day_are_counted(desk: Desk, ago_min: list[float], wait_min: float | None) -> None:
    limits = desk.library.limits
    until = may_file_from([NOW_S - int(60 * ago) for ago in ago_min], limits, NOW)
    assert until == (from_unix(NOW_S + int(60 * wait_min)) if wait_min else None)


@pytest.mark.parametrize(
    ("choice", "action"), [("催办那一件", Action.URGE), ("补充到那一件", Action.SUPPLEMENT)]
)
def test_the_same_matter_again_is_urged_or_added_to(desk: Desk, choice: str, action: Action) -> None:
    resident = Resident(desk)
    assert "已收到" in files(resident, "示例甲商行")
    assert "已经投诉过同一个对象" in files(resident, "示例甲商行")
    resident.says(choice)
    (case,) = resident.cases
    assert [event.action for event in case.events] == [Action.SUBMIT, action]
    assert resident.draft is None
    assert resident.dialog.interview is None


def test_what_was_filed_on_the_form_counts_in_chat(desk: Desk) -> None:
    """The dialog does not know of it; the cases do, and what both know of counts once."""
    resident = Resident(desk)
    files(resident, "示例甲商行")
    assert "已收到" in files(resident, "示例乙商行")
    resident.dialog = replace(resident.dialog, filed_at=resident.dialog.filed_at[:1])
    assert "已收到" in files(resident, "示例丙商行")
    assert "以后再交" in files(resident, "示例丁商行")
