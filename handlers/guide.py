"""A guide opened, answered, left, taken up again → its next question, or the end it comes to."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.dialog import Flow
from domain.effects import Asked
from domain.entries import Citation
from domain.guides import End, Guide, Step, recorded, valid, walk
from domain.reckoning import COMPUTATIONS, Found
from domain.replies import Block, Choice, Choices, Paragraph, Reply, ReplyKind, plain
from handlers.turn import Outcome, Turn, offered, said
from knowledge.texts import paragraphs_of
from services.guiding import is_under_way, target_of

RELATED = 3
_UNCLEAR = {
    "no_day": "guide.which_day",
    "no_such_day": "guide.no_such_day",
}


def handle(turn: Turn) -> Outcome:
    """Open the guide that was asked for, or move in the one that is under way."""
    kind, name = turn.target
    if kind == "guide":
        return _open(turn, turn.library.guides[name])
    flow = turn.dialog.flow
    guide = turn.library.guides.get(flow.guide) if flow else None
    if flow is None or guide is None or name == "guide":
        return _overview(turn)
    flow = replace(flow, answers=valid(guide, flow.answers), is_paused=False)
    if kind == "answer":
        return _answer(turn, guide, flow, name)
    return _move(turn, guide, flow, name)


def asking(turn: Turn, step: Step, *, is_first: bool) -> tuple[Block, ...]:
    """The question of a step, its choices, and the ways out."""
    question = step.question
    if step.basis:
        question += "\n" + turn.texts.line("guide.basis", basis=_basis(turn, step.basis))
    choices = tuple(Choice(option.label, target_of(option)) for option in step.choices)
    footer = "guide.first_footer" if is_first else "guide.date_footer" if step.date_then else "guide.footer"
    return (
        *paragraphs_of(question),
        *((Choices(choices),) if choices else ()),
        turn.texts.paragraph(footer),
    )


def again(turn: Turn, guide: Guide, flow: Flow, *lead: Block) -> Outcome:
    """The question where the flow stands, after ``lead``."""
    place = walk(guide, flow.answers)
    if isinstance(place, End):
        return _finish(turn, guide, flow, place)
    blocks = (*lead, *asking(turn, place, is_first=not flow.answers))
    reply = Reply(ReplyKind.GUIDE, blocks, id=targets.guide(guide.id), title=guide.title)
    return Outcome(reply, replace(turn.dialog, flow=flow, choices=reply.choices))


def expected(turn: Turn, step: Step) -> Paragraph:
    """What kind of answer a step takes."""
    return turn.texts.paragraph("guide.expect_date" if step.date_then else "guide.expect_choice")


def _open(turn: Turn, guide: Guide) -> Outcome:
    flow = turn.dialog.flow if is_under_way(turn.dialog, turn.library) else None
    is_other = flow is not None and flow.guide != guide.id and not _is_led_here(turn, guide)
    before = turn.library.guides[flow.guide] if flow and is_other else None
    stopped = (turn.texts.paragraph("guide.stopped", title=before.title),) if before else ()
    outcome = again(turn, guide, Flow(guide.id), *stopped, *paragraphs_of(guide.opening))
    return Outcome(outcome.reply, outcome.dialog, (Asked(targets.guide(guide.id)),))


def _is_led_here(turn: Turn, guide: Guide) -> bool:
    """Whether the guide under way led to this one by its own choice."""
    return any(choice.target == targets.guide(guide.id) for choice in turn.dialog.choices)


def _overview(turn: Turn) -> Outcome:
    choices = turn.choices_of(map(targets.guide, turn.library.guides))
    return said(turn, ReplyKind.GUIDE, *offered(choices, turn.texts.paragraph("guide.overview")))


def _answer(turn: Turn, guide: Guide, flow: Flow, value: str) -> Outcome:
    step = walk(guide, flow.answers)
    if not isinstance(step, Step):
        return again(turn, guide, flow)
    if value in _UNCLEAR:
        return again(turn, guide, flow, turn.texts.paragraph(_UNCLEAR[value]))
    is_day = step.date_then and value[:1].isdigit()
    if is_day and value > turn.today.isoformat() and not step.is_ahead:
        return again(turn, guide, flow, turn.texts.paragraph("guide.future"))
    if step.after(value) is None:
        return again(turn, guide, flow, expected(turn, step))
    return again(turn, guide, replace(flow, answers=(*flow.answers, (step.id, value))))


def _move(turn: Turn, guide: Guide, flow: Flow, command: str) -> Outcome:
    match command:
        case "back" if not flow.answers:
            return again(turn, guide, flow, turn.texts.paragraph("guide.at_start"))
        case "back":
            return again(turn, guide, replace(flow, answers=flow.answers[:-1]))
        case "restart":
            return again(turn, guide, Flow(guide.id))
        case "cancel":
            return _left(turn, None, turn.texts.paragraph("guide.cancelled"))
        case "later":
            kept = turn.texts.paragraph("guide.kept", title=guide.title)
            return _left(turn, replace(flow, is_paused=True), kept)
    return again(turn, guide, flow, turn.texts.paragraph("guide.go_on"))


def _left(turn: Turn, flow: Flow | None, *blocks: Block) -> Outcome:
    reply = Reply(ReplyKind.GUIDE, blocks, id=turn.found.target)
    return Outcome(reply, replace(turn.dialog, flow=flow, choices=()))


def _finish(turn: Turn, guide: Guide, flow: Flow, end: End) -> Outcome:
    found = _reckon(turn, end, recorded(guide, flow.answers))
    values = {"city": turn.library.city.name, **found.slots}
    related = turn.choices_of(map(targets.policy, end.related), RELATED)
    choices = (*turn.choices_of(end.opens), *related)
    blocks: tuple[Block, ...] = (
        *paragraphs_of(end.told(found.case), values),
        *((turn.texts.paragraph("guide.open_year", year=found.open_year),) if found.open_year else ()),
        *_sources(turn, end),
        *offered(choices, turn.texts.paragraph("guide.next")),
        turn.texts.paragraph("guide.another_case", title=guide.title),
    )
    target = targets.guide(guide.id)
    reply = Reply(ReplyKind.GUIDE, blocks, id=target, title=guide.title)
    return Outcome(reply, replace(turn.dialog, flow=flow, choices=choices).about(target, turn.second))


def _reckon(turn: Turn, end: End, answers: dict[str, str]) -> Found:
    if not end.compute:
        return Found()
    return COMPUTATIONS[end.compute].run(answers, turn.today, turn.library.workdays)


def _sources(turn: Turn, end: End) -> tuple[Block, ...]:
    lines = [turn.texts.line("guide.basis", basis=_basis(turn, end.basis))] if end.basis else []
    if end.caveat:
        lines.append(turn.texts.line("policy.caveat"))
    return (plain("\n".join(lines)),) if lines else ()


def _basis(turn: Turn, citations: tuple[Citation, ...]) -> str:
    return "\n".join(
        turn.texts.line("guide.citation", title=turn.library.documents[c.document].title, article=c.article)
        for c in citations
    )
