"""Pictures sent in the chat become evidence, or the resident is asked for them again."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from bot.collector import KEPT_FOR, Collector, next_try
from bot.media import MemoryMedia, PlatformMedia
from bot.platform import PlatformClient
from bot.service import Assistant
from domain.clock import ManualClock
from domain.effects import EvidenceDropped, MediaSent
from domain.ids import blind_name, new_id
from domain.messages import Incoming, Text
from storage.awaited import LEASE, AwaitedPictures
from storage.effects import store_effects
from tests.conftest import NOW
from tests.platform.world import Fault, File, World
from tests.support import filed, files
from tests.support.platform import words_of

GET = "/cgi-bin/media/get"
OPENID = "o-resident-a"
MISSING = "有图片没有收到"


def png(width: int) -> bytes:
    """A picture unlike those of another width."""
    out = BytesIO()
    files.picture(width, 40).save(out, "PNG")
    return out.getvalue()


class Stage:
    """A resident who sends pictures, and whoever fetches them."""

    def __init__(self, assistant: Assistant, platform: PlatformClient, world: World, folder: Path) -> None:
        self.assistant, self.platform, self.world, self.folder = assistant, platform, world, folder
        self.owner = blind_name(assistant.pipeline.naming_key, OPENID)
        assert isinstance(assistant.clock, ManualClock)
        self.clock = assistant.clock
        self.collector = self.another_process()
        self.count = 0

    def another_process(self) -> Collector:
        awaited = AwaitedPictures(self.assistant.engine, self.assistant.seals)
        source = PlatformMedia(self.platform)
        return Collector(awaited, source, self.assistant.intake, self.clock, self.folder)

    async def files_case(self, **told: object) -> str:
        library = self.assistant.content.desk.library
        return (await filed.file_case(self.assistant, library, self.owner, **told)).number

    async def sends(self, content: bytes, *, number: str = "", draft: str = "") -> None:
        """A picture, named in a turn that is committed."""
        self.count += 1
        media_id = f"M{self.count}"
        self.world.files[media_id] = File("image", content, "image/png", self.world.now())
        await self.leaves(MediaSent(new_id(), media_id, draft, number))

    async def leaves(self, effect: MediaSent | EvidenceDropped) -> None:
        async with self.assistant.engine.begin() as connection:
            left = [(self.owner, self.clock.now(), effect)]
            await store_effects(connection, self.assistant.seals, left)

    async def hears(self) -> str:
        self.count += 1
        second = int(self.clock.now().timestamp())
        incoming = Incoming(f"m{self.count}", OPENID, "gh", second, Text("信用修复"))
        return words_of((await self.assistant.pipeline.answer(incoming)).content)

    async def handed(self, number: str) -> list[str]:
        """How each picture of a case stands."""
        file = await self.assistant.complaints.read(number)
        handed = await self.assistant.following.handed_in(file)
        return ["here" if each.accepted else "coming" if each.is_coming else "missing" for each in handed]

    @property
    def sealed(self) -> int:
        folder = self.assistant.settings.data_dir / "evidence"
        return sum(path.is_file() and path.name[0] != "." for path in folder.rglob("*"))


@pytest.fixture
def stage(assistant: Assistant, platform: PlatformClient, world: World, tmp_path: Path) -> Stage:
    return Stage(assistant, platform, world, tmp_path / "incoming")


async def test_pictures_arrive_sealed_and_leave_no_file_behind(stage: Stage) -> None:
    number = await stage.files_case()
    await stage.sends(png(60), number=number)
    await stage.sends(png(61), number=number)
    assert await stage.handed(number) == ["coming", "coming"]
    assert await stage.collector.collect_due() == 2
    assert await stage.handed(number) == ["here", "here"]
    assert list(stage.folder.iterdir()) == []
    assert stage.sealed == 4, "an original and a display copy of each"
    assert await stage.collector.collect_due() == 0


async def test_trouble_for_an_hour_is_waited_out(stage: Stage) -> None:
    number = await stage.files_case()
    await stage.sends(png(60), number=number)
    stage.world.faults.append(Fault("html", times=10**6))
    for _ in range(60):
        await stage.collector.collect_due()
        stage.clock.advance(timedelta(minutes=1))
    assert stage.world.calls[GET] <= 8, "later and later"
    stage.world.faults.clear()
    stage.clock.advance(timedelta(hours=2))
    await stage.collector.collect_due()
    assert await stage.handed(number) == ["here"]


async def test_after_three_days_the_resident_is_asked_again_once(stage: Stage) -> None:
    number = await stage.files_case()
    for width in (60, 61):
        await stage.sends(png(width), number=number)
    stage.clock.advance(timedelta(days=3))
    await stage.collector.collect_due()
    assert await stage.handed(number) == ["missing", "missing"]
    told = await stage.hears()
    assert told.count(MISSING) == 1
    assert number in told
    assert MISSING not in await stage.hears()


async def test_it_is_tried_until_the_platform_forgets_it(stage: Stage) -> None:
    number = await stage.files_case()
    await stage.sends(png(60), number=number)
    stage.world.faults.append(Fault("errcode", GET, times=10**6, errcode=48001))
    for _ in range(24 * 4):
        await stage.collector.collect_due()
        stage.clock.advance(timedelta(hours=1))
    assert await stage.handed(number) == ["missing"]
    assert MISSING in await stage.hears()


@pytest.mark.parametrize("content", [b"<html></html>", files.EXE, files.MP4, png(60)[:60]])
async def test_what_is_no_picture_is_asked_for_again(stage: Stage, content: bytes) -> None:
    number = await stage.files_case()
    await stage.sends(content, number=number)
    await stage.collector.collect_due()
    assert await stage.handed(number) == ["missing"]
    assert stage.sealed == 0
    assert list(stage.folder.iterdir()) == []
    assert MISSING in await stage.hears()


async def test_the_same_picture_twice_and_more_than_may_be_are_refused(stage: Stage) -> None:
    number = await stage.files_case()
    most = stage.assistant.content.desk.library.limits.evidence.pictures
    for width in (60, 60, *range(61, 61 + most)):
        await stage.sends(png(width), number=number)
    await stage.collector.collect_due()
    assert sorted(await stage.handed(number)) == ["here"] * most + ["missing"] * 2


async def test_a_draft_that_is_filed_takes_its_pictures_along_and_tells_of_those_that_never_came(
    stage: Stage,
) -> None:
    await stage.sends(png(60), draft="draft-1")
    await stage.sends(b"<html></html>", draft="draft-1")
    await stage.collector.collect_due()
    number = await stage.files_case(id="draft-1")
    assert sorted(await stage.handed(number)) == ["here", "missing"]
    assert MISSING in await stage.hears()


async def test_a_picture_that_comes_after_the_draft_was_filed_belongs_to_the_case(stage: Stage) -> None:
    await stage.sends(png(60), draft="draft-1")
    number = await stage.files_case(id="draft-1")
    await stage.collector.collect_due()
    assert await stage.handed(number) == ["here"]


async def test_a_picture_that_was_taken_back_is_not_kept(stage: Stage) -> None:
    await stage.sends(png(60), draft="draft-1")
    taken = await stage.collector.pictures.take(stage.clock.now())
    assert taken
    await stage.leaves(EvidenceDropped("draft-1"))
    await stage.collector._collect(taken)
    assert stage.sealed == 0
    stage.clock.advance(LEASE)
    assert await stage.collector.collect_due() == 0


async def test_two_processes_fetch_each_picture_once(stage: Stage) -> None:
    number = await stage.files_case()
    for width in range(60, 66):
        await stage.sends(png(width), number=number)
    counts = await asyncio.gather(*(stage.another_process().collect_due() for _ in range(3)))
    assert sum(counts) == stage.world.calls[GET] == 6
    assert await stage.handed(number) == ["here"] * 6


async def test_what_a_killed_process_left_behind_is_cleared_away(stage: Stage) -> None:
    stage.folder.mkdir()
    old, fresh = stage.folder / "old.image", stage.folder / "fresh.image"
    for path, age in ((old, 2 * LEASE), (fresh, timedelta())):
        path.write_bytes(b"x")
        second = (stage.clock.now() - age).timestamp()
        os.utime(path, (second, second))
    await stage.collector.collect_due()
    assert list(stage.folder.iterdir()) == [fresh]


async def test_simulated_pictures_come_from_memory(stage: Stage) -> None:
    album = MemoryMedia()
    stage.collector.source = album
    number = await stage.files_case()
    await stage.leaves(MediaSent(new_id(), album.put(png(60)), "", number))
    await stage.leaves(MediaSent(new_id(), "simulated-of-before-the-restart", "", number))
    await stage.collector.collect_due()
    assert sorted(await stage.handed(number)) == ["here", "missing"]


def test_the_last_try_is_just_before_the_end() -> None:
    end = NOW + KEPT_FOR
    assert next_try(0, NOW, NOW) == NOW + timedelta(seconds=10)
    assert next_try(99, NOW, end - timedelta(hours=1)) == end
    assert next_try(99, NOW, end) is None
