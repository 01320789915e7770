"""Complaints on the embedded database: handing in, looking up, listing.

``python -m benchmarks.complaints`` fills a database with 100 000 cases, nine tenths of them closed, and measures:
handing in with one picture of 2 MB (read, decoded, sealed twice, filed, all of it durable), 查进度 through the whole
pipeline, and pages of the lists that the staff looks at.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from benchmarks.evidence import on_disk, phone_picture
from bot.service import Assistant, open_assistant
from config.settings import Settings
from domain.clock import local_day
from domain.complaints.case import STAGE_OF, Case, apply
from domain.complaints.clock import days_term
from domain.complaints.events import Command
from domain.complaints.terms import Action, Role, State
from domain.dialog import Dialog
from domain.effects import Filed
from domain.evidence import Kept
from domain.ids import blind_name, new_id
from domain.messages import Incoming, Text
from storage.case_rows import new_row
from storage.complaint_tables import complaint_units, complaints
from storage.complaints import PAGE, Wanted
from storage.conversations import TurnRecord
from storage.evidence import Holder, add_evidence
from storage.staff import Member
from tests.support.filings import filing_of

UNITS = tuple(f"示例{n}局" for n in range(1, 31))
AREAS = ("", "海勃湾区", "海南区", "乌达区")
OPEN = (State.SUBMITTED, State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS, State.ANSWERED, State.FOLLOW_UP)
CHUNK = 2000
FOLLOWERS = 100  # residents whose cases are with a unit, after half a dozen events
MEMBERS = (
    Member("wang", "示例王", Role.WINDOW),
    Member("qu", "示例曲", Role.WINDOW, "乌达区"),
    Member("zhao", "示例赵", Role.HANDLER, UNITS[0]),
)
LAST = 0
LISTS: dict[str, tuple[str, Wanted, int]] = {
    "city: all": ("wang", Wanted(), 1),
    "city: to be accepted": ("wang", Wanted(states=(State.SUBMITTED,)), 1),
    "city: open": ("wang", Wanted(states=OPEN), 1),
    "city: all, last page": ("wang", Wanted(), LAST),
    "district: all": ("qu", Wanted(), 1),
    "district: closed": ("qu", Wanted(states=(State.CLOSED,)), 1),
    "unit: all": ("zhao", Wanted(), 1),
    "unit: in progress": ("zhao", Wanted(states=(State.IN_PROGRESS,)), 1),
}


def made_up(assistant: Assistant, count: int) -> Iterator[dict[str, Any]]:
    """Rows of cases of the last three years; the open ones due within a fortnight around today."""
    library, now, lots = assistant.content.desk.library, assistant.clock.now(), random.Random(7)
    plain = [filing_of(library, area, area=area) for area in AREAS]
    for n in range(count):
        filing = replace(
            lots.choice(plain),
            number=f"WH26-{n:04X}-{n:05X}",
            owner=sha256(f"{n // 3}".encode()).hexdigest()[:32],
        )
        filing = replace(filing, draft=replace(filing.draft, id=f"{n:032x}"))
        state = lots.choice(OPEN) if lots.random() < 0.1 else State.CLOSED
        stage = STAGE_OF.get(state)
        begun = local_day(now) - timedelta(days=lots.randrange(14))
        term = days_term(begun, 5, library.workdays, library.limits.office) if stage else None
        case = replace(
            apply(Case(filing.opening), filing.event),
            state=state,
            terms={stage: term} if stage and term else {},
        )
        ended = local_day(now) - timedelta(days=lots.randrange(1000)) if state is State.CLOSED else None
        yield new_row(assistant.seals, filing, case) | {
            "submitted_at": now - timedelta(minutes=lots.randrange(1_500_000)),
            "lead_unit": "" if state in {State.SUBMITTED, State.ACCEPTED} else lots.choice(UNITS),
            "ended_on": ended,
        }


async def fill(assistant: Assistant, count: int) -> None:
    rows = made_up(assistant, count)
    for _ in range(0, count, CHUNK):
        chunk = [row for row, _ in zip(rows, range(CHUNK), strict=False)]
        async with assistant.engine.begin() as connection:
            await connection.execute(insert(complaints), chunk)
    led = select(complaints.c.lead_unit, complaints.c.id).where(complaints.c.lead_unit != "")
    async with assistant.engine.begin() as connection:
        await connection.execute(insert(complaint_units).from_select(["unit", "complaint"], led))
    for member in MEMBERS:
        await assistant.staff.add(member, assistant.clock.now())


async def follow(assistant: Assistant) -> None:
    """Cases with a history, each of a resident of its own."""
    for n in range(FOLLOWERS):
        owner = blind_name(assistant.pipeline.naming_key, f"o-{n}")
        filing = filing_of(assistant.content.desk.library, f"follower {n}", owner, assistant.clock.now())
        await assistant.complaints.file(filing)
        for who, command in (
            ("wang", Command(Action.ACCEPT)),
            ("wang", Command(Action.DISPATCH, unit=UNITS[0])),
            ("zhao", Command(Action.SIGN)),
            ("zhao", Command(Action.CONTACT, "请问合同编号", reached=True)),
        ):
            await assistant.casework.act(filing.number, command, who)


async def rate(
    work: Callable[[int], Awaitable[object]], count: int, at_once: int
) -> tuple[float, list[float]]:
    """How many a second with ``at_once`` going on at any time, and the milliseconds of each, sorted."""
    left, taken = iter(range(count)), list[float]()

    async def one_after_another() -> None:
        for n in left:
            begun = time.perf_counter()
            await work(n)
            taken.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return count / (time.perf_counter() - begun), sorted(taken)


def handing_in(assistant: Assistant, picture: bytes) -> Callable[[int], Awaitable[object]]:
    async def hand_in(n: int) -> None:
        (kept,) = await assistant.intake.take([on_disk(picture)])
        assert isinstance(kept, Kept)
        filing = filing_of(
            assistant.content.desk.library, f"handed in {n}", f"resident {n}", assistant.clock.now()
        )
        async with assistant.engine.begin() as connection:
            await add_evidence(connection, new_id(), kept, Holder(filing.draft.id), assistant.clock.now())
        record = TurnRecord(
            f"turn {n}", filing.owner, "receipt", Dialog(), (Filed(filing),), assistant.clock.now()
        )
        await assistant.conversations.commit(record)

    return hand_in


def looking_up(assistant: Assistant) -> Callable[[int], Awaitable[object]]:
    async def look_up(n: int) -> None:
        now_s = int(assistant.clock.now().timestamp())
        incoming = Incoming(f"look {n}", f"o-{n % FOLLOWERS}", "gh", now_s, Text("查进度"))
        answer = await assistant.pipeline.answer(incoming)
        assert "办理中" in answer.content, answer.content

    return look_up


async def listing(assistant: Assistant, name: str, times: int) -> list[float]:
    who, wanted, page = LISTS[name]
    if page == LAST:
        page = -(-(await assistant.casework.queue(wanted, who))[1] // PAGE)
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        rows, total = await assistant.casework.queue(wanted, who, page)
        taken.append((time.perf_counter() - begun) * 1000)
        assert rows
        assert total
    return sorted(taken)


def p95(values: list[float]) -> float:
    return values[min(len(values) - 1, int(len(values) * 0.95))]


def tell(name: str, taken: list[float], processor_ms: float, speed: str) -> None:
    median = statistics.median(taken)
    print(
        f"{name:24} {speed:>9}  median {median:6.1f}  p95 {p95(taken):6.1f}  processor {processor_ms:5.1f} ms"
    )


async def measure(data: Path, cases: int) -> None:
    settings = Settings(_env_file=None, data_dir=data, wechat_token="t0ken")
    assistant = await open_assistant(settings)
    begun = time.perf_counter()
    await fill(assistant, cases)
    await follow(assistant)
    print(
        f"{cases} cases in {time.perf_counter() - begun:.0f} s, {(data / 'credit.db').stat().st_size / 1e6:.0f} MB\n"
    )
    picture = phone_picture()
    for name, work, count, at_once in (
        ("hand in with a picture", handing_in(assistant, picture), 60, 8),
        ("查进度", looking_up(assistant), 3000, 32),
    ):
        used = time.process_time()
        speed, taken = await rate(work, count, at_once)
        tell(name, taken, (time.process_time() - used) * 1000 / count, f"{speed:.1f}/s")
    for name in LISTS:
        used = time.process_time()
        taken = await listing(assistant, name, 40)
        tell(name, taken, (time.process_time() - used) * 1000 / len(taken), "")
    await assistant.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=100_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), chosen.cases))


if __name__ == "__main__":
    main()
