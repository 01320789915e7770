"""Where free words are asked for, how somebody feels is the answer; what is a command stays one."""

from __future__ import annotations

import pytest

from domain.complaints.interview import Interview, Step
from domain.dialog import Dialog, Tending
from services.desk import Desk
from services.understanding import understand


@pytest.mark.parametrize("act", ["comment", "supplement", "object", "reopen"])
@pytest.mark.parametrize("words", ["糊弄人", "垃圾", "没用", "挺好", "谢谢", "答非所问"])
def test_whatever_is_said_of_a_case_is_kept(desk: Desk, act: str, words: str) -> None:
    dialog = Dialog(tending=Tending("WH26-0000-00000", act, "no,1"))
    assert understand(words, dialog, desk, 0).target == "case:text"


@pytest.mark.parametrize(
    ("words", "meant"),
    [("取消", "intent:cancel"), ("转人工", "intent:handover"), ("再见", "intent:bye"), ("跳过", "case:skip")],
)
def test_a_command_stays_one(desk: Desk, words: str, meant: str) -> None:
    dialog = Dialog(tending=Tending("WH26-0000-00000", "comment", "no,1"))
    assert understand(words, dialog, desk, 0).target == meant


@pytest.mark.parametrize(("words", "meant"), [("骗子", "file:text"), ("你好", "intent:greeting")])
def test_an_insult_belongs_to_a_story_and_a_greeting_does_not(desk: Desk, words: str, meant: str) -> None:
    assert understand(words, Dialog(interview=Interview(Step.STORY)), desk, 0).target == meant
