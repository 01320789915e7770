"""我的信息: what is held of a resident, to be seen, copied, put right and deleted by nobody but themselves.

个人信息保护法第四十四条至第五十条. What may be done is done at once; what may not says why and what to do instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.clock import Clock, local
from domain.complaints.decide import Rules, decide
from domain.complaints.draft import Draft
from domain.complaints.events import Actor, Command
from domain.complaints.records import CaseFile, Person
from domain.complaints.terms import ENDED, Action, KeptBecause, State
from domain.errors import CaseChanged, CaseUnknown, ErasureRefused
from domain.pushing import Consent
from services.progress import RESIDENT, reply_of, timeline
from services.retention import Retention
from services.submission import working_copy
from storage.audit import Entry
from storage.complaints import Complaints
from storage.conversations import Conversations


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case as it is held, with what nobody but its resident may read. ``content``: their own words, unmasked;
    ``kept``: why it cannot be deleted now (None: it can)."""

    file: CaseFile
    person: Person
    content: Draft | None
    kept: KeptBecause | None

    @property
    def can_correct(self) -> bool:
        """Whether name and number may be put right: while somebody may still call."""
        return self.file.case.state not in ENDED


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held of a resident. ``talked_at``: when the conversation was last remembered, None when nothing is;
    ``stories``: how many they were told; ``news``: notices not read yet; ``agreed``: how often, or for good, they
    may be sent a notice. Nothing of it: ``is_empty``."""

    draft: Draft | None
    talked_at: datetime | None
    stories: int
    news: int
    agreed: tuple[Consent, ...]
    cases: tuple[HeldCase, ...]

    @property
    def is_empty(self) -> bool:
        return self.draft is None and self.talked_at is None and not self.cases and not self.agreed


@dataclass(frozen=True, slots=True)
class Deleted:
    """What came of 全部删除: the numbers of cases that were emptied, and those kept, with the reason."""

    erased: tuple[str, ...]
    kept: tuple[tuple[str, KeptBecause], ...]


class Rights:
    """``resident``: a blind name, as ``domain.ids.blind_name`` makes it; whoever calls has made sure who it is."""

    def __init__(
        self,
        complaints: Complaints,
        conversations: Conversations,
        retention: Retention,
        rules: Callable[[], Rules],
        clock: Clock,
    ) -> None:
        self._complaints = complaints
        self._conversations = conversations
        self._retention = retention
        self._rules = rules
        self._clock = clock

    async def held(self, resident: str) -> Held:
        """Everything that is stored under this resident's name: draft, conversation, cases."""
        memory = await self._conversations.memory(resident)
        files = await self._complaints.of_resident(resident, most=None)
        return Held(
            memory.draft,
            memory.at,
            len(memory.dialog.told),
            len(memory.news),
            tuple(each for each in memory.known.consents.values() if each.times or each.is_lasting),
            tuple([await self._case(file) for file in files]),
        )

    async def copy(self, resident: str) -> dict[str, Any]:
        """The same as one JSON document, to be downloaded; leaves an audit row for every case in it."""
        held = await self.held(resident)
        now = self._clock.now()
        for each in held.cases:
            await self._complaints.note(Entry(RESIDENT, "copy", each.file.number, now, {}))
        return {
            "made_at": local(now).isoformat(timespec="seconds"),
            "draft": _told(held.draft) if held.draft else None,
            "conversation": {"last_at": _moment(held.talked_at), "stories_told": held.stories},
            "notices_agreed": [{"times": each.times, "for_good": each.is_lasting} for each in held.agreed],
            "complaints": [_copied(each) for each in held.cases],
        }

    async def correct(self, resident: str, number: str, person: Person) -> None:
        """Put name and telephone number of an open case right; an empty field stays as it is. ``person.phone`` as
        ``services.phones.read_phone`` gives it, ``person.name`` as ``services.names.read_name``.

        The working copy is masked anew, the timeline says that it was done. Raises ``CaseUnknown`` for a case that is
        not theirs, ``ActionRefused`` for one that is closed or anonymous, ``CaseChanged``: read it again.
        """
        await self.put_right(await self._own(resident, number), person, RESIDENT)

    async def put_right(self, file: CaseFile, person: Person, actor: Actor) -> None:
        """``correct``, by whoever has made sure whose case it is."""
        now = self._clock.now()
        event = decide(file.case, Command(Action.CORRECT), actor, now, self._rules())
        held = await self._case(file)
        name, phone = person.name or held.person.name, person.phone or held.person.phone
        told = held.content or Draft("")
        copy = working_copy(replace(told, name=name, phone=phone)) if held.content else file.copy
        entry = Entry(actor, Action.CORRECT.value, file.number, now, {})
        await self._complaints.correct(file, event, replace(held.person, name=name, phone=phone), copy, entry)

    async def forget_conversation(self, resident: str) -> None:
        """Delete the draft, what was handed in for it, and all that is remembered of the conversation. At once."""
        await self._retention.forget_conversation(resident)

    async def delete_case(self, resident: str, number: str) -> None:
        """Empty a closed case of everything but its bare facts: words, name, number and files are gone for good.

        Raises ``CaseUnknown`` for a case that is not theirs; ``ErasureRefused`` for one that is open (withdraw it
        first), merged into one that is open, or held by law.
        """
        await self.delete(await self._own(resident, number), RESIDENT)

    async def delete_all(self, resident: str) -> Deleted:
        """Delete what can be deleted: the conversation and every closed case; and, when none is left of which there
        may be news, what they agreed to be told."""
        await self.forget_conversation(resident)
        erased: list[str] = []
        kept: list[tuple[str, KeptBecause]] = []
        for file in await self._complaints.of_resident(resident, most=None):
            try:
                await self.delete(file, RESIDENT)
                erased.append(file.number)
            except ErasureRefused as refused:
                kept.append((file.number, refused.because))
        if not kept:
            await self._retention.forget_reach(resident)
        return Deleted(tuple(erased), tuple(kept))

    async def delete(self, file: CaseFile, actor: Actor) -> None:
        """``delete_case``, by whoever has made sure whose case it is."""
        if because := await self._kept_because(file):
            raise ErasureRefused(file.number, because)
        try:
            await self._retention.erase(file.number, actor, "own_wish")
        except CaseChanged:
            raise ErasureRefused(file.number, KeptBecause.OPEN) from None

    async def _case(self, file: CaseFile) -> HeldCase:
        person = await self._complaints.person(file.number)
        content = await self._complaints.content(file.number)
        return HeldCase(file, person, content, await self._kept_because(file))

    async def _kept_because(self, file: CaseFile) -> KeptBecause | None:
        if file.hold:
            return KeptBecause.HELD
        if file.case.state not in ENDED:
            return KeptBecause.OPEN
        if file.case.state is State.MERGED and file.case.master:
            master = await self._complaints.read(file.case.master)
            return KeptBecause.MERGED if master.case.state not in ENDED else None
        return None

    async def _own(self, resident: str, number: str) -> CaseFile:
        found: Sequence[CaseFile] = await self._complaints.of_resident(resident, number) if number else ()
        if not found:
            raise CaseUnknown
        return found[0]


