"""A sealed file of the vault → a response that a browser can do no harm with.

Who may see it is the route's matter. Here: unsealed piece by piece as it is sent, never as a page of ours, never
kept by a browser or a proxy, and broken off (not ended) when the file turns out to be damaged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import quote

import structlog
from aiohttp import web

from domain.errors import VaultMissing, VaultUnreadable
from domain.evidence import MediaType
from storage.vault import Vault
from web.headers import SECURITY_HEADERS

log = structlog.get_logger()

_HEADERS = SECURITY_HEADERS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "none",
}
_SUFFIXES = {
    MediaType.JPEG: ".jpg",
    MediaType.PNG: ".png",
    MediaType.WEBP: ".webp",
    MediaType.HEIC: ".heic",
    MediaType.PDF: ".pdf",
}
_ODD = re.compile(r"[^\w-]")


async def send_display(request: web.Request, vault: Vault, name: str, title: str) -> web.StreamResponse:
    """The copy of a picture that is shown: a browser may put it into a page of ours."""
    return await _send(request, vault, name, MediaType.JPEG, f"inline; {_named(title, MediaType.JPEG)}")


async def send_original(
    request: web.Request, vault: Vault, name: str, media: MediaType, title: str
) -> web.StreamResponse:
    """An original as it was handed in: only ever a download."""
    return await _send(request, vault, name, media, f"attachment; {_named(title, media)}")


async def _send(
    request: web.Request, vault: Vault, name: str, media: MediaType, disposition: str
) -> web.StreamResponse:
    """Raises ``HTTPNotFound`` for a file that is not there, ``HTTPInternalServerError`` for one whose
    beginning is damaged."""
    response = web.StreamResponse(headers=_HEADERS | {"Content-Disposition": disposition})
    response.content_type = media.value
    try:
        with vault.open(name) as content:
            first = await asyncio.to_thread(next, content.pieces)
            response.content_length = content.size
            await response.prepare(request)
            if request.method != "HEAD":
                await _write_all(request, response, first, content.pieces)
    except VaultMissing:
        raise web.HTTPNotFound from None
    except VaultUnreadable as error:
        log.error("evidence_damaged", reason=str(error))
        raise web.HTTPInternalServerError from None
    return response


async def _write_all(
    request: web.Request, response: web.StreamResponse, piece: bytes | None, pieces: Iterator[bytes]
) -> None:
    """Once the head is sent there is no other answer: what goes wrong now ends the connection, so that
    nobody takes a part for the whole."""
    try:
        while piece is not None:
            await response.write(piece)
            piece = await asyncio.to_thread(next, pieces, None)
    except VaultUnreadable as error:
        log.error("evidence_damaged", reason=str(error))
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        log.debug("evidence_not_awaited")


def _named(title: str, media: MediaType) -> str:
    """The parameters of ``Content-Disposition`` (RFC 6266) for a file of ours; nothing of the resident's."""
    plain = _ODD.sub("_", title) + _SUFFIXES[media]
    ascii_only = plain.encode("ascii", "replace").decode().replace("?", "_")
    return f"filename=\"{ascii_only}\"; filename*=UTF-8''{quote(plain)}"
