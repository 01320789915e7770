"""A complaint is stored whole, once, and under lock; nobody else's words open in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Table, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import ManualClock
from domain.complaints.case import Case
from domain.complaints.decide import decide
from domain.complaints.draft import Filing, Handed
from domain.complaints.events import Actor, Command
from domain.complaints.interview import Interview, Step
from domain.complaints.records import CaseFile
from domain.complaints.terms import Action, Reason, Result, Role, Solved, State
from domain.dialog import Dialog
from domain.effects import Acted, DraftKept, Effect, Filed, MediaSent
from domain.entries import Library
from domain.errors import (
    ActionRefused,
    AlreadyFiled,
    CaseChanged,
    CaseUnknown,
    ConflictOfInterest,
    DraftChanged,
    SealBroken,
)
from domain.workdays import WorkCalendar
from services.casework import Casework
from services.submission import rules_of
from storage.audit import Entry
from storage.complaint_tables import audit, complaint_events, complaints, drafts, evidence, outbox
from storage.complaints import Complaints, Wanted
from storage.conversations import Conversations, TurnRecord
from storage.database import open_database
from storage.drafts import keep_draft
from storage.staff import Member, Staff
from storage.tables import dialogs, turns
from tests.conftest import NOW
from tests.storage.conftest import SEALS
from tests.support.cases import SECTIONS
from tests.support.filings import DRAFT, filing_of

UNIT = "示例局"
MEMBERS = (
    Member("wang", "示例王", Role.WINDOW),
    Member("liu", "示例刘", Role.WINDOW),
    Member("qu", "示例曲", Role.WINDOW, "乌达区"),
    Member("li", "示例李", Role.WINDOW_LEAD),
    Member("zhao", "示例赵", Role.HANDLER, UNIT),
    Member("qian", "示例钱", Role.HANDLER_LEAD, UNIT),
    Member("sun", "示例孙", Role.CUSTODIAN),
)
TOO_LATE = (CaseChanged, ActionRefused)  # at once, or just behind
GROUNDS = {"reason": Reason.COMPLEX, "text": "等鉴定", "basis": "《示例规定》"}


@dataclass
class House:
    """Cases and the staff that works on them."""

    engine: AsyncEngine
    library: Library
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    def __post_init__(self) -> None:
        self.complaints = Complaints(self.engine, SEALS)
        self.conversations = Conversations(self.engine, SEALS)
        self.casework = Casework(
            self.complaints, Staff(self.engine), lambda: rules_of(self.library), self.clock
        )

    async def file(self, mark: str = "a", owner: str = "r1", **more: object) -> Filing:
        filing = filing_of(self.library, mark, owner, self.clock.now(), **more)
        await self.complaints.file(filing)
        return filing

    async def do(self, number: str, who: str, action: Action, **more: object) -> None:
        self.clock.advance(timedelta(minutes=10))
        await self.casework.act(number, Command(action, **more), who)  # type: ignore[arg-type]

    async def resident(self, number: str, action: Action, **more: object) -> None:
        file = await self.complaints.read(number)
        command = Command(action, **more)  # type: ignore[arg-type]
        event = decide(file.case, command, Actor(Role.RESIDENT), self.clock.now(), rules_of(self.library))
        await self.complaints.act(number, file.case, event)

    async def count(self, table: Table) -> int:
        async with self.engine.connect() as connection:
            return (await connection.execute(select(func.count()).select_from(table))).scalar_one()

    async def commit(self, key: str, *effects: Effect, resident: str = "r1") -> str:
        record = TurnRecord(key, resident, f"reply to {key}", Dialog(), effects, self.clock.now())
        return await self.conversations.commit(record)


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, library: Library) -> House:
    house = House(engine, library)
    for member in MEMBERS:
        await Staff(engine).add(member, NOW)
    return house


async def whole_way(house: House, number: str) -> None:
    """From the window to a second round: most kinds of events, most fields of a command."""
    do = house.do
    await do(number, "wang", Action.ACCEPT, is_simple=True)
    await do(number, "wang", Action.DISPATCH, unit=UNIT, co_units=("示例二局",))
    await do(number, "zhao", Action.SIGN)
    await do(number, "zhao", Action.CONTACT, text="请问合同编号", reached=True)
    await house.resident(number, Action.SUPPLEMENT, text="编号在照片里")
    await do(number, "zhao", Action.ASK_EXTENSION, days=5, **GROUNDS)
    await do(number, "li", Action.EXTEND)
    await do(number, "zhao", Action.ASK_SUSPEND, **GROUNDS)
    await do(number, "li", Action.SUSPEND)
    house.clock.advance(timedelta(days=40))
    assert await house.casework.sweep() == 1
    await do(number, "zhao", Action.ASK_IDENTITY, text="要核对")
    await do(number, "sun", Action.GRANT_IDENTITY)
    await do(number, "zhao", Action.VIEW_IDENTITY)
    await do(number, "zhao", Action.WRITE_REPLY, text=SECTIONS, result=Result.PARTLY)
    await do(number, "qian", Action.SIGN_REPLY)
    await do(number, "wang", Action.RELEASE)
    await house.resident(number, Action.RATE, text="没退全", solved=Solved.NO, satisfied=2)
    await do(number, "wang", Action.REWORK)


async def test_columns_are_what_the_events_say_after_every_step(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = await house.file()
    seen: list[Case] = []

    async def check() -> None:
        file = await house.complaints.read(filing.number)
        async with house.engine.connect() as connection:
            head = (await connection.execute(select(complaints))).mappings().one()
        case, term = file.case, file.case.term
        assert (head["version"], head["state"], head["round"]) == (
            len(file.events),
            case.state.value,
            case.round,
        )
        assert (head["lead_unit"], head["is_urgent"], head["ended_on"]) == (
            case.lead_unit,
            case.is_urgent,
            case.ended_on,
        )
        assert head["due_at"] == (term.due_at if term and not term.paused_on else None)
        assert head["changed_at"] == file.events[-1].at
        seen.append(case)

    act = house.complaints.act_together

    async def act_and_check(*given: Any) -> None:
        await act(*given)
        await check()

    monkeypatch.setattr(house.complaints, "act_together", act_and_check)
    await whole_way(house, filing.number)
    assert [case.version for case in seen] == list(range(2, 20))
    assert seen[-1].state is State.IN_PROGRESS


async def test_events_come_back_as_they_were_decided(house: House) -> None:
    """Every field of a command and every clock goes through the database and back."""
    filing = await house.file()
    file = await house.complaints.read(filing.number)
    assert file.events == (filing.event,)
    every = Command(
        Action.NOTE, "话", Reason.COMPLEX, "依据", "渠道", "甲", ("乙", "丙"), True, True, 3, NOW.date(), "WH",
        Action.EXTEND, Result.SOLVED, Solved.PARTLY, 4, 30, False, True,
    )  # fmt: skip
    event = replace(
        decide(file.case, Command(Action.NOTE), Actor(Role.WINDOW, "wang"), NOW, rules_of(house.library)),
        command=every,
    )
    event = replace(event, terms=filing.event.terms)
    await house.complaints.act(filing.number, file.case, event)
    assert (await house.complaints.read(filing.number)).events == (filing.event, event)


async def test_a_turn_that_files_is_stored_whole_or_not_at_all(house: House) -> None:
    draft = replace(DRAFT, id="d" * 32, evidence=(Handed("e" * 32),))
    await house.commit("m1", DraftKept(draft), MediaSent("e" * 32, "media", draft=draft.id))
    filing = replace(filing_of(house.library), draft=replace(draft, saved=1))
    other = await house.file("b")
    stale = (await house.complaints.read(other.number)).case
    event = decide(stale, Command(Action.URGE), Actor(Role.RESIDENT), NOW, rules_of(house.library))
    await house.complaints.act(other.number, stale, event)
    with pytest.raises(CaseChanged):
        await house.commit("m2", Filed(filing), Acted(other.number, stale, event))
    assert (await house.count(complaints), await house.count(drafts), await house.count(turns)) == (1, 1, 1)
    await house.commit("m2", Filed(filing))
    assert (await house.count(complaints), await house.count(drafts), await house.count(turns)) == (2, 0, 2)
    file = await house.complaints.read(filing.number)
    assert file.handed == 1, "what was handed in for the draft is the case's"


async def test_the_same_draft_files_one_case_however_often_it_is_confirmed(
    house: House, address: str
) -> None:
    """In turn; in one batch; and in two processes at once."""
    filing = await house.file("a")
    again = replace(filing_of(house.library, "b"), draft=filing.draft)
    with pytest.raises(AlreadyFiled, match=filing.number):
        await house.complaints.file(again)
    fresh = filing_of(house.library, "c")
    results = await asyncio.gather(
        *(house.commit(f"m{n}", Filed(fresh)) for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(each, str) for each in results) == 1
    assert all(isinstance(each, AlreadyFiled | str) for each in results), results
    second = open_database(address)
    raced = [
        replace(filing_of(house.library, mark), draft=filing_of(house.library, "d").draft) for mark in "def"
    ]
    stores = (house.complaints, Complaints(second, SEALS), Complaints(second, SEALS))
    tried = await asyncio.gather(
        *(s.file(f) for s, f in zip(stores, raced, strict=True)), return_exceptions=True
    )
    await second.dispose()
    assert sum(each is None for each in tried) == 1
    assert {type(each) for each in tried} == {type(None), AlreadyFiled}
    assert await house.count(complaints) == 3
    assert await house.count(complaint_events) == 3


async def test_of_two_who_act_at_once_one_is_told_and_leaves_nothing(house: House) -> None:
    filing = await house.file()
    both = await asyncio.gather(
        house.casework.act(filing.number, Command(Action.ACCEPT), "wang"),
        house.casework.act(filing.number, Command(Action.ASK_INFO, "请补合同"), "liu"),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Case) for each in both) == 1
    assert sum(isinstance(each, TOO_LATE) for each in both) == 1, both
    assert (await house.count(complaint_events), await house.count(outbox)) == (2, 1)
    assert (await house.complaints.verify_audit()).broken_at == 0


async def test_what_was_decided_on_an_older_state_is_not_stored(house: House) -> None:
    filing = await house.file()
    case = (await house.complaints.read(filing.number)).case
    wang = Actor(Role.WINDOW, "wang")
    first, second = (
        decide(case, Command(action, "请补合同"), wang, NOW, rules_of(house.library))
        for action in (Action.ACCEPT, Action.ASK_INFO)
    )
    await house.complaints.act(filing.number, case, first)
    with pytest.raises(CaseChanged):
        await house.complaints.act(
            filing.number, case, second, Entry(wang, "ask_info", filing.number, NOW, {})
        )
    counts = [await house.count(table) for table in (complaint_events, outbox, audit)]
    assert counts == [2, 1, 0]


async def test_news_is_stored_with_what_it_tells_of(house: House) -> None:
    filing = await house.file()
    file = await house.complaints.read(filing.number)
    event = decide(
        file.case, Command(Action.ACCEPT), Actor(Role.WINDOW, "wang"), NOW, rules_of(house.library)
    )
    entry = Entry(Actor(Role.WINDOW, "wang"), "accept", filing.number, NOW, {"bad": object()})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        await house.complaints.act(filing.number, file.case, event, entry)
    assert (await house.count(outbox), await house.count(complaint_events), await house.count(audit)) == (
        0,
        1,
        0,
    )
    await house.complaints.act(filing.number, file.case, event)
    before = await house.conversations.load("m9", "r1")
    assert [news.news for news in before.news] == ["accepted"]
    unknown = await house.file("t", "", identity=DRAFT.identity)
    await house.do(unknown.number, "wang", Action.ACCEPT)
    assert await house.count(outbox) == 1, "who cannot be told gets no news"


async def test_two_cases_cannot_become_part_of_each_other(house: House) -> None:
    one, other = await house.file("a"), await house.file("b")

    async def merged(number: str, into: str, who: str) -> object:
        return await house.casework.act(number, Command(Action.MERGE, other=into), who)

    both = await asyncio.gather(
        merged(one.number, other.number, "wang"),
        merged(other.number, one.number, "liu"),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Case) for each in both) == 1
    assert sum(isinstance(each, TOO_LATE) for each in both) == 1, both
    files = [await house.complaints.read(f.number) for f in (one, other)]
    states = {file.case.state for file in files}
    assert states == {State.MERGED, State.SUBMITTED}
    master = next(file for file in files if file.case.state is State.SUBMITTED)
    part = next(file for file in files if file.case.state is State.MERGED)
    assert part.case.master == master.number
    assert master.events[-1].command.other == part.number
    with pytest.raises(ActionRefused):
        await merged(master.number, part.number, "wang")
    with pytest.raises(ActionRefused):
        await merged(master.number, master.number, "wang")


async def test_what_is_merged_into_an_ended_or_foreign_case_is_refused_and_nothing_is_stored(
    house: House,
) -> None:
    mine, ended = await house.file("a"), await house.file("b")
    await house.resident(ended.number, Action.WITHDRAW)
    district = await house.file("c", area="乌达区")
    foreign = await house.file("d", area="海南区")
    for number, into, who in ((mine.number, ended.number, "wang"), (district.number, foreign.number, "qu")):
        with pytest.raises(ActionRefused):
            await house.casework.act(number, Command(Action.MERGE, other=into), who)
        assert (await house.complaints.read(number)).case.state is State.SUBMITTED


async def test_whoever_is_complained_of_neither_opens_nor_works_on_it_and_it_is_noted(house: House) -> None:
    filing = await house.file(respondent="示例王", respondent_is_person=True)
    for attempt in (
        house.casework.read(filing.number, "wang"),
        house.casework.act(filing.number, Command(Action.ACCEPT), "wang"),
    ):
        with pytest.raises(ConflictOfInterest):
            await attempt
    assert await house.count(audit) == 2
    assert (await house.casework.read(filing.number, "liu")).copy.respondent == "示例王"
    rows, _ = await house.complaints.queue(Wanted())
    assert rows[0].respondent == "示某"


async def test_a_number_or_a_code_alone_opens_nothing(house: House) -> None:
    filing, other = await house.file("a"), await house.file("b", "r2")
    assert (await house.complaints.by_code(filing.number, filing.code)).number == filing.number
    for number, code in (
        (filing.number, other.code),
        (filing.number, ""),
        ("WH26-0000-00000", filing.code),
        (other.number, filing.code),
    ):
        with pytest.raises(CaseUnknown):
            await house.complaints.by_code(number, code)
    assert await house.complaints.of_resident("r2", filing.number) == ()
    assert [file.number for file in await house.complaints.of_resident("r1")] == [filing.number]


async def swap(house: House, table: Table, column: str) -> None:
    """Give each of two rows the other's ciphertext."""
    key = next(iter(table.primary_key.columns))
    async with house.engine.begin() as connection:
        rows = (
            await connection.execute(
                select(key, table.c[column]).where(table.c[column].is_not(None)).order_by(key)
            )
        ).all()
        one, other = rows[0], rows[-1]
        assert one[1] != other[1]
        for ident, value in ((one[0], other[1]), (other[0], one[1])):
            await connection.execute(update(table).where(key == ident).values({column: value}))


