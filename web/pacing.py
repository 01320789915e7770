"""Who asks how often → let through, or told from when: what costs us or others something may be done so often and no
more. Counted across processes, under fingerprints."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from domain.attempts import Bound
from domain.errors import TriedTooOften
from storage.attempts import network_of
from web.keys import ASSISTANT
from web.proxies import address_of

SIGN_INS = Bound(30, timedelta(minutes=10))  # a household, or a hall, behind one address
ACTS = Bound(20, timedelta(hours=1))  # on one case


async def pace(request: web.Request, name: str, bound: Bound) -> None:
    """Count one more of ``name``. Raises ``TriedTooOften``."""
    assistant = request.app[ASSISTANT]
    if until := await assistant.attempts.take((name,), (bound,), assistant.clock.now()):
        raise TriedTooOften(until)


def from_here(request: web.Request, deed: str) -> str:
    """The name under which a deed is counted for the address it comes from."""
    return f"{deed} from:{network_of(address_of(request))}"
