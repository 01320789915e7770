"""What is done once a night, by whichever process comes first: what is due goes, a silent scanner is asked
again, stored deadlines are compared with what they follow from."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.service import Assistant
from domain.attempts import Bound
from domain.clock import local
from services.casework import SYSTEM
from services.rescan import scan_overdue

log = structlog.get_logger()

AFTER = 3  # o'clock: nobody waits for an answer then
ONCE = (Bound(1, timedelta(days=1)),)


async def work_through_the_night(assistant: Assistant) -> bool:
    """Do the night's work, if it is night (or later) and nobody has done it today. Returns whether it was done.

    A server that was off at three does it when it comes back; what failed is tried again.
    """
    now = assistant.clock.now()
    tonight = [f"night {local(now):%F}"]
    if local(now).hour < AFTER or await assistant.attempts.take(tonight, ONCE, now):
        return False
    try:
        await _work(assistant)
    except Exception:
        await assistant.attempts.give_back(tonight, now)
        raise
    return True


async def _work(assistant: Assistant) -> None:
    removed = await assistant.retention.purge(SYSTEM)
    if assistant.courier:
        await assistant.courier.deliveries.forget(assistant.clock.now())
    scanned = await scan_overdue(assistant.scans, assistant.intake.scan_again)
    if drifted := await assistant.oversight.check():
        log.error("deadlines_drifted", count=len(drifted))
    log.info("night_done", scanned=scanned, **{due.what: due.count for due in removed})