READS: tuple[tuple[Table, str, Callable[[House, str], object]], ...] = (
    (complaints, "sealed_person", lambda house, number: house.complaints.person(number)),
    (complaints, "sealed_content", lambda house, number: house.complaints.content(number)),
    (complaints, "sealed_respondent", lambda house, number: house.complaints.read(number)),
    (complaint_events, "sealed_text", lambda house, number: house.complaints.read(number)),
    (turns, "sealed_reply", lambda house, _: house.conversations.load("m1", "r1")),
)


@pytest.mark.parametrize(("table", "column", "read"), READS, ids=[column for _, column, _ in READS])
async def test_ciphertext_of_another_row_does_not_open(
    house: House, table: Table, column: str, read: Callable[[House, str], object]
) -> None:
    one, other = (
        await house.file("a"),
        await house.file("b", "r2", name="示例郑", phone="+8613900000002", respondent="示例店"),
    )
    for number in (one.number, other.number):
        await house.resident(number, Action.SUPPLEMENT, text=f"{number} 的材料")
    for key, resident in (("m1", "r1"), ("m2", "r2")):
        await house.commit(key, resident=resident)
    await read(house, one.number)  # type: ignore[misc]
    await swap(house, table, column)
    with pytest.raises(SealBroken):
        await read(house, one.number)  # type: ignore[misc]


