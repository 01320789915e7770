"""Every choice of every guide is understood as residents say it, at least five ways each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.dialog import Dialog, Flow
from domain.guides import Answers, Guide, Step, walk
from domain.replies import ReplyKind
from domain.targets import parse_target
from services.desk import Desk
from services.guiding import target_of
from services.understanding import understand

PHRASINGS: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(
    Path(__file__).with_name("guide_phrasings.yaml").read_text(encoding="utf-8")
)
FEWEST = 5
# Somebody hurts, robs or drowns now: the emergency comes first, whatever the guide was asking.
BEFORE_ALL = ReplyKind.EMERGENCY


def way_to(guide: Guide, step: str) -> Answers:
    """Answers that lead to a step, the shortest way."""
    waiting: list[Answers] = [()]
    for answers in waiting:
        place = walk(guide, answers)
        if place.id == step:
            return answers
        if isinstance(place, Step):
            values = [option.recorded for option in place.choices if option.next]
            values += ["2026-03-05"] if place.date_then else []
            waiting += [(*answers, (place.id, value)) for value in values]
    raise AssertionError(f"no way to {step}")


def cases() -> Iterator[Any]:
    for guide, steps in PHRASINGS.items():
        for step, options in steps.items():
            for label, phrasings in options.items():
                yield pytest.param(guide, step, label, phrasings, id=f"{guide}-{step}-{label}")


@pytest.mark.parametrize(("guide_id", "step", "label", "phrasings"), cases())
def test_a_choice_is_understood_as_people_say_it(
    guide_id: str, step: str, label: str, phrasings: list[str], desk: Desk
) -> None:
    guide = desk.library.guides[guide_id]
    place = guide.place(step)
    assert isinstance(place, Step)
    wanted = next(target_of(option) for option in place.choices if option.label == label)
    dialog = Dialog(flow=Flow(guide_id, way_to(guide, step)))
    heard = {words: understand(words, dialog, desk, 0).target for words in phrasings}
    missed = {words: target for words, target in heard.items() if target != wanted}
    assert {words: t for words, t in missed.items() if not is_emergency(t, desk)} == {}


def is_emergency(target: str, desk: Desk) -> bool:
    kind, name = parse_target(target)
    return kind == "intent" and desk.library.intents[name].kind is BEFORE_ALL


def test_every_choice_has_its_phrasings(desk: Desk) -> None:
    for guide in desk.library.guides.values():
        told = PHRASINGS.get(guide.id, {})
        assert set(told) == {step.id for step in guide.steps}, guide.id
        for step in guide.steps:
            assert set(told[step.id]) == {option.label for option in step.choices}, (guide.id, step.id)
            for label, phrasings in told[step.id].items():
                assert len(set(phrasings) - {label}) >= FEWEST, (guide.id, step.id, label)
