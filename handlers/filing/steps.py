"""From one question of the interview to the next."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.complaints.draft import Draft
from domain.complaints.interview import Interview, Step, following, unanswered
from domain.effects import DraftKept, Effect
from domain.replies import Block, Reply, ReplyKind
from handlers.filing.questions import asking
from handlers.turn import Outcome, Turn
from services.interview import circumstances, closed_door, untold_door

INTENT = targets.intent("complaint_file")


def ask(
    turn: Turn, draft: Draft, interview: Interview, *lead: Block, effects: tuple[Effect, ...] = ()
) -> Outcome:
    """The question where the interview stands, after ``lead``."""
    outcome = said(turn, interview, *lead, *asking(turn, draft, interview), effects=effects)
    return replace(outcome, dialog=replace(outcome.dialog, tending=None))


def advance(
    turn: Turn, draft: Draft, interview: Interview, *lead: Block, effects: tuple[Effect, ...] = ()
) -> Outcome:
    """Keep ``draft`` and go on to what is to be asked next."""
    given = circumstances(draft, turn.library)
    back = unanswered(draft, given) or Step.PREVIEW
    step = back if interview.is_editing else following(interview.step, draft, given)
    after = Interview(step, is_editing=interview.is_editing and step is not Step.PREVIEW)
    if closed_door(draft, turn.library):
        after = replace(after, step=Step.DOOR, then=step)
    else:
        draft, told = told_in_passing(turn, draft)
        lead = (*lead, *told)
    return ask(turn, draft, after, *lead, effects=(*effects, DraftKept(draft)))


def told_in_passing(turn: Turn, draft: Draft) -> tuple[Draft, tuple[Block, ...]]:
    """Another door that is open as well: pointed out beside the next question, and remembered as told."""
    door = untold_door(draft, turn.library)
    if door is None:
        return draft, ()
    see = turn.desk.title(door.see)
    told = turn.texts.paragraph("filing.door_also", says=door.says, see=see)
    return replace(draft, informed=(*draft.informed, door.id)), (told,)


def stay(
    turn: Turn, draft: Draft, interview: Interview, *lead: Block, effects: tuple[Effect, ...] = ()
) -> Outcome:
    """Keep ``draft`` and the same question open."""
    return ask(turn, draft, interview, *lead, effects=(*effects, DraftKept(draft)))


def said(
    turn: Turn, interview: Interview | None, *blocks: Block, effects: tuple[Effect, ...] = ()
) -> Outcome:
    """A reply of the interview as it now stands (None: it is over)."""
    reply = Reply(ReplyKind.COMPLAINT, blocks, id=INTENT, title=turn.desk.title(INTENT))
    return Outcome(reply, replace(turn.dialog, interview=interview, choices=reply.choices), effects)


def standing(turn: Turn, draft: Draft) -> Interview:
    """Where a draft stands that was told elsewhere: at the first thing it lacks."""
    return Interview(unanswered(draft, circumstances(draft, turn.library)) or Step.PREVIEW)
