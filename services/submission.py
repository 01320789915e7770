"""A whole draft → the case that is filed from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.attempts import Bound, Tally, opens_at
from domain.clock import local_day
from domain.complaints.case import Case
from domain.complaints.decide import Rules, decide
from domain.complaints.draft import Draft, Filing, WorkingCopy
from domain.complaints.events import Actor, Command, Opening
from domain.complaints.limits import Limits
from domain.complaints.numbers import case_number, query_code
from domain.complaints.records import CaseFile
from domain.complaints.terms import Action, Role
from domain.complaints.transitions import OPEN
from domain.entries import Library
from domain.masking import mask_story, told_names
from services.phrases import bare_of

RESIDENT = Actor(Role.RESIDENT)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who files. ``owner``: a blind name; ``openid`` only where the platform told it; ``source``: chat, form,
    window; ``actor``: a member of the window's staff who writes it down for somebody."""

    owner: str
    source: str
    openid: str = ""
    actor: Actor = RESIDENT


def rules_of(library: Library) -> Rules:
    """What decisions rest on, as the files say today."""
    return Rules(library.limits, library.workdays, library.city.consent_version, library.city.units)


def submit_bounds(limits: Limits) -> tuple[Bound, ...]:
    """How often one sender may file: a resident, or a browser that nobody knows (``Attempts.take``)."""
    return (
        Bound(limits.rule("submits_per_ten_minutes"), timedelta(minutes=10)),
        Bound(limits.rule("submits_per_day"), timedelta(days=1)),
    )


def shared(bounds: Sequence[Bound], limits: Limits) -> tuple[Bound, ...]:
    """Bounds for an address, whose unknown senders are counted together: phones of one network share it."""
    return tuple(Bound(bound.most * limits.rule("senders_per_address"), bound.within) for bound in bounds)


def file_bounds(limits: Limits) -> tuple[Bound, ...]:
    """How many files one sender may hand in."""
    return (Bound(limits.rule("files_per_hour"), timedelta(hours=1)),)


def may_file_from(filed: Iterable[int], limits: Limits, now: datetime) -> datetime | None:
    """When somebody who filed at these unix seconds may file again; None: now."""
    return opens_at(Tally(tuple(sorted(filed))), submit_bounds(limits), now)


def file_draft(draft: Draft, sender: Sender, library: Library, now: datetime, lot: bytes) -> Filing:
    """Work out the case. ``lot``: 32 bytes from which its number and its query code are drawn: the same lot files
    the same case. Raises ``ActionRefused`` for a draft that may not be filed, ``ValueError`` for one that is not whole.
    """
    if missing := list(draft.missing()):
        raise ValueError(f"draft lacks {', '.join(missing)}")
    assert draft.kind is not None, "missing() has seen it"
    assert draft.domain is not None, "missing() has seen it"
    assert draft.identity is not None, "missing() has seen it"
    is_known = not draft.is_anonymous
    opening = Opening(
        kind=draft.kind,
        domain=draft.domain,
        identity=draft.identity,
        unit=draft.area or library.city.name,
        has_way_back=bool(is_known and (sender.owner or draft.phone)),
        consent_version=draft.consent_version,
    )
    event = decide(Case(opening), Command(Action.SUBMIT), sender.actor, now, rules_of(library))
    return Filing(
        number=case_number(library.city.case_prefix, local_day(now).year, lot[:8]),
        code=query_code(lot[8:16]),
        draft=draft,
        opening=opening,
        event=event,
        copy=working_copy(draft),
        source=sender.source,
        limit_version=library.limits.version,
        owner=sender.owner if is_known else "",
        openid=sender.openid if is_known else "",
    )


def working_copy(draft: Draft) -> WorkingCopy:
    """What the units will see: the story without what tells who wrote it. Whom it is about they read beside it; in
    the copy itself, which can be searched, a person has a surname only."""
    told = told_names("\n".join((draft.story, draft.happened, draft.place)))
    own = (draft.name, draft.phone.removeprefix("+86"), *told)
    respondent = f"{draft.respondent[0]}某" if draft.respondent_is_person else draft.respondent

    def masked(words: str) -> str:
        return mask_story(words.replace(draft.respondent, respondent) if draft.respondent else words, own)

    return WorkingCopy(masked(draft.story), masked(draft.happened), masked(draft.place), respondent)


def similar_case(draft: Draft, cases: tuple[CaseFile, ...]) -> CaseFile | None:
    """A case of the same resident, still open, against the same respondent."""
    wanted = bare_of(draft.respondent)
    for each in cases:
        known = bare_of(each.copy.respondent)
        is_same = bool(known and wanted) and (known in wanted or wanted in known)
        if is_same and each.case.state in OPEN:
            return each
    return None
