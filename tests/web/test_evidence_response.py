"""Evidence as a browser gets it: whole or visibly broken, and harmless."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientConnectionError, ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer

from bot.service import Assistant
from domain.evidence import MediaType
from storage.containers import PIECE_BYTES
from storage.vault import Vault
from tests.web.conftest import Client
from web.app import build_app
from web.evidence_response import send_display, send_original
from web.headers import SECURITY_HEADERS

CONTENT = bytes(range(256)) * 4000  # four pieces
SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence", {"k1": bytes(32)})


def add_routes(app: web.Application, vault: Vault) -> None:
    async def display(request: web.Request) -> web.StreamResponse:
        return await send_display(request, vault, request.match_info["name"], "WH26-7K4Q-9MZP 1")

    async def original(request: web.Request) -> web.StreamResponse:
        media = {member.value: member for member in MediaType}[request.query["media"]]
        return await send_original(request, vault, request.match_info["name"], media, '证据/"1\r\nX-Evil: 1')

    app.router.add_get("/evidence/{name}", display)
    app.router.add_get("/evidence/{name}/original", original)


@pytest_asyncio.fixture
async def client(vault: Vault) -> AsyncIterator[Client]:
    """The two routes alone."""
    app = web.Application()
    add_routes(app, vault)
    async with TestClient(TestServer(app)) as opened:
        yield opened


@pytest_asyncio.fixture
async def product(assistant: Assistant, vault: Vault) -> AsyncIterator[Client]:
    """The two routes within the application, behind its guard."""
    app = build_app(assistant)
    add_routes(app, vault)
    async with TestClient(TestServer(app)) as opened:
        yield opened


def path_of(tmp_path: Path, name: str) -> Path:
    return tmp_path / "evidence" / name[:2] / name[2:4] / name


@pytest.mark.parametrize("content", [CONTENT, b"", b"x", bytes(PIECE_BYTES)])
async def test_content_comes_whole(content: bytes, client: Client, vault: Vault) -> None:
    answer = await client.get(f"/evidence/{vault.put((content,))}")
    assert answer.status == 200
    assert await answer.read() == content
    assert answer.headers["Content-Length"] == str(len(content))


async def test_display_copy_is_shown_and_can_do_nothing(client: Client, vault: Vault) -> None:
    answer = await client.get(f"/evidence/{vault.put((SCRIPT,))}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == "inline; filename=\"WH26-7K4Q-9MZP_1.jpg\"; filename*=UTF-8''WH26-7K4Q-9MZP_1.jpg"


@pytest.mark.parametrize("media", list(MediaType))
async def test_original_is_only_ever_a_download(media: MediaType, client: Client, vault: Vault) -> None:
    answer = await client.get(f"/evidence/{vault.put((SCRIPT,))}/original", params={"media": media.value})
    assert answer.headers["Content-Type"] == media.value
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="__')
    assert "%E8%AF%81%E6%8D%AE" in disposition
    assert "X-Evil" not in answer.headers
    assert disposition.count('"') == 2


@pytest.mark.parametrize("path", ["", "/original?media=application/pdf"])
async def test_headers_are_exactly_those(path: str, product: Client, vault: Vault) -> None:
    answer = await product.get(f"/evidence/{vault.put((SCRIPT,))}{path}")
    wanted = SECURITY_HEADERS | {
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "none",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "ETag" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2f..%2fsecret_keys", "0" * 31 + "%0a"])
async def test_what_is_not_there_is_not_found(name: str, client: Client) -> None:
    assert (await client.get(f"/evidence/{name}")).status == 404


async def test_removed_evidence_is_not_found(client: Client, vault: Vault) -> None:
    name = vault.put((b"x",))
    vault.remove(name)
    assert (await client.get(f"/evidence/{name}")).status == 404


@pytest.mark.parametrize("at", [3, 100, 1000])
async def test_evidence_damaged_at_its_beginning_is_an_error(
    at: int, client: Client, vault: Vault, tmp_path: Path
) -> None:
    name = vault.put((CONTENT,))
    _damage(path_of(tmp_path, name), at)
    answer = await client.get(f"/evidence/{name}")
    assert answer.status == 500
    assert CONTENT[:100] not in await answer.read()


@pytest.mark.parametrize("how", ["changed", "cut"])
async def test_evidence_damaged_further_on_is_broken_off(
    how: str, client: Client, vault: Vault, tmp_path: Path
) -> None:
    """Its head was sent already: all that can be done is not to pretend that this was all."""
    name = vault.put((CONTENT,))
    path = path_of(tmp_path, name)
    if how == "changed":
        _damage(path, path.stat().st_size - 1)
    else:
        path.write_bytes(path.read_bytes()[: -(path.stat().st_size % (PIECE_BYTES + 16))])
    with pytest.raises((ClientPayloadError, ClientConnectionError)):
        await (await client.get(f"/evidence/{name}")).read()
    assert (await client.get(f"/evidence/{vault.put((b'x',))}")).status == 200


async def test_evidence_damaged_further_on_is_not_followed_by_a_page(
    product: Client, vault: Vault, tmp_path: Path
) -> None:
    """The application turns an error into a page; within a picture it would be taken for its end."""
    name = vault.put((CONTENT,))
    _damage(path_of(tmp_path, name), len(CONTENT))
    with pytest.raises((ClientPayloadError, ClientConnectionError)):
        await (await product.get(f"/evidence/{name}")).read()


def _damage(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


async def test_head_tells_the_size_and_sends_nothing(client: Client, vault: Vault) -> None:
    name = vault.put((CONTENT,))
    answer = await client.head(f"/evidence/{name}")
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(CONTENT)))
    assert await answer.read() == b""
    assert (await client.get(f"/evidence/{name}")).status == 200


async def test_who_hangs_up_is_no_error(vault: Vault) -> None:
    name = vault.put((bytes(20_000_000),))
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def display(request: web.Request) -> web.StreamResponse:
        try:
            response = await send_display(request, vault, name, "x")
        except BaseException as error:
            ended.set_result(repr(error))
            raise
        ended.set_result("returned")
        return response

    app = web.Application()
    app.router.add_get("/", display)
    runner = web.AppRunner(app, shutdown_timeout=0.1)  # as in production: a hang-up cancels no route
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reader, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.read(1000)
    writer.transport.abort()
    async with asyncio.timeout(10):
        assert await ended == "returned"
    await runner.cleanup()
