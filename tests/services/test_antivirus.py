"""What the scanner says is told; what it does not say is 未扫描."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.evidence import Scan
from services.antivirus import Antivirus
from tests.support.clamd import EICAR, Manner, answering, clamd, deaf, silent


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def test_without_a_scanner_nothing_is_called_safe() -> None:
    assert await Antivirus("").scan(pieces(b"x")) is Scan.UNSCANNED


async def test_scanner_is_believed() -> None:
    async with clamd() as address:
        antivirus = Antivirus(address)
        assert await antivirus.scan(pieces(b"a" * 300_000, b"b")) is Scan.CLEAN
        assert await antivirus.scan(pieces(EICAR[:20], EICAR[20:])) is Scan.SUSPICIOUS
        assert await antivirus.scan(pieces()) is Scan.CLEAN


async def test_scanner_behind_a_socket(tmp_path: Path) -> None:
    async with clamd(socket=tmp_path / "clamd.ctl") as address:
        assert await Antivirus(address).scan(pieces(EICAR)) is Scan.SUSPICIOUS


@pytest.mark.parametrize(
    "manner",
    [
        answering(b""),
        answering(b"stream: OK"),
        answering(b"stream: OK FOUND ERROR\0"),
        answering(b"INSTREAM size limit exceeded. ERROR\0"),
        answering(b"\xff\xfe\0"),
        answering(b"x" * 100_000),
    ],
)
async def test_scanner_that_makes_no_sense_has_not_scanned(manner: Manner) -> None:
    async with clamd(manner) as address:
        assert await Antivirus(address).scan(pieces(b"a" * 100)) is Scan.UNSCANNED


@pytest.mark.parametrize("manner", [silent, deaf])
async def test_scanner_that_does_not_answer_is_not_waited_for(manner: Manner) -> None:
    async with clamd(manner) as address:
        antivirus = Antivirus(address, within_s=0.1)
        assert await antivirus.scan(pieces(*[b"a" * 1_000_000] * 20)) is Scan.UNSCANNED


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nonexistent/clamd.ctl"])
async def test_scanner_that_is_not_there_has_not_scanned(address: str) -> None:
    assert await Antivirus(address).scan(pieces(b"x")) is Scan.UNSCANNED
