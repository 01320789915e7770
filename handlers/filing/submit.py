"""A draft that is whole and confirmed → a case, its number, and the receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from domain.clock import chinese_day, chinese_moment, local_day
from domain.complaints.draft import Draft, Filing
from domain.complaints.events import Command
from domain.complaints.interview import Interview, Step, unanswered
from domain.complaints.records import CaseFile
from domain.complaints.terms import Action, Stage
from domain.effects import Acted, DraftDropped, Effect, EvidenceMoved, Filed
from domain.errors import ActionRefused
from domain.replies import Block, Choices, Reply, ReplyKind
from handlers.cases import acts
from handlers.cases.status import asked_for_notice
from handlers.filing.answers import Answer
from handlers.filing.questions import named
from handlers.filing.steps import INTENT, ask, said
from handlers.turn import Outcome, Turn
from services.interview import circumstances
from services.submission import Sender, file_draft, may_file_from, similar_case

ALMOST_A_MINUTE = timedelta(seconds=59)  # a time to come back at is never told too early


def _submit(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    """``value`` ``again``: the resident says that it is another matter than the one under way."""
    if step := unanswered(draft, circumstances(draft, turn.library)):
        return ask(turn, draft, replace(interview, step=step, is_editing=True))
    if until := may_file_from(_filed(turn), turn.library.limits, turn.now):
        when = chinese_moment(until + ALMOST_A_MINUTE, turn.today)
        return said(turn, interview, turn.texts.paragraph("filing.too_often", when=when))
    if value != "again" and (like := similar_case(draft, turn.cases)):
        return _like_another(turn, interview, like)
    sender = Sender(turn.resident, "chat", turn.incoming.sender)
    try:
        filing = file_draft(draft, sender, turn.library, turn.now, turn.lot)
    except ActionRefused:
        return ask(turn, draft, Interview(Step.CONSENT))
    blocks = receipt(turn, filing)
    reply = Reply(ReplyKind.COMPLAINT, blocks, id=INTENT, title=filing.number)
    dialog = replace(
        turn.dialog,
        interview=None,
        choices=reply.choices,
        filed_at=(*turn.dialog.filed_at, turn.second)[-turn.library.limits.rule("submits_per_day") :],
    )
    return Outcome(reply, dialog, (Filed(filing),))


def receipt(turn: Turn, filing: Filing) -> tuple[Block, ...]:
    """By when there will be news, the number, and the code that is shown this once."""
    term = filing.event.terms[Stage.ACCEPT]
    texts = turn.texts
    due = chinese_day(local_day(term.due_at))
    guessed = () if term.is_confirmed else (texts.paragraph("filing.guessed"),)
    code = "filing.receipt_code_only" if filing.draft.is_anonymous else "filing.receipt_code"
    return (
        texts.paragraph("filing.receipt", due=due),
        *guessed,
        texts.paragraph("filing.receipt_number", number=filing.number, code=filing.code),
        texts.paragraph(code),
        *(() if filing.draft.is_anonymous else asked_for_notice(turn, filing.number)),
        texts.paragraph("filing.receipt_next"),
    )


def _filed(turn: Turn) -> Iterable[int]:
    """When this resident filed lately: in chat, under no name as well, and elsewhere under their own. What both
    know of counts once."""
    in_chat = Counter(turn.dialog.filed_at)
    return (in_chat | Counter(int(file.submitted_at.timestamp()) for file in turn.cases)).elements()


def _like_another(turn: Turn, interview: Interview, like: CaseFile) -> Outcome:
    on = chinese_day(local_day(like.submitted_at))
    lead = turn.texts.paragraph("filing.like_another", number=like.number, day=on)
    choices = (
        named(f"like_urge={like.number}", turn.texts.line("filing.like_urge")),
        named(f"like_add={like.number}", turn.texts.line("filing.like_add")),
        named("submit=again", turn.texts.line("filing.like_not")),
    )
    return said(turn, interview, lead, Choices(choices))


def _urge_that(turn: Turn, draft: Draft, _interview: Interview, number: str) -> Outcome:
    """The case under way is urged instead; what was told anew is dropped."""
    return _instead(turn, draft, number, Command(Action.URGE), DraftDropped(draft.id))


def _add_to_that(turn: Turn, draft: Draft, _interview: Interview, number: str) -> Outcome:
    """What was told and handed in goes to the case under way."""
    moved = EvidenceMoved(draft.id, number)
    return _instead(
        turn, draft, number, Command(Action.SUPPLEMENT, draft.story), moved, DraftDropped(draft.id)
    )


def _instead(turn: Turn, draft: Draft, number: str, command: Command, *effects: Effect) -> Outcome:
    file = next((each for each in turn.cases if each.number == number), None)
    if file is None:
        return ask(turn, draft, Interview(Step.PREVIEW))
    outcome = acts.carry_out(turn, file, command)
    if not any(isinstance(effect, Acted) for effect in outcome.effects):
        return outcome
    dialog = replace(outcome.dialog, interview=None)
    return replace(outcome, dialog=dialog, effects=(*outcome.effects, *effects))


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {"submit": _submit, "like_urge": _urge_that, "like_add": _add_to_that}
)
