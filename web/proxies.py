"""A request that came through proxies → the address of the phone that sent it."""

from __future__ import annotations

import ipaddress

from aiohttp import web

from web.keys import ASSISTANT


def address_of(request: web.Request) -> str:
    """The address; empty when it is not known.

    Each proxy of ours appends to ``X-Forwarded-For`` whom it was asked by, so with ``TRUSTED_PROXIES`` of them the
    phone stands that many places from the right; what stands further left anybody can have written.
    """
    hops = request.app[ASSISTANT].settings.trusted_proxies
    told = [
        part.strip() for line in request.headers.getall("X-Forwarded-For", []) for part in line.split(",")
    ]
    peer = request.remote or ""
    wanted = told[-hops] if 0 < hops <= len(told) else peer
    return wanted if _is_address(wanted) else peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
