"""A case of one's own, on the page: found by who may see it, and acted on once however often one taps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.clock import Clock
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Command
from domain.complaints.records import CaseFile, HandedIn
from domain.complaints.terms import Action, Role, State
from domain.errors import CaseChanged, CaseUnknown
from domain.evidence import Kept, Outcome, Refused, Upload
from domain.ids import new_id
from services.evidence import Intake
from services.progress import RESIDENT, told
from storage.complaints import Complaints

# These mean the same wherever the case has got to while they were written.
LASTING = frozenset({Action.SUPPLEMENT, Action.URGE})
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """By what right somebody sees a case. ``owner``: the blind name of who is known; ``opened``: the number that
    was opened with its query code."""

    owner: str = ""
    opened: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done, with the case as it was ``seen`` (its version) and the files that come with it.
    ``mark``: what stands in the record for files that came without a word."""

    command: Command
    seen: int
    uploads: Sequence[Upload] = ()
    mark: str = ""

    @property
    def is_wordless(self) -> bool:
        return self.command.action is Action.SUPPLEMENT and not self.command.text

    @property
    def whole(self) -> Command:
        """The command as it is recorded."""
        return replace(self.command, text=self.mark) if self.is_wordless else self.command


class NothingHandedIn(Exception):
    """A supplement in which nothing is left: no words, and none of the files was taken (``refused``)."""

    def __init__(self, refused: tuple[Refused, ...]) -> None:
        super().__init__(len(refused))
        self.refused = refused


class Following:
    """The resident's side of cases, outside the chat."""

    def __init__(
        self, complaints: Complaints, intake: Intake, rules: Callable[[], Rules], clock: Clock
    ) -> None:
        self._complaints = complaints
        self._intake = intake
        self._rules = rules
        self._clock = clock

    async def cases(self, owner: str) -> Sequence[CaseFile]:
        """All of one's own, newest first."""
        return await self._complaints.of_resident(owner) if owner else ()

    async def case(self, number: str, claim: Claim) -> CaseFile:
        """Raises ``CaseUnknown`` for another's and for none alike."""
        return await self._complaints.for_resident(number, claim.owner, claim.opened)

    async def handed_in(self, file: CaseFile) -> tuple[HandedIn, ...]:
        """What can be looked at; nothing any more once the case was withdrawn."""
        if file.case.state is State.WITHDRAWN:
            return ()
        return await self._complaints.handed_in(file.number)

    async def one_handed_in(self, file: CaseFile, ident: str) -> HandedIn:
        """One file of a case. Raises ``CaseUnknown`` where there is nothing to look at."""
        found = next((each for each in await self.handed_in(file) if each.id == ident), None)
        if found is None or found.accepted is None:
            raise CaseUnknown
        return found

    async def act(self, number: str, claim: Claim, wish: Wish) -> tuple[Refused, ...]:
        """Carry a wish out; returns the files that were not taken. What was done already is not done again.

        Raises ``CaseUnknown``, ``ActionRefused``, ``CaseChanged`` when the resident has not seen how the case stands
        now, ``NothingHandedIn``, ``StorageFull``; then nothing is stored.
        """
        for _ in range(MOST_TRIES):
            file = await self.case(number, claim)
            try:
                return await self._try(file, wish)
            except _Overtaken:
                continue
        raise CaseChanged(number)

    async def _try(self, file: CaseFile, wish: Wish) -> tuple[Refused, ...]:
        if wish.is_wordless and not wish.uploads:
            raise NothingHandedIn(())
        is_done = was_done(file, wish)
        if is_done and not wish.uploads:
            return ()
        if not is_done and wish.command.action not in LASTING and has_moved(file, wish.seen):
            raise CaseChanged(file.number)
        event = decide(file.case, wish.whole, RESIDENT, self._clock.now(), self._rules())
        outcomes = await self._taken(file, wish)
        kept = {new_id(): each for each in outcomes if isinstance(each, Kept)}
        refused = tuple(each for each in outcomes if isinstance(each, Refused))
        if not kept and is_done:
            return ()
        if not kept and wish.is_wordless:
            raise NothingHandedIn(refused)
        try:
            await self._complaints.hand_in(file.number, file.case, event, kept)
        except CaseChanged:
            await self._intake.discard(outcomes)
            raise _Overtaken from None
        except BaseException:
            await self._intake.discard(outcomes)
            raise
        return refused

    async def _taken(self, file: CaseFile, wish: Wish) -> tuple[Outcome, ...]:
        if not wish.uploads:
            return ()
        held = [each.accepted for each in await self._complaints.handed_in(file.number) if each.accepted]
        return await self._intake.take(wish.uploads, held)


class _Overtaken(Exception):
    """Something was written between the look and the act."""


def was_done(file: CaseFile, wish: Wish) -> bool:
    """Whether the resident did the very same since they looked: a second tap, or a page that was sent again."""
    since = file.events[wish.seen :]
    return any(e.actor.role is Role.RESIDENT and e.command == wish.whole for e in since)


def has_moved(file: CaseFile, seen: int) -> bool:
    """Whether anything happened since that the resident is told of."""
    return any(case.version > seen for _, case in told(file))
