"""What the words of a message alone say."""

from __future__ import annotations

import time

import pytest

from domain.complaints.interview import Interview, Step
from domain.dialog import Dialog
from domain.masking import mask
from services.desk import Desk
from services.understanding import understand


def target(text: str, desk: Desk) -> str:
    return understand(text, Dialog(), desk, 0).target


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("好的，谢谢", "thanks"),
        ("谢谢，再见！", "bye"),
        ("你好 在吗", "greeting"),
        ("早上好，小助手", "greeting"),
        ("嗯。好的。知道了", "acknowledge"),
        ("ＯＫ", "acknowledge"),
        ("老师，转人工", "handover"),
        ("我要投诉！！！", "complaint_file"),
        ("记录咋消", "which_record"),
        ("黑名单怎么消", "which_list"),
        ("信用怎么查", "which_report"),
        ("征信", "which_credit"),
        ("罚款", "which_penalty"),
        ("12345", "which_hotline"),
        ("110", "emergency_crime"),
    ],
)
def test_phrase_is_known(text: str, wanted: str, desk: Desk) -> None:
    assert target(text, desk) == f"intent:{wanted}"


@pytest.mark.parametrize("step", [Step.RESPONDENT, Step.PLACE, Step.STORY])
def test_a_word_that_names_several_things_is_an_answer_where_one_was_asked_for(
    step: Step, desk: Desk
) -> None:
    assert understand("乌海市", Dialog(interview=Interview(step)), desk, 0).target == "file:text"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("着火了！！救命", "emergency_fire"),
        ("有人要跳楼", "emergency_suicide"),
        ("我不想活了", "emergency_suicide"),
        ("他打我，快来人", "emergency_crime"),
        ("我妈晕倒了怎么办", "emergency_medical"),
        ("有个客服让我共享屏幕", "emergency_fraud"),
        ("刚刚被骗了五千", "emergency_fraud"),
    ],
)
def test_emergency_comes_first(text: str, wanted: str, desk: Desk) -> None:
    assert target(text, desk) == f"intent:{wanted}"


@pytest.mark.parametrize(
    "text",
    [
        "讲个救命之恩的故事",
        "征信怎么查",
        "被骗贷了征信怎么消",
        "打官司输了会成老赖吗",
        "诈骗罪怎么判",
        "欠薪的老板会坐牢吗",
        "农药店年报怎么报",
    ],
)
def test_calm_question_is_no_emergency(text: str, desk: Desk) -> None:
    assert not target(text, desk).startswith("intent:emergency")


def test_emoticons_by_the_hundred_are_read_at_once(desk: Desk) -> None:
    begun = time.perf_counter()
    for bomb in ("/::)" * 300 + "你 好", "了" * 16000 + "x", "[微笑]" * 400 + "x", "a" * 60_000 + "@"):
        target(bomb, desk)
        mask(bomb[:1200])
    assert time.perf_counter() - begun < 2


def test_question_behind_a_greeting_is_answered(desk: Desk) -> None:
    assert target("你好，罚款一万多多久能修复", desk) == "policy:repair-wait-tiers"