async def test_a_dialog_or_draft_of_another_is_not_taken_for_ones_own(house: House) -> None:
    """They begin anew instead: a resident is never locked out."""
    for owner, mark in (("r1", "a"), ("r2", "b")):
        draft = filing_of(house.library, mark).draft
        dialog = Dialog(interview=Interview(Step.PREVIEW))
        record = TurnRecord(f"m-{owner}", owner, "r", dialog, (DraftKept(draft),), NOW)
        await house.conversations.commit(record)
    assert (await house.conversations.load("m9", "r1")).draft is not None
    await swap(house, dialogs, "sealed_state")
    await swap(house, drafts, "sealed_draft")
    before = await house.conversations.load("m9", "r1")
    assert (before.dialog, before.draft) == (Dialog(), None)


async def test_a_draft_that_cannot_be_read_keeps_nobody_from_beginning_again(house: House) -> None:
    await house.commit("m1", DraftKept(replace(DRAFT, id="d" * 32)))
    async with house.engine.begin() as connection:
        await connection.execute(update(drafts).values(sealed_draft=b"k0:of a key that is gone"))
    assert (await house.conversations.load("m2", "r1")).draft is None
    await house.commit("m2", DraftKept(replace(DRAFT, id="e" * 32)))
    begun = (await house.conversations.load("m3", "r1")).draft
    assert begun is not None
    assert (begun.id, begun.saved) == ("e" * 32, 1)


