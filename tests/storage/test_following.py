"""What a resident does outside the chat: once however often it is sent, whole or not at all, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import ManualClock
from domain.complaints.events import Command
from domain.complaints.terms import Action, State
from domain.entries import Library
from domain.errors import ActionRefused, CaseChanged, CaseUnknown
from domain.evidence import Refusal, Upload
from services.antivirus import Antivirus
from services.casework import Casework
from services.evidence import Intake
from services.following import Claim, Following, NothingHandedIn, Wish
from services.submission import rules_of
from storage.complaints import Complaints
from storage.staff import Staff
from storage.vault import Vault
from tests.conftest import NOW
from tests.storage.conftest import SEALS
from tests.support import files
from tests.support.filed import file_case, lead_to, staffed
from tests.support.limits import EVIDENCE

OWN = Claim("r1")
SUPPLEMENT = Command(Action.SUPPLEMENT, "还有这些")


@dataclass
class House:
    """The resident's side, and the staff's."""

    complaints: Complaints
    staff: Staff
    casework: Casework
    following: Following
    vault: Vault
    library: Library
    clock: ManualClock

    async def put(self, goal: str = "", owner: str = "r1") -> str:
        number = (await file_case(self, self.library, owner)).number
        if goal:
            await lead_to(self, number, goal)
        return number

    async def act(self, number: str, command: Command, seen: int = 1, *uploads: Upload) -> list[Refusal]:
        refused = await self.following.act(number, OWN, Wish(command, seen, uploads, "（只有图片）"))
        return [each.refusal for each in refused]

    async def actions(self, number: str) -> list[Action]:
        return [event.action for event in (await self.complaints.read(number)).events]


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, library: Library, tmp_path: Path) -> AsyncIterator[House]:
    clock, vault = ManualClock(NOW), Vault(tmp_path / "vault", {"k1": bytes(32)})
    complaints, staff = Complaints(engine, SEALS), Staff(engine)
    intake = Intake(vault, EVIDENCE, Antivirus(""))
    house = House(
        complaints,
        staff,
        Casework(complaints, staff, lambda: rules_of(library), clock),
        Following(complaints, intake, lambda: rules_of(library), clock),
        vault,
        library,
        clock,
    )
    await staffed(house)
    yield house


async def test_a_case_is_there_for_its_owner_and_for_who_opened_it(house: House) -> None:
    number = await house.put()
    for claim in (OWN, Claim(opened=number), Claim("r2", number)):
        assert (await house.following.case(number, claim)).number == number
    for claim in (Claim(), Claim("r2"), Claim("r2", await house.put()), Claim("", "WH26-0000-00000")):
        with pytest.raises(CaseUnknown):
            await house.following.case(number, claim)


async def test_the_same_wish_twice_at_once_is_carried_out_once(house: House) -> None:
    number = await house.put("in_progress")
    seen = len(await house.actions(number))
    for command in (Command(Action.URGE), SUPPLEMENT):
        await asyncio.gather(*(house.act(number, command, seen) for _ in range(4)))
        assert (await house.actions(number)).count(command.action) == 1


async def test_the_same_picture_twice_at_once_is_kept_once(house: House) -> None:
    number = await house.put()
    sent = [(files.upload(files.jpeg()),) for _ in range(3)]
    refused = await asyncio.gather(*(house.act(number, SUPPLEMENT, 1, *uploads) for uploads in sent))
    assert refused == [[], [], []]
    [handed] = await house.complaints.handed_in(number)
    assert (await house.actions(number)).count(Action.SUPPLEMENT) == 1
    assert {handed.original, handed.display} == set(house.vault.names())


async def test_another_picture_with_the_same_words_is_another_supplement(house: House) -> None:
    number = await house.put()
    for width in (300, 301):
        await house.act(number, SUPPLEMENT, 1, files.upload(files.jpeg(width, 300)))
    assert (await house.actions(number)).count(Action.SUPPLEMENT) == 2
    assert len(await house.complaints.handed_in(number)) == 2


async def test_a_picture_without_a_word_is_a_supplement_with_its_mark(house: House) -> None:
    number = await house.put("need_info")
    await house.act(number, Command(Action.SUPPLEMENT), 2, files.upload(files.jpeg()))
    file = await house.complaints.read(number)
    assert file.events[-1].command.text == "（只有图片）"
    assert file.case.state is State.SUBMITTED


async def test_nothing_at_all_is_no_supplement(house: House) -> None:
    number = await house.put("need_info")
    with pytest.raises(NothingHandedIn):
        await house.act(number, Command(Action.SUPPLEMENT), 2)
    with pytest.raises(NothingHandedIn) as told:
        await house.act(number, Command(Action.SUPPLEMENT), 2, files.upload(files.HTML))
    assert [each.refusal for each in told.value.refused] == [Refusal.NOT_TAKEN]
    assert len(await house.actions(number)) == 2
    assert list(house.vault.names()) == []


async def test_what_lasts_is_taken_whatever_happened_meanwhile(house: House) -> None:
    number = await house.put("dispatched")
    seen = len(await house.actions(number))
    await house.casework.act(number, Command(Action.SIGN), "zhao")
    await house.act(number, SUPPLEMENT, seen)
    assert (await house.actions(number))[-1] is Action.SUPPLEMENT


async def test_what_ends_a_case_wants_it_seen_as_it_is(house: House) -> None:
    number = await house.put("dispatched")
    seen = len(await house.actions(number))
    await house.casework.act(number, Command(Action.NOTE, "内部"), "wang")
    await house.casework.act(number, Command(Action.SIGN), "zhao")
    with pytest.raises(CaseChanged):
        await house.act(number, Command(Action.WITHDRAW), seen)
    await house.act(number, Command(Action.WITHDRAW), seen + 2)
    assert (await house.complaints.read(number)).case.state is State.WITHDRAWN


async def test_what_is_refused_leaves_nothing_in_the_vault(house: House) -> None:
    number = await house.put("answered")
    with pytest.raises(ActionRefused):
        await house.act(number, SUPPLEMENT, 99, files.upload(files.jpeg()))
    assert list(house.vault.names()) == []


async def test_what_was_handed_in_cannot_be_looked_at_after_a_withdrawal(house: House) -> None:
    number = await house.put()
    await house.act(number, SUPPLEMENT, 1, files.upload(files.jpeg()))
    file = await house.following.case(number, OWN)
    [handed] = await house.following.handed_in(file)
    await house.act(number, Command(Action.WITHDRAW), 2)
    file = await house.following.case(number, OWN)
    assert await house.following.handed_in(file) == ()
    with pytest.raises(CaseUnknown):
        await house.following.one_handed_in(file, handed.id)
