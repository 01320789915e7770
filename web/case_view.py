"""A case → what its page shows. Pure: a case, the moment and the rules in, a frozen model out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.complaints.case import Case
from domain.complaints.decide import Rules
from domain.complaints.records import CaseFile, HandedIn
from domain.complaints.terms import Action, Identity, State
from domain.evidence import EvidenceKind
from domain.labels import Labelled
from knowledge.texts import Texts
from services.progress import LEVELS, Line, Progress, progress_of, timeline, urge_from


class Waiting(Labelled):
    """How a deadline is drawn: shape, word and colour."""

    OK = "ok", "期限内"
    SOON = "soon", "快到期"
    OVER = "over", "已过期限"
    NONE = "none", "没有期限"


@dataclass(frozen=True, slots=True)
class Until:
    """The day somebody waits for. ``left`` and ``total``: working days, 0 where they are not counted."""

    day: date
    waiting: Waiting
    left: int = 0
    total: int = 0
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened. ``words``: what was written; ``files``: how many came with it."""

    at: datetime
    text: str
    words: str
    files: int = 0


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a case page shows. ``urge_from``: the day from which urging is possible again.

    ``missed``: pictures that were sent in the chat and never arrived; ``coming``: still to arrive.
    """

    number: str
    version: int
    state: State
    word: str
    progress: Progress
    until: Until | None
    moments: tuple[Moment, ...]
    looks: int
    identity: Identity
    kind: str
    respondent: str
    place: str
    story: str
    pictures: tuple[HandedIn, ...]
    documents: tuple[HandedIn, ...]
    coming: int
    missed: int
    urge_from: date | None
    is_rated: bool

    @property
    def values(self) -> Mapping[str, str]:
        return self.progress.values

    @property
    def turn(self) -> Action | None:
        """What the case waits for the resident to do, if it does."""
        acts = self.progress.acts
        if Action.RATE in acts:
            return Action.RATE
        is_asked = self.state is State.NEED_INFO or bool(self.progress.question)
        return Action.SUPPLEMENT if is_asked and Action.SUPPLEMENT in acts else None


def view_of(
    file: CaseFile, handed: Sequence[HandedIn], now: datetime, rules: Rules, texts: Texts
) -> CaseView:
    """The page of ``file`` for its resident at ``now``."""
    case, progress = file.case, progress_of(file, now, rules)
    there = [each for each in handed if each.accepted]
    opening = case.opening
    return CaseView(
        number=file.number,
        version=case.version,
        state=case.state,
        word=texts.line(f"status_short.{case.state.value}"),
        progress=progress,
        until=until_of(case, progress, now, rules),
        moments=tuple(_moment(line, handed, texts) for line in timeline(file)),
        looks=sum(event.action is Action.VIEW_IDENTITY for event in file.events),
        identity=opening.identity,
        kind=f"{opening.kind.label}（{opening.domain.label}）",
        respondent=file.copy.respondent,
        place=file.copy.place,
        story=file.copy.story,
        pictures=tuple(each for each in there if _kind(each) is EvidenceKind.PICTURE),
        documents=tuple(each for each in there if _kind(each) is EvidenceKind.DOCUMENT),
        coming=sum(each.is_coming for each in handed),
        missed=sum(not each.is_coming and each.accepted is None for each in handed),
        urge_from=urge_from(case, now, rules),
        is_rated=case.is_rated,
    )


def until_of(case: Case, progress: Progress, now: datetime, rules: Rules) -> Until | None:
    """The day that is waited for: of the clock that runs, else the last day of what the resident may still do."""
    if term := progress.due:
        total = term.days + term.paused
        waiting = (
            Waiting.OVER if progress.is_overdue else Waiting.SOON if progress.days_left < 2 else Waiting.OK
        )
        return Until(term.due_on, waiting, progress.days_left, total, term.is_confirmed)
    if case.resumes_on:
        return Until(case.resumes_on, Waiting.NONE)
    last = _last_day(case, progress.acts, rules)
    return Until(last, Waiting.NONE) if last else None


def _last_day(case: Case, acts: Sequence[Action], rules: Rules) -> date | None:
    ended, limits = case.ended_on, rules.limits
    if ended is None:
        return None
    if Action.OBJECT in acts:
        return rules.calendar.add(ended, limits.rule("objection_days")).day
    if Action.REOPEN in acts:
        return ended + timedelta(days=limits.rule("reopen_days"))
    if Action.REVIVE in acts:
        return ended + timedelta(days=limits.rule("revive_days"))
    return None


def moments_since(file: CaseFile, version: int, texts: Texts) -> tuple[Moment, ...]:
    """What happened to a case after it was at ``version``, newest first."""
    lines = tuple(timeline(file))
    return tuple(_moment(line, (), texts) for line in lines if line.version > version)


def _moment(line: Line, handed: Sequence[HandedIn], texts: Texts) -> Moment:
    values = dict(line.values)
    satisfied = int(values.get("satisfied") or 0)
    values["satisfied"] = texts.line(f"case_satisfied.{LEVELS[satisfied - 1]}") if satisfied else ""
    files = sum(each.added_at == line.at for each in handed)
    return Moment(line.at, texts.line(line.key, **values), line.words, files)


def _kind(each: HandedIn) -> EvidenceKind | None:
    return each.accepted.kind if each.accepted else None