async def test_a_draft_from_the_form_is_found_by_who_has_never_spoken(house: House) -> None:
    async with house.engine.begin() as connection:
        await keep_draft(connection, SEALS, "r7", filing_of(house.library).draft, NOW)
    before = await house.conversations.load("m1", "r7")
    assert before.draft is not None
    assert before.draft.saved == 1


async def test_a_draft_changed_elsewhere_is_not_overwritten(house: House) -> None:
    draft = replace(DRAFT, id="d" * 32)
    await house.commit("m1", DraftKept(draft))
    await house.commit("m2", DraftKept(replace(draft, saved=1, story="新的")))
    for stale in (draft, replace(draft, saved=1)):
        with pytest.raises(DraftChanged):
            await house.commit("m3", DraftKept(stale))
    kept = (await house.conversations.load("m4", "r1")).draft
    assert kept is not None
    assert (kept.story, kept.saved) == ("新的", 2)
    assert await house.count(turns) == 2


async def test_pages_of_a_list_hold_every_case_once_what_is_due_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.complaints.PAGE", 4)
    for n in range(9):
        house.clock.advance(timedelta(days=1))
        filing = await house.file(f"n{n}", area="乌达区" if n % 3 == 0 else "")
        if n % 4 == 0:
            await house.resident(filing.number, Action.WITHDRAW)
    seen = []
    for page in (1, 2, 3):
        rows, total = await house.complaints.queue(Wanted(), page)
        assert total == 9
        seen += rows
    assert len({row.number for row in seen}) == len(seen) == 9
    waiting = [row.due_at for row in seen if row.due_at]
    assert waiting == sorted(waiting)
    assert [row.state is State.WITHDRAWN for row in seen] == [False] * 6 + [True] * 3
    narrowed, total = await house.complaints.queue(
        Wanted(states=(State.SUBMITTED,), unit="乌达区", area="乌达区")
    )
    assert total == len(narrowed) == 2
    overdue, total = await house.complaints.queue(Wanted(is_overdue_at=house.clock.now()))
    assert total == len(overdue) > 0
    assert all(row.due_at and row.due_at < house.clock.now() for row in overdue)


