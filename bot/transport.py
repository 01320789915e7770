"""A call to the platform → its JSON or its file; whatever goes wrong is a typed error without secrets.

Addresses carry tokens, and the platform's libraries and ours put addresses into their errors. So no error of
the HTTP library leaves this module, not even as the cause or the context of another one.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import aiohttp
from aiohttp import ClientResponse, ClientSession, ClientTimeout, FormData
from yarl import URL

from bot.platform_errors import refusal
from domain.errors import AskOperator, PlatformError, RetryLater, Unreachable
from domain.platform_codes import PlatformCode

T = TypeVar("T")

CONNECT_WITHIN_S, ANSWER_WITHIN_S, FILE_WITHIN_S = 3.0, 10.0, 60.0
ANSWER_BYTES = 2 * 1024 * 1024
_TIMEOUT = ClientTimeout(total=ANSWER_WITHIN_S, sock_connect=CONNECT_WITHIN_S)
_FILE_TIMEOUT = ClientTimeout(total=FILE_WITHIN_S, sock_connect=CONNECT_WITHIN_S, sock_read=ANSWER_WITHIN_S)
_TROUBLE = (aiohttp.ClientError, TimeoutError, ConnectionError)
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_FILE_TYPES = ("image/", "audio/", "video/", "voice/", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Call:
    """One interface of the platform: our name for it, and where it is."""

    name: str
    method: Literal["GET", "POST"]
    path: str


class Transport:
    """Speaks HTTP with one base address. Follows no redirects: they would carry a token elsewhere."""

    def __init__(self, session: ClientSession, base_url: str, timeout: ClientTimeout = _TIMEOUT) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._timeout = timeout

    async def ask(self, call: Call, query: Mapping[str, str], body: Any = None) -> dict[str, Any]:
        """Send ``body`` as JSON (or as a form, when it is one) and read a JSON object back.

        Raises ``PlatformError`` for an errcode, ``Unreachable`` or ``RetryLater`` for no or no readable answer,
        ``AskOperator`` for a redirect.
        """
        return await self._exchange(
            call, self._address(call, query), _read_json, self._timeout, _as_data(body)
        )

    async def receive(
        self, call: Call, query: Mapping[str, str], take: Callable[[ClientResponse], Awaitable[T]]
    ) -> T | dict[str, Any]:
        """Ask for a file: what ``take`` makes of it, or the JSON object that came in its place."""
        return await self._exchange(call, self._address(call, query), _file_or_json(take), _FILE_TIMEOUT)

    async def follow(self, call: Call, url: str, take: Callable[[ClientResponse], Awaitable[T]]) -> T:
        """Fetch a file from an address that the platform has named. Raises ``AskOperator`` for a foreign one."""
        address = self._trusted(url)
        if address is None:
            raise AskOperator(call.name, PlatformCode.REDIRECTED)
        return await self._exchange(call, address, _only_file(take), _FILE_TIMEOUT)

    def _trusted(self, url: str) -> URL | None:
        """The address, if it is one of the platform's own."""
        try:
            address = URL(url)
            is_own = address.origin() == URL(self._base).origin()
        except ValueError:
            return None
        is_tencents = address.scheme in ("http", "https") and (address.host or "").endswith(".qq.com")
        return address if is_own or is_tencents else None

    async def close(self) -> None:
        await self._session.close()

    def _address(self, call: Call, query: Mapping[str, str]) -> URL:
        return URL(self._base + call.path).with_query(dict(query))

    async def _exchange(
        self,
        call: Call,
        url: URL,
        read: Callable[[Call, ClientResponse], Awaitable[T]],
        timeout: ClientTimeout,  # noqa: ASYNC109 - the HTTP library's own, with its parts
        data: bytes | FormData | None = None,
    ) -> T:
        headers = {"Content-Type": "application/json"} if isinstance(data, bytes) else {}
        trouble: PlatformError
        try:
            async with self._session.request(
                call.method, url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if 300 <= response.status < 400:
                    raise AskOperator(call.name, PlatformCode.REDIRECTED)
                if response.status != 200:
                    raise RetryLater(call.name, PlatformCode.UNREADABLE)
                return await read(call, response)
        except _TROUBLE as error:
            is_perhaps_done = not isinstance(error, _UNSENT)
            trouble = Unreachable(call.name, PlatformCode.UNREACHABLE, is_perhaps_done=is_perhaps_done)
        raise trouble  # out here, so that it does not carry the other one along


def _as_data(body: Any) -> bytes | FormData | None:
    """The platform takes no ``\\uXXXX`` (40033), so letters go as they are."""
    if body is None or isinstance(body, FormData):
        return body
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


async def read_limited(response: ClientResponse, most: int) -> bytes | None:
    """The body; None when it is longer than ``most`` bytes."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


async def _read_json(call: Call, response: ClientResponse) -> dict[str, Any]:
    payload = _parsed(await read_limited(response, ANSWER_BYTES))
    if payload is None:
        raise RetryLater(call.name, PlatformCode.UNREADABLE)
    if error := refusal(call.name, payload):
        raise error
    return payload


def _parsed(body: bytes | None) -> dict[str, Any] | None:
    try:
        payload = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _file_or_json(
    take: Callable[[ClientResponse], Awaitable[T]],
) -> Callable[[Call, ClientResponse], Awaitable[T | dict[str, Any]]]:
    async def read(call: Call, response: ClientResponse) -> T | dict[str, Any]:
        if response.content_type.startswith(_FILE_TYPES):
            return await take(response)
        return await _read_json(call, response)

    return read


def _only_file(
    take: Callable[[ClientResponse], Awaitable[T]],
) -> Callable[[Call, ClientResponse], Awaitable[T]]:
    async def read(_call: Call, response: ClientResponse) -> T:
        return await take(response)

    return read
