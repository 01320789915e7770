"""Evidence that came while the virus scanner was silent → looked at now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from domain.errors import VaultUnreadable
from domain.evidence import Scan
from storage.scans import Scans

log = structlog.get_logger()

CHUNK = 50


async def scan_overdue(scans: Scans, scan_again: Callable[[str], Awaitable[Scan]]) -> int:
    """Ask about every file that is 未扫描; returns how many were looked at. A scanner that does not answer once is
    not asked again until the next time."""
    seen, after = 0, ""
    while due := await scans.due(after, CHUNK):
        for ident, original in due:
            after = ident
            try:
                found = await scan_again(original)
            except VaultUnreadable as error:
                log.error("evidence_damaged", reason=type(error).__name__)
                continue
            if found is Scan.UNSCANNED:
                return seen
            await scans.settle(ident, found)
            seen += 1
    return seen