async def test_a_unit_that_helps_finds_the_case_until_it_is_given_back(house: House) -> None:
    await Staff(house.engine).add(Member("zhou", "示例邹", Role.HANDLER, "示例二局"), NOW)
    filing, other = await house.file("a"), await house.file("b")
    for number in (filing.number, other.number):
        await house.do(number, "wang", Action.ACCEPT)
    await house.do(filing.number, "wang", Action.DISPATCH, unit=UNIT, co_units=("示例二局",))
    await house.do(other.number, "wang", Action.DISPATCH, unit=UNIT)

    async def listed(who: str) -> list[str]:
        rows, total = await house.casework.queue(Wanted(), who)
        assert total == len(rows)
        return [row.number for row in rows]

    assert await listed("zhou") == [filing.number]
    assert set(await listed("zhao")) == {filing.number, other.number}
    assert (await house.casework.read(filing.number, "zhou")).number == filing.number
    await house.do(filing.number, "zhao", Action.ASK_RETURN, **{**GROUNDS, "reason": Reason.OTHER_UNIT})
    await house.do(filing.number, "wang", Action.RETURN)
    assert (await listed("zhou"), await listed("zhao")) == ([], [other.number])


async def test_what_happened_cannot_be_changed_in_place(house: House) -> None:
    await house.file()
    for statement in ("UPDATE complaint_events SET target = 'closed'", "DELETE FROM complaint_events"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with house.engine.begin() as connection:
                await connection.execute(text(statement))


async def test_a_case_that_cannot_be_read_holds_up_no_other(house: House) -> None:
    """The sweep goes on past a broken one."""
    broken, sound = await house.file("a"), await house.file("b")
    for filing in (broken, sound):
        await house.do(filing.number, "wang", Action.ASK_INFO, text="请补合同")
    async with house.engine.begin() as connection:
        mine = complaints.c.number == broken.number
        await connection.execute(update(complaints).where(mine).values(sealed_respondent=b"k1:nonsense"))
    house.clock.advance(timedelta(days=30))
    assert await house.casework.sweep() == 1
    assert (await house.complaints.read(sound.number)).case.state is State.CLOSED


async def test_a_new_calendar_is_told_to_open_cases_only(house: House) -> None:
    filing, ended = await house.file("a"), await house.file("b")
    await house.resident(ended.number, Action.WITHDRAW)
    assert await house.casework.reckon() == 0
    known = house.library.workdays
    off = frozenset(NOW.date() + timedelta(days=k) for k in (1, 2))
    newer = WorkCalendar(known.holidays | off, known.makeup_days, known.published_years)
    house.library = replace(house.library, workdays=newer)
    before = (await house.complaints.read(filing.number)).case.term
    assert await house.casework.reckon() == 1
    file: CaseFile = await house.complaints.read(filing.number)
    assert file.events[-1].action is Action.RECKON
    assert before is not None and file.case.term is not None
    assert file.case.term.due_on - before.due_on == timedelta(days=2)
    assert await house.count(evidence) == 0
