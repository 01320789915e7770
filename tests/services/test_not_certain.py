"""What is not certainly understood: something to choose, or the honest no – never an empty list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.dialog import Dialog, Flow
from domain.effects import Missed
from domain.messages import Incoming, Text
from domain.replies import Choices, ReplyKind
from handlers import clarify, fallback
from handlers.flow import go_on
from handlers.turn import Turn
from matching import Decision, Match
from matching.types import Candidate
from services.desk import Desk
from services.matches import driven
from services.understanding import Understanding, understanding

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HANDLERS = {"clarify": clarify.handle, "fallback": fallback.handle}


def turn_of(desk: Desk, name: str, *found: tuple[str, float], flow: Flow | None = None) -> Turn:
    candidates = tuple(Candidate(ident, confidence, "") for ident, confidence in found)
    match = Match("说不清", "说不清", (), candidates, Decision.CLARIFY, "near")
    incoming = Incoming("key", "resident", "account", int(NOW.timestamp()), Text("说不清"))
    known = Understanding(f"intent:{name}", found[0][1], match)
    return Turn(incoming, "说不清", Dialog(flow=flow), desk, known, NOW, 0, ("policy:pc-five-years",))


def test_what_may_be_meant_is_offered(desk: Desk) -> None:
    outcome = clarify.handle(turn_of(desk, "clarify", ("policy:pc-fee", 0.6), ("intent:thanks", 0.4)))
    assert outcome.reply
    assert outcome.reply.kind is ReplyKind.CLARIFY
    assert [choice.target for choice in outcome.reply.choices] == ["policy:pc-fee"]


@pytest.mark.parametrize("intent", ["thanks", "greeting", "other_office"])
def test_with_nothing_to_choose_the_honest_no_is_said(desk: Desk, intent: str) -> None:
    outcome = clarify.handle(turn_of(desk, "clarify", (f"intent:{intent}", 0.7)))
    assert outcome.reply
    assert outcome.reply.kind is ReplyKind.FALLBACK
    assert outcome.reply.id == "intent:fallback"
    assert all(block.items for block in outcome.reply.blocks if isinstance(block, Choices))
    assert [effect for effect in outcome.effects if isinstance(effect, Missed)]


@pytest.mark.parametrize("name", HANDLERS)
def test_within_a_guide_what_was_perhaps_meant_is_a_link(desk: Desk, name: str) -> None:
    found = ("policy:pc-fee", 0.15), ("intent:thanks", 0.12), ("policy:pc-five-years", 0.05)
    turn = turn_of(desk, name, *found, flow=Flow("repair"))
    outcome = go_on(turn, HANDLERS[name](turn))
    assert outcome.reply
    assert desk.title("policy:pc-fee") in outcome.reply.text
    assert desk.title("policy:pc-five-years") not in outcome.reply.text
    assert outcome.dialog.flow == Flow("repair")
    assert outcome.reply.choices == outcome.dialog.choices
    labels = [option.label for option in desk.library.guides["repair"].steps[0].choices]
    assert [choice.label for choice in outcome.dialog.choices] == labels


def test_within_a_guide_what_was_hardly_meant_is_not_told(desk: Desk) -> None:
    turn = turn_of(desk, "fallback", ("policy:pc-fee", 0.05), flow=Flow("repair"))
    outcome = go_on(turn, fallback.handle(turn))
    assert outcome.reply
    assert desk.title("policy:pc-fee") not in outcome.reply.text


def test_a_stranger_to_the_guide_reads_the_question_again(desk: Desk) -> None:
    turn = turn_of(desk, "clarify", ("intent:other_office", 0.7), flow=Flow("repair"))
    outcome = go_on(turn, clarify.handle(turn))
    assert outcome.reply
    assert desk.library.guides["repair"].steps[0].question in outcome.reply.text
    assert outcome.dialog.flow == Flow("repair")


@pytest.mark.parametrize(
    ("words", "target"),
    [("卡里的钱好像冻了", "intent:which_freeze"), ("养老金今年涨多少钱啊", "intent:other_office")],
)
def test_a_question_back_and_an_honest_no_need_no_certainty(desk: Desk, words: str, target: str) -> None:
    found = Candidate(target, 0.55, words), Candidate("policy:pc-fee", 0.3, words)
    match = Match(words, words, (), found, Decision.CLARIFY, "near")
    assert driven(understanding(words, Dialog(), desk, 0), lambda _: match).target == target
    unlikely = replace(match, candidates=(replace(found[0], confidence=0.4), found[1]))
    assert driven(understanding(words, Dialog(), desk, 0), lambda _: unlikely).target == "intent:clarify"
