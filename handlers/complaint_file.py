"""我要投诉 → the interview: one question after the other, until there is a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.complaints.draft import Draft
from domain.complaints.interview import WHOLE_STORY, Interview, Step
from domain.effects import DraftDropped, DraftKept
from domain.replies import Choices
from handlers.filing import answers, submit, words
from handlers.filing.questions import named
from handlers.filing.steps import ask, said, standing, told_in_passing
from handlers.turn import Outcome, Turn
from services.doors import suggest
from services.interview import closed_door
from services.phrases import bare_of, is_asking

COMMANDS = frozenset({"back", "cancel", "restart", "later", "more", "confirm"})
LEAST_STORY = (
    5  # characters that a first message must hold beyond 我要投诉 to be taken for the story's beginning
)
SHOWN = 20

_ANSWERS: Mapping[str, answers.Answer] = MappingProxyType(
    {**answers.ANSWERS, **words.ANSWERS, **submit.ANSWERS}
)


def handle(turn: Turn) -> Outcome:
    """Begin, take up again, or go on with the question that waits."""
    kind, name = turn.target
    interview, draft = turn.dialog.interview, turn.draft
    if kind == "intent" and name == "complaint_file":
        return _open(turn)
    if interview is None or draft is None or name == "anew":
        return _begin(turn)
    if kind == "intent":
        return _command(turn, draft, interview, name)
    what, _, value = name.partition("=")
    return _ANSWERS[what](turn, draft, interview, value)


def is_for_interview(turn: Turn) -> bool:
    """Whether the message begins an interview, answers it, or moves in it."""
    kind, name = turn.target
    if kind == "file":
        return True
    interview = turn.dialog.interview
    if kind != "intent" or interview is None or turn.draft is None:
        return False
    if name == "more":
        return not turn.dialog.waiting and not turn.dialog.rest
    return name == "complaint_file" or (name in COMMANDS and not interview.is_paused)


def _open(turn: Turn) -> Outcome:
    """A new one; or the one that was begun before, here or on the form."""
    draft, interview = turn.draft, turn.dialog.interview
    if draft is None or not (draft.consent_version or draft.on_form):
        return _begin(turn)
    if interview is not None and not interview.is_paused:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.under_way"))
    choices = Choices(
        (
            named("resume", turn.texts.line("filing.resume")),
            named("anew", turn.texts.line("filing.anew")),
        )
    )
    about = (draft.story or draft.respondent or turn.texts.line("filing.unknown"))[:SHOWN]
    interview = replace(interview or standing(turn, draft), is_paused=True)
    return said(turn, interview, turn.texts.paragraph("filing.has_draft", story=about), choices)


def _begin(turn: Turn) -> Outcome:
    """A fresh draft; what the first message already tells is not asked again."""
    story = _told_already(turn)
    area = suggest(story, turn.library.doors, turn.library.city).area
    draft = Draft(turn.lot[16:32].hex(), story=story, area=area)
    interview = Interview(Step.CONSENT)
    draft, told = (draft, ()) if closed_door(draft, turn.library) else told_in_passing(turn, draft)
    taken = "filing.story_taken" if len(story) >= WHOLE_STORY else "filing.story_begun"
    lead = (turn.texts.paragraph(taken), *told) if story else ()
    if closed_door(draft, turn.library):
        interview, lead = Interview(Step.DOOR, then=Step.CONSENT), ()
    gone = (DraftDropped(turn.draft.id),) if turn.draft else ()
    return ask(turn, draft, interview, *lead, effects=(*gone, DraftKept(draft)))


def _told_already(turn: Turn) -> str:
    """The story in the first message, if it tells one: more than the wish to complain, and no question how."""
    text = turn.text.strip()
    bare = bare_of(text)
    for phrase in sorted(turn.library.answers.get("only_complaining", ()), key=len, reverse=True):
        bare = bare.replace(phrase, "")
    return text if len(bare) >= LEAST_STORY and not is_asking(text) else ""


def _command(turn: Turn, draft: Draft, interview: Interview, name: str) -> Outcome:
    match name:
        case "back":
            return answers.go_back(turn, draft, interview)
        case "restart":
            return _begin(turn)
        case "cancel":
            return answers.give_up(turn, draft)
        case "later":
            return answers.put_off(turn, interview)
        case "confirm":
            return answers.not_yet(turn, draft, interview)
    return answers.take_up(turn, draft, interview)
