"""A stand-in for clamd, as well-behaved or as bad as a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

# The EICAR test file, in two halves so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def well_behaved(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes one file, finds EICAR."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(await reader.readexactly(4)):
        content += await reader.readexactly(length)
    writer.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


def answering(answer: bytes) -> Manner:
    """Says this, whatever it is sent, and hangs up."""

    async def manner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(answer)

    return manner


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Listens and never answers."""
    while await reader.read(65536):
        pass


async def deaf(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Neither listens nor answers."""
    await asyncio.Event().wait()


@asynccontextmanager
async def clamd(manner: Manner = well_behaved, socket: Path | None = None) -> AsyncIterator[str]:
    """Its address."""
    tasks = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            await manner(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    if socket is not None:
        server = await asyncio.start_unix_server(serve, socket)
    else:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield str(socket) if socket else f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
