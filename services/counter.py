"""What the window does for somebody who is there or on the telephone: takes a complaint down, puts a number right,
deletes what may go. The member of the staff has made sure who it is."""

from __future__ import annotations

from dataclasses import replace

from domain.clock import Clock
from domain.complaints.draft import Draft, Filing
from domain.complaints.records import Person
from domain.complaints.terms import Action, Role
from domain.entries import Library
from domain.ids import new_id, new_key
from services.casework import NotPermitted
from services.rights import Rights
from services.submission import Sender, file_draft
from storage.audit import Entry
from storage.complaints import Complaints
from storage.staff import Staff


class DraftLacks(ValueError):
    """Something without which a complaint cannot be filed is missing; ``names`` of the draft's fields."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(" ".join(names))
        self.names = names


class Counter:
    """The window's desk."""

    def __init__(
        self, complaints: Complaints, staff: Staff, rights: Rights, library: Library, clock: Clock
    ) -> None:
        self._complaints = complaints
        self._staff = staff
        self._rights = rights
        self._library = library
        self._clock = clock

    async def file(self, draft: Draft, staff_id: str, *, is_consented: bool) -> Filing:
        """File ``draft`` for somebody who is there. ``is_consented``: the notice in force was read to them, and they
        agreed. The number and the query code are for them to take along.

        Raises ``StaffUnknown``, ``DraftLacks``, or ``ActionRefused`` for who may not.
        """
        member = await self._staff.get(staff_id)
        now = self._clock.now()
        version = self._library.city.consent_version if is_consented else ""
        whole = replace(draft, id=new_id(), consent_version=version)
        if missing := tuple(whole.missing()):
            raise DraftLacks(missing)
        sender = Sender("", "window", actor=member.actor)
        filing = file_draft(whole, sender, self._library, now, new_key())
        await self._complaints.file(filing)
        await self._complaints.note(Entry(member.actor, Action.SUBMIT.value, filing.number, now, {}))
        return filing

    async def correct(self, number: str, person: Person, staff_id: str) -> None:
        """Put name and telephone number right for somebody who is there; see ``Rights.correct``."""
        member = await self._staff.get(staff_id)
        await self._rights.put_right(await self._complaints.read(number), person, member.actor)

    async def erase(self, number: str, staff_id: str) -> None:
        """Empty a closed case for somebody who is there; see ``Rights.delete_case``. A lead does it."""
        member = await self._staff.get(staff_id)
        if member.role is not Role.WINDOW_LEAD:
            raise NotPermitted
        await self._rights.delete(await self._complaints.read(number), member.actor)
