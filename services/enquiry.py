"""A case number and a query code, from somebody who is not known → the case, or the same nothing for every fault.

Five wrong codes in a quarter of an hour close this one way in for half an hour: for that number, and for that
address. Who is known to WeChat gets to their case all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from domain.attempts import Bound
from domain.clock import Clock
from domain.complaints.limits import Limits
from domain.complaints.numbers import read_code, read_number
from domain.complaints.records import CaseFile
from domain.errors import TriedTooOften
from storage.attempts import Attempts, network_of
from storage.complaints import Complaints

WINDOW = timedelta(minutes=15)


class Enquiry:
    """Opens cases by number and code."""

    def __init__(
        self, complaints: Complaints, attempts: Attempts, limits: Callable[[], Limits], clock: Clock
    ) -> None:
        self._complaints = complaints
        self._attempts = attempts
        self._limits = limits
        self._clock = clock

    async def open(self, number: str, code: str, address: str) -> CaseFile:
        """The case of ``number`` as it was typed. ``address``: the visitor's IP; only a fingerprint of it is kept.

        Raises ``CaseUnknown`` for a number that does not exist and for a wrong code alike, and ``TriedTooOften``
        with the moment from which it is worth trying again.
        """
        known, now = read_number(number), self._clock.now()
        names = [f"code:{known or number.strip()[:40]}", f"code from:{network_of(address)}"]
        if until := await self._attempts.take(names, (self._bound(),), now):
            raise TriedTooOften(until)
        file = await self._complaints.by_code(known or "", read_code(code))
        await self._attempts.give_back(names, now)
        return file

    def _bound(self) -> Bound:
        limits = self._limits()
        lock = timedelta(minutes=limits.rule("code_lock_minutes"))
        return Bound(limits.rule("code_attempts"), WINDOW, lock)
