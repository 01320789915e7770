"""A step of the interview → what is asked there; a draft → the preview of what the units will see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain import targets
from domain.clock import chinese_date
from domain.complaints.draft import Draft
from domain.complaints.interview import WHOLE_STORY, Interview, Step, preceding
from domain.complaints.terms import Identity
from domain.dates import read_date
from domain.entries import Library
from domain.replies import Block, Choice, Choices, plain
from handlers.turn import Turn
from services.doors import Suggestion, suggest
from services.interview import CHOICES, untold_door
from services.phones import shown
from services.submission import working_copy

_MARKS = "①②③④⑤⑥⑦⑧⑨"


def asking(turn: Turn, draft: Draft, interview: Interview) -> tuple[Block, ...]:
    """The question of the step, its choices, and the ways out."""
    blocks = () if interview.is_anew else _ASK[interview.step](turn, draft)
    is_first = not interview.is_editing and preceding(interview.step, draft) is None
    footer = _FOOTERS.get(interview.step, "filing.footer_first" if is_first else "filing.footer")
    return (*blocks, turn.texts.paragraph(footer))


def preview(turn: Turn, draft: Draft) -> str:
    """Exactly what the units will see, line by line; what they will not see is named."""
    texts, copy = turn.texts, working_copy(draft)
    unknown = texts.line("filing.unknown")
    values = [
        draft.kind.label if draft.kind else unknown,
        draft.domain.label if draft.domain else unknown,
        copy.story or unknown,
        draft.respondent or unknown,
        copy.happened or unknown,
        copy.place or unknown,
        handed_in(turn, draft),
        draft.identity.label if draft.identity else unknown,
    ]
    if draft.identity in {Identity.SHIELDED, Identity.NAMED}:
        hidden = "filing.phone_hidden" if draft.identity is Identity.SHIELDED else "filing.phone_shown"
        values.append(texts.line(hidden, phone=shown(draft.phone), name=draft.name))
    labels = [step.label for step in (Step.KIND, Step.DOMAIN, Step.STORY, Step.RESPONDENT)]
    labels += [step.label for step in (Step.HAPPENED, Step.PLACE, Step.EVIDENCE, Step.IDENTITY, Step.PHONE)]
    lines = zip(_MARKS, labels, values, strict=False)
    return "\n".join(texts.line("filing.line", mark=m, label=name, value=value) for m, name, value in lines)


def handed_in(turn: Turn, draft: Draft) -> str:
    """图片 3 张，文件 1 个."""
    if not draft.evidence:
        return turn.texts.line("filing.nothing_handed")
    counts = {"filing.pictures": draft.pictures, "filing.documents": draft.documents}
    return turn.texts.line("filing.and").join(turn.texts.line(k, count=n) for k, n in counts.items() if n)


def named(target: str, label: str) -> Choice:
    """A choice of the interview."""
    return Choice(label, targets.file(target))


def _consent(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    choices = (
        named("consent", turn.texts.line("filing.agree")),
        named("no_consent", turn.texts.line("filing.disagree")),
    )
    before = turn.dialog.interview
    is_told = before is not None and before.step is Step.CONSENT and not before.is_paused
    key = "filing.consent_again" if is_told else "filing.consent"
    return (*turn.texts.paragraphs(key), Choices(choices))


def _door(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    door = untold_door(draft, turn.library)
    assert door is not None, "the step is only reached where there is one"
    see = turn.choices_of((door.see,))
    return plain(door.says), Choices((*see, named("stay", turn.texts.line("filing.door_stay"))))


def _kind(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    found = _suggested(turn, draft).kind
    return _chosen_first(turn, Step.KIND, f"kind={found.value}" if found else "")


def _domain(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    found = _suggested(turn, draft).domain
    return _chosen_first(turn, Step.DOMAIN, f"domain={found.value}" if found else "")


def _chosen_first(turn: Turn, step: Step, likely: str) -> tuple[Block, ...]:
    """The choices of a step, the likely one first and said to be so."""
    choices = [named(value, turn.texts.line(f"filing_choice.{_key(value)}")) for value in CHOICES[step]]
    choices.sort(key=lambda choice: choice.target != targets.file(likely))
    lead = turn.texts.paragraph(f"filing_ask.{step.value}")
    likely_lead = (turn.texts.paragraph("filing.likely"),) if likely else ()
    return lead, *likely_lead, Choices(tuple(choices))


def _key(value: str) -> str:
    """``kind=complaint`` → the name of the sentence that explains it."""
    return value.replace("=", "_")


def _story(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    if 0 < len(draft.story) < WHOLE_STORY:
        return (turn.texts.paragraph("filing.story_headline", story=draft.story),)
    if draft.story:
        return (turn.texts.paragraph("filing.story_more", count=len(draft.story)),)
    return turn.texts.paragraphs("filing.story")


def _child(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    choices = tuple(
        named(value, turn.texts.line(f"filing_choice.{_key(value)}")) for value in CHOICES[Step.CHILD]
    )
    return turn.texts.paragraph("filing.child"), Choices(choices)


def _respondent(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    names = _suggested(turn, draft).respondents
    offered = Choices(tuple(named(f"respondent={name}", name) for name in names))
    return (turn.texts.paragraph("filing.respondent"), *((offered,) if names else ()))


def _happened(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    read = read_date(draft.story, turn.today).day if draft.story else None
    return turn.texts.paragraph("filing.happened"), *_offered("happened", chinese_date(read) if read else "")


def _place(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    if draft.place:
        return (turn.texts.paragraph("filing.place_again", place=draft.place),)
    return turn.texts.paragraph("filing.place"), *_offered("place", draft.area)


def _offered(step: str, words: str) -> tuple[Block, ...]:
    """What the story already says, to be taken by a touch."""
    return (Choices((named(f"{step}={words}", words),)),) if words else ()


def _evidence(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    if draft.evidence:
        return (turn.texts.paragraph("filing.evidence_more", handed=handed_in(turn, draft)),)
    most = turn.library.limits.evidence.pictures
    return turn.texts.paragraphs("filing.evidence", most=most)


def _sensitive(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    choices = (
        named("sensitive=yes", turn.texts.line("filing.sensitive_yes")),
        named("sensitive=no", turn.texts.line("filing.sensitive_no")),
    )
    return turn.texts.paragraph("filing.sensitive"), Choices(choices)


def _identity(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    choices = tuple(
        named(value, turn.texts.line(f"filing_choice.{_key(value)}")) for value in CHOICES[Step.IDENTITY]
    )
    return turn.texts.paragraph("filing.identity"), Choices(choices)


def _name(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    return (turn.texts.paragraph("filing.name"),)


def _phone(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    return (turn.texts.paragraph("filing.phone"),)


def _guardian(turn: Turn, _draft: Draft) -> tuple[Block, ...]:
    choices = (
        named("guardian", turn.texts.line("filing.guardian_yes")),
        named("child=no", turn.texts.line("filing.guardian_no")),
        named("keep", turn.texts.line("filing.guardian_keep")),
    )
    return turn.texts.paragraph("filing.guardian_agrees"), Choices(choices)


def _preview(turn: Turn, draft: Draft) -> tuple[Block, ...]:
    choices = (
        named("submit", turn.texts.line("filing.submit")),
        named("edit", turn.texts.line("filing.edit")),
        named("keep", turn.texts.line("filing.keep")),
    )
    return turn.texts.paragraph("filing.preview"), plain(preview(turn, draft), may_cut=True), Choices(choices)


def _suggested(turn: Turn, draft: Draft) -> Suggestion:
    library: Library = turn.library
    return suggest(draft.story, library.doors, library.city)


_ASK: Mapping[Step, Callable[[Turn, Draft], tuple[Block, ...]]] = MappingProxyType(
    {
        Step.DOOR: _door,
        Step.CONSENT: _consent,
        Step.KIND: _kind,
        Step.DOMAIN: _domain,
        Step.STORY: _story,
        Step.CHILD: _child,
        Step.RESPONDENT: _respondent,
        Step.HAPPENED: _happened,
        Step.PLACE: _place,
        Step.EVIDENCE: _evidence,
        Step.SENSITIVE: _sensitive,
        Step.IDENTITY: _identity,
        Step.NAME: _name,
        Step.PHONE: _phone,
        Step.GUARDIAN: _guardian,
        Step.PREVIEW: _preview,
    }
)
_FOOTERS = MappingProxyType(
    {
        Step.DOOR: "filing.footer_door",
        Step.CONSENT: "filing.footer_consent",
        Step.STORY: "filing.footer_words",
        Step.HAPPENED: "filing.footer_skip",
        Step.PLACE: "filing.footer_skip",
        Step.EVIDENCE: "filing.footer_words",
        Step.PREVIEW: "filing.footer_preview",
    }
)
