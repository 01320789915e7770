"""What is chosen at a step → the draft with it, and the next question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.complaints.draft import Draft
from domain.complaints.interview import EDITABLE, Interview, Step, preceding
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity
from domain.effects import DraftDropped, DraftKept
from domain.replies import Choices
from handlers.filing.questions import named
from handlers.filing.steps import advance, ask, said, stay
from handlers.turn import Outcome, Turn
from services.interview import untold_door
from services.telling import with_identity, with_kind

Answer = Callable[[Turn, Draft, Interview, str], Outcome]


def go_back(turn: Turn, draft: Draft, interview: Interview) -> Outcome:
    """The question before; from a single answer that is being changed, the preview."""
    if interview.is_editing:
        return ask(turn, draft, Interview(Step.PREVIEW))
    before = preceding(interview.step, draft)
    if before is None:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.at_start"))
    return ask(turn, draft, Interview(before))


def give_up(turn: Turn, draft: Draft) -> Outcome:
    """The draft is dropped, with what was handed in for it."""
    dropped = DraftDropped(draft.id)
    return said(turn, None, turn.texts.paragraph("filing.cancelled"), effects=(dropped,))


def put_off(turn: Turn, interview: Interview) -> Outcome:
    kept = turn.texts.paragraph("filing.kept", days=turn.library.limits.kept["draft"].value)
    return said(turn, replace(interview, is_paused=True), kept)


def not_yet(turn: Turn, draft: Draft, interview: Interview) -> Outcome:
    """确认提交 before there is anything to confirm: what is still open, and the way back."""
    key = "filing.confirm_editing" if interview.is_editing else "filing.confirm_early"
    return ask(turn, draft, interview, turn.texts.paragraph(key, label=interview.step.label))


def take_up(turn: Turn, draft: Draft, interview: Interview) -> Outcome:
    """Go on in the chat; of a draft that the form stored last it is kept that it is told here again."""
    kept = (DraftKept(draft),) if draft.on_form else ()
    going_on = turn.texts.paragraph("filing.go_on")
    return ask(turn, draft, replace(interview, is_paused=False), going_on, effects=kept)


def _agreed(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    draft = replace(draft, consent_version=turn.library.city.consent_version)
    return advance(turn, draft, interview)


def _declined(turn: Turn, draft: Draft, _interview: Interview, _value: str) -> Outcome:
    said_no = turn.texts.paragraphs("filing.no_consent")
    return said(turn, None, *said_no, effects=(DraftDropped(draft.id),))


def _stayed(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    """The other door was pointed out, and is remembered as such (已告知)."""
    door = untold_door(draft, turn.library)
    draft = replace(draft, informed=(*draft.informed, door.id)) if door else draft
    after = Interview(interview.then, is_editing=interview.is_editing and interview.then is not Step.PREVIEW)
    return stay(turn, draft, after)


def _kind(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    return advance(turn, with_kind(draft, ComplaintKind.of(value)), interview)


def _domain(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    return advance(turn, replace(draft, domain=CreditDomain.of(value)), interview)


def _child(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    lead = (turn.texts.paragraph("filing.guardian"),) if value == "yes" else ()
    return advance(turn, replace(draft, is_about_child=value == "yes"), interview, *lead)


def _guardian(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    return advance(turn, replace(draft, has_guardian_consent=True), interview)


def _sensitive(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    return advance(turn, replace(draft, has_sensitive_consent=value == "yes"), interview)


def _identity(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    """Nobody can mediate for somebody unknown: an anonymous complaint is a tip, and that is said before."""
    identity = Identity.of(value)
    if identity is Identity.ANONYMOUS and draft.kind is ComplaintKind.COMPLAINT:
        choices = (
            named("anonymous_tip", turn.texts.line("filing.anonymous_tip")),
            named("identity=shielded", turn.texts.line("filing_choice.identity_shielded")),
        )
        return said(turn, interview, turn.texts.paragraph("filing.anonymous"), Choices(choices))
    return advance(turn, with_identity(draft, identity), interview)


def _anonymous_tip(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    draft = with_identity(replace(draft, kind=ComplaintKind.TIP), Identity.ANONYMOUS)
    return advance(turn, draft, interview)


def _skipped(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    return advance(turn, draft, interview)


def _edit(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    step = EDITABLE[int(value) - 1] if value else None
    is_unfit = step is Step.PHONE and (draft.is_anonymous or draft.identity is None)
    if step is None or is_unfit:
        return said(turn, interview, turn.texts.paragraph("filing.edit_which"))
    lead = (turn.texts.paragraph("filing.story_anew"),) if step is Step.STORY else ()
    return ask(turn, draft, Interview(step, is_editing=True, is_anew=step is Step.STORY), *lead)


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "consent": _agreed,
        "no_consent": _declined,
        "stay": _stayed,
        "kind": _kind,
        "domain": _domain,
        "child": _child,
        "guardian": _guardian,
        "sensitive": _sensitive,
        "identity": _identity,
        "anonymous_tip": _anonymous_tip,
        "skip": _skipped,
        "edit": _edit,
        "keep": lambda turn, _draft, interview, _value: put_off(turn, interview),
        "resume": lambda turn, draft, interview, _value: take_up(turn, draft, interview),
    }
)
