"""A file → what the virus scanner says of it. Without a scanner, or without its answer: 未扫描.

Speaks clamd's INSTREAM (ClamAV manual, clamd(8)): ``zINSTREAM\\0``, pieces with their length in four bytes,
an empty piece; the answer is ``stream: OK``, ``stream: NAME FOUND`` or ``… ERROR``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from domain.evidence import Scan

log = structlog.get_logger()

WITHIN_S = 30.0
_ANSWER_BYTES = 4096


class Antivirus:
    """A clamd at ``address``: ``host:port``, the path of a socket, or empty for none."""

    def __init__(self, address: str, within_s: float = WITHIN_S) -> None:
        self._address = address
        self._within_s = within_s

    async def scan(self, pieces: AsyncIterator[bytes]) -> Scan:
        """Have a file looked at. Never raises for what the scanner does: then it is ``UNSCANNED``."""
        if not self._address:
            return Scan.UNSCANNED
        try:
            async with asyncio.timeout(self._within_s):
                answer = await self._ask(pieces)
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError) as error:
            log.warning("antivirus_unreachable", reason=type(error).__name__)
            return Scan.UNSCANNED
        if answer.endswith(b" FOUND"):
            return Scan.SUSPICIOUS
        if answer == b"stream: OK":
            return Scan.CLEAN
        log.warning("antivirus_failed", reason=answer[-80:].decode("ascii", "replace"))
        return Scan.UNSCANNED

    async def _ask(self, pieces: AsyncIterator[bytes]) -> bytes:
        reader, writer = await self._connect()
        try:
            with suppress(ConnectionError):  # a scanner that has heard enough answers and hangs up
                writer.write(b"zINSTREAM\0")
                async for piece in pieces:
                    writer.write(len(piece).to_bytes(4) + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0")
        finally:
            writer.transport.abort()  # closing politely would wait for a scanner that does not listen

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=_ANSWER_BYTES)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_ANSWER_BYTES)
