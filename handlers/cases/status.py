"""A case → how it stands, as a resident reads it in chat."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.complaints.records import CaseFile
from domain.effects import Effect, NewsTold
from domain.replies import Block, Choice, Choices, Reply, ReplyKind, plain
from handlers.turn import Outcome, Turn
from services.progress import progress_of
from services.submission import rules_of

MOST_LISTED = 5
INTENT = targets.intent("complaint_track")


def show(turn: Turn, file: CaseFile, *lead: Block, effects: tuple[Effect, ...] = ()) -> Outcome:
    """One case: its state, who has it and until when, the answer if there is one, what can be done. One that was
    merged into another of one's own is shown as that other."""
    master = next((each for each in turn.cases if each.number == file.case.master), None)
    if master:
        merged = turn.texts.paragraph("case.merged", number=file.number)
        return show(turn, master, *lead, merged, effects=effects)
    progress = progress_of(file, turn.now, rules_of(turn.library))
    texts = turn.texts
    guessed = progress.due is not None and not progress.due.is_confirmed
    acts = [
        Choice(texts.line(f"case_do.{a.value}"), targets.case(f"{a.value}={file.number}"))
        for a in progress.acts
    ]
    blocks = (
        *lead,
        texts.paragraph("case.head", number=file.number, respondent=file.copy.respondent),
        *texts.paragraphs(progress.key, **progress.values),
        *((plain(progress.reply, may_cut=True),) if progress.reply else ()),
        *((texts.paragraph("case.question", words=progress.question),) if progress.question else ()),
        *((texts.paragraph("case.overdue"),) if progress.is_overdue else ()),
        *((texts.paragraph("filing.guessed"),) if guessed else ()),
        *((texts.paragraph("case.acts"), Choices(tuple(acts))) if acts else ()),
        *(() if file.case.ended_on else asked_for_notice(turn, file.number)),
        texts.paragraph("case.page", number=file.number),
    )
    return said(turn, *blocks, effects=effects)


def asked_for_notice(turn: Turn, number: str) -> tuple[Block, ...]:
    """Whether the resident wants a notice, where this account can send one."""
    has_notice = bool(turn.library.city.pushes.notice)
    return (turn.texts.paragraph("case.notice", number=number),) if has_notice else ()


def overview(turn: Turn) -> Outcome:
    """All cases of the resident, newest first, to choose from; or what to do without one."""
    if not turn.cases:
        return said(turn, *turn.texts.paragraphs("case.none"))
    if len(turn.cases) == 1:
        return show(turn, turn.cases[0])
    choices = tuple(_listed(turn, file) for file in turn.cases[:MOST_LISTED])
    return said(
        turn,
        turn.texts.paragraph("case.which", count=len(turn.cases)),
        Choices(choices),
        turn.texts.paragraph("case.list"),
    )


def said(turn: Turn, *blocks: Block, effects: tuple[Effect, ...] = ()) -> Outcome:
    """A reply about cases; nothing is under way with them afterwards. Whatever news there was, it is told now."""
    reply = Reply(ReplyKind.TRACK, blocks, id=INTENT, title=turn.desk.title(INTENT))
    told = (NewsTold(tuple(news.id for news in turn.news)),) if turn.news else ()
    dialog = replace(turn.dialog, tending=None, choices=reply.choices)
    return Outcome(reply, dialog, (*effects, *told))


def _listed(turn: Turn, file: CaseFile) -> Choice:
    state = turn.texts.line(f"status_short.{file.case.state.value}")
    label = turn.texts.line("case.listed", respondent=file.copy.respondent[:8], state=state)
    return Choice(label, targets.case(f"show={file.number}"))
