"""A MediaId becomes a private file of known kind and bounded size, or nothing at all."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import media
from bot.media import Media, MediaKind, PlatformMedia
from bot.platform import PlatformClient
from domain.clock import ManualClock
from domain.errors import AskOperator, MediaGone, MediaUnfit, RetryLater
from tests.platform.world import Fault, File, World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)
MP4 = b"\x00\x00\x00\x20ftypmp42" + bytes(1000)
AMR = b"#!AMR\n" + bytes(500)
GET = "/cgi-bin/media/get"


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def put(world: World, content: bytes, content_type: str, **more: Any) -> None:
    world.files["M"] = File("image", content, content_type, world.now(), **more)


async def fetch(platform: PlatformClient, media_id: str, kind: MediaKind, folder: Path) -> Media:
    return await PlatformMedia(platform).fetch(media_id, kind, folder)


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (MediaKind.PICTURE, (PNG, "image/jpeg", "image/png")),
        (MediaKind.PICTURE, (b"\xff\xd8\xff\xe0" + bytes(100), "image/jpeg", "image/jpeg")),
        (MediaKind.VOICE, (AMR, "audio/amr", "audio/amr")),
        (MediaKind.VIDEO, (MP4, "video/mp4", "video/mp4")),
        (MediaKind.VIDEO, (MP4, "application/octet-stream", "video/mp4")),
    ],
)
async def test_file_is_fetched_whole_and_its_type_is_its_own(
    kind: MediaKind,
    file: tuple[bytes, str, str],
    platform: PlatformClient,
    world: World,
    tmp_path: Path,
) -> None:
    content, claimed, found = file
    put(world, content, claimed)
    fetched = await fetch(platform, "M", kind, tmp_path)
    assert fetched.path.read_bytes() == content
    assert (fetched.type, fetched.size) == (found, len(content))
    assert stat.S_IMODE(fetched.path.stat().st_mode) == 0o600


async def test_video_that_comes_as_an_address_is_fetched_there_without_the_token(
    platform: PlatformClient, world: World, tmp_path: Path
) -> None:
    put(world, MP4, "video/mp4", is_by_address=True)
    fetched = await fetch(platform, "M", MediaKind.VIDEO, tmp_path)
    assert fetched.path.read_bytes() == MP4


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest",
        "https://evil.example/x",
        "https://qq.com.evil.example/x",
        "file:///etc/passwd",
        "not an address",
        "http://[",
    ],
)
async def test_address_that_is_not_the_platforms_is_never_asked(
    address: str, platform: PlatformClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def elsewhere(*_: Any) -> dict[str, str]:
        return {"video_url": address}

    monkeypatch.setattr(platform._transport, "receive", elsewhere)
    with pytest.raises(AskOperator):
        await fetch(platform, "M", MediaKind.VIDEO, tmp_path)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (MediaKind.PICTURE, b"<html><script>alert(1)</script></html>"),
        (MediaKind.PICTURE, b"MZ" + bytes(100)),
        (MediaKind.PICTURE, MP4),
        (MediaKind.PICTURE, b""),
        (MediaKind.PICTURE, b"\x89P"),
        (MediaKind.VOICE, PNG),
        (MediaKind.VIDEO, PNG),
    ],
)
async def test_file_that_is_not_what_it_says_is_left_behind(
    kind: MediaKind, content: bytes, platform: PlatformClient, world: World, tmp_path: Path
) -> None:
    put(world, content, "image/png")
    with pytest.raises(MediaUnfit):
        await fetch(platform, "M", kind, tmp_path)
    assert left_in(tmp_path) == []
    assert world.calls[GET] == 1, "trying again would not help"


async def test_file_that_is_too_large_is_cut_off_while_it_comes(
    platform: PlatformClient, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(media._MOST_BYTES, MediaKind.PICTURE, 1000)
    put(world, PNG[:1000], "image/png")
    assert (await fetch(platform, "M", MediaKind.PICTURE, tmp_path)).size == 1000
    put(world, PNG[:1001], "image/png")
    with pytest.raises(MediaUnfit) as caught:
        await fetch(platform, "M", MediaKind.PICTURE, tmp_path)
    assert caught.value.errcode == 40006
    assert len(left_in(tmp_path)) == 1


async def test_file_is_gone_after_three_days(
    platform: PlatformClient, world: World, clock: ManualClock, tmp_path: Path
) -> None:
    put(world, PNG, "image/png")
    clock.advance(timedelta(days=3))
    with pytest.raises(MediaGone):
        await fetch(platform, "M", MediaKind.PICTURE, tmp_path)
    with pytest.raises(MediaGone):
        await fetch(platform, "never-was", MediaKind.PICTURE, tmp_path)
    assert world.calls[GET] == 2


@pytest.mark.parametrize("kind", ["html", "status", "errcode"])
async def test_trouble_is_told_and_leaves_nothing_behind(
    kind: Any, platform: PlatformClient, world: World, tmp_path: Path
) -> None:
    put(world, PNG, "image/png")
    world.faults.append(Fault(kind, GET, errcode=-1))
    with pytest.raises(RetryLater):
        await fetch(platform, "M", MediaKind.PICTURE, tmp_path)
    assert left_in(tmp_path) == []


async def test_killed_token_costs_one_retry_here_too(
    platform: PlatformClient, world: World, tmp_path: Path
) -> None:
    put(world, PNG, "image/png")
    await platform.menu()
    world.kill_tokens()
    assert (await fetch(platform, "M", MediaKind.PICTURE, tmp_path)).size == len(PNG)


async def test_full_disk_is_told_as_what_it_is(
    platform: PlatformClient, world: World, tmp_path: Path
) -> None:
    put(world, PNG, "image/png")
    with pytest.raises(FileNotFoundError):
        await fetch(platform, "M", MediaKind.PICTURE, tmp_path / "missing")
