"""A process of its own: whatever becomes of it, there is an answer."""

from __future__ import annotations

import asyncio
import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from domain.errors import EvidenceRefused
from domain.evidence import MIB, MediaType, Refusal
from services import apart
from services.apart import read_document_apart, read_picture_apart
from services.pictures import Picture, need_of
from tests.support import files
from tests.support.limits import EVIDENCE

LIMITS = EVIDENCE


async def read(content: bytes, media: MediaType, need: int = 0) -> Picture:
    with files.upload(content).file as file:
        return await read_picture_apart(file, media, LIMITS, need or need_of(file, media, LIMITS))


async def refusal_of(content: bytes, media: MediaType, need: int = 0) -> Refusal:
    with pytest.raises(EvidenceRefused) as refused:
        await read(content, media, need)
    return refused.value.refusal


@pytest.mark.parametrize(
    ("content", "media"),
    [(files.jpeg(), MediaType.JPEG), (files.png(), MediaType.PNG), (files.heic(), MediaType.HEIC)],
)
async def test_picture_is_the_same_apart(content: bytes, media: MediaType) -> None:
    picture = await read(content, media)
    assert (picture.width, picture.height) == (640, 480)
    assert picture.place is not None
    assert files.corners(Image.open(BytesIO(picture.display))) == ("red", "green", "blue", "white")


async def test_refusal_comes_back_as_it_is() -> None:
    assert await refusal_of(files.png_bomb(9000), MediaType.PNG, MIB) is Refusal.TOO_MANY_PIXELS
    with files.upload(files.encrypted_pdf()).file as file, pytest.raises(EvidenceRefused) as refused:
        await read_document_apart(file, LIMITS)
    assert refused.value.refusal is Refusal.ENCRYPTED_PDF


async def test_memory_is_bounded_by_what_was_asked_for() -> None:
    """The same picture passes with what it needs, and does not with a tenth of it."""
    content = files.saved(files.picture(6000, 5000), "PNG", compress_level=1)
    assert (await read(content, MediaType.PNG)).width == 6000
    assert await refusal_of(content, MediaType.PNG, 12 * MIB) is Refusal.TOO_MANY_PIXELS


async def test_need_is_enough_for_a_heic_of_a_phone() -> None:
    assert (await read(files.heic(4032, 3024), MediaType.HEIC)).width == 4032


async def test_need_is_enough_for_a_heavy_webp_and_a_progressive_jpeg() -> None:
    assert (await read(files.webp(4000, 3000), MediaType.WEBP)).width == 4000
    assert (await read(files.jpeg(4000, 3000, progressive=True, subsampling=0), MediaType.JPEG)).width == 4000


async def test_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []
    create = asyncio.create_subprocess_exec

    async def sleeping(*_command: str, **how: Any) -> asyncio.subprocess.Process:
        process = await create("/bin/sleep", "60", **how)
        pids.append(process.pid)
        return process

    monkeypatch.setattr(apart, "SECONDS", 0.05)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleeping)
    assert await refusal_of(files.jpeg(), MediaType.JPEG) is Refusal.CORRUPT
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


async def test_process_is_ended_with_whoever_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    create = asyncio.create_subprocess_exec

    async def sleeping(*_command: str, **how: Any) -> asyncio.subprocess.Process:
        process = await create("/bin/sleep", "60", **how)
        started.set_result(process.pid)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleeping)
    task = asyncio.create_task(read(files.jpeg(), MediaType.JPEG))
    pid = await started
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/bin/echo", "/bin/cat"])
async def test_process_that_dies_or_talks_nonsense_is_a_refusal(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    assert await refusal_of(files.jpeg(), MediaType.JPEG) is Refusal.CORRUPT


@pytest.mark.parametrize(
    "answer", ["[]", "7", "null", "{}", '{"width": "x", "height": 1, "place": null}', '{"refusal": "odd"}']
)
async def test_answer_of_another_form_is_a_refusal(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "answers"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    assert await refusal_of(files.jpeg(), MediaType.JPEG) is Refusal.CORRUPT


async def test_process_sees_no_secret_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "tells"
    program.write_text(f"#!/bin/sh\nenv > {seen}\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("SECRET_KEYS", "k1:secret")
    monkeypatch.setenv("WECHAT_APPSECRET", "secret")
    await refusal_of(files.jpeg(), MediaType.JPEG)
    assert "MALLOC_ARENA_MAX" in seen.read_text()
    assert "secret" not in seen.read_text()