def _copied(held: HeldCase) -> dict[str, Any]:
    file, opening = held.file, held.file.case.opening
    return {
        "number": file.number,
        "kind": opening.kind.label,
        "domain": opening.domain.label,
        "identity": opening.identity.label,
        "consent_version": opening.consent_version,
        "submitted_at": _moment(file.submitted_at),
        "state": file.case.state.label,
        "unit": file.case.lead_unit,
        "name": held.person.name,
        "phone": held.person.phone,
        "told": _told(held.content) if held.content else None,
        "files": file.handed,
        "reply": reply_of(file),
        "happened": [
            {"at": _moment(line.at), "what": line.key.partition(".")[2], "words": line.words}
            for line in timeline(file)
        ],
    }


def _told(draft: Draft) -> dict[str, Any]:
    """A resident's own words; what only says where the telling stood is left out."""
    return {
        "kind": draft.kind.label if draft.kind else "",
        "domain": draft.domain.label if draft.domain else "",
        "story": draft.story,
        "respondent": draft.respondent,
        "happened": draft.happened,
        "place": draft.place,
        "area": draft.area,
        "latitude": draft.latitude,
        "longitude": draft.longitude,
        "name": draft.name,
        "phone": draft.phone,
        "pictures": draft.pictures,
        "documents": draft.documents,
    }


def _moment(at: datetime | None) -> str:
    return local(at).isoformat(timespec="seconds") if at else ""
