"""Who may do what with a case, who looked at it, who is late; every step and every refusal is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import update

from domain.complaints.events import Command
from domain.complaints.ladder import Rung
from domain.complaints.records import Person
from domain.complaints.terms import Action, Reason, Result, Role, State
from domain.complaints.transitions import row_of
from domain.errors import ActionRefused, ConflictOfInterest
from domain.workdays import WorkCalendar
from services.casework import NotPermitted
from services.oversight import Drift
from services.progress import timeline
from storage.complaint_tables import audit, complaints
from storage.complaints import Wanted
from storage.staff import Member
from tests.conftest import NOW
from tests.rights.conftest import MEMBERS, UNIT, House
from tests.rights.test_retention import act
from tests.support.filings import NAME, PHONE

REPLY = "查明\n\n已退\n\n依据\n\n联系人"
ASKED = {"reason": Reason.NOT_OURS, "text": "要核实", "basis": "示例依据", "channel": "12345"}
# What each action needs so that nothing but the role decides.
WHOLE: dict[Action, dict[str, object]] = {
    Action.ASK_INFO: {"text": "请补收据"},
    Action.ASK_DECLINE: ASKED,
    Action.ASK_TRANSFER: ASKED | {"unit": "示例法院"},
    Action.ASK_IDENTITY: ASKED,
    Action.ASK_EXTENSION: ASKED | {"days": 5},
    Action.ASK_RETURN: ASKED,
    Action.DISPATCH: {"unit": UNIT},
    Action.WRITE_REPLY: {"text": REPLY, "result": Result.SOLVED},
    Action.CONTACT: {"text": "您好"},
    Action.NOTE: {"text": "示例备注"},
}


async def walk(house: House, number: str, to: State) -> None:
    """Bring a fresh case to a state the usual way."""
    steps: list[tuple[str, Action]] = [
        ("wang", Action.ACCEPT),
        ("wang", Action.DISPATCH),
        ("zhao", Action.SIGN),
        ("zhao", Action.WRITE_REPLY),
        ("qian", Action.SIGN_REPLY),
        ("wang", Action.RELEASE),
    ]
    for who, action in steps:
        if (await house.complaints.read(number)).case.state is to:
            return
        await house.do(number, who, action, **WHOLE.get(action, {}))
    assert (await house.complaints.read(number)).case.state is to


async def entries(house: House) -> list[tuple[str, str, str]]:
    return [(row["actor"], row["action"], row["detail"]) for row in await house.rows(audit)]


async def outcome(house: House, number: str, who: str, action: Action) -> str:
    """``done``, the guard that refused, or ``not theirs``."""
    try:
        await house.do(number, who, action, **WHOLE[action])
    except ActionRefused as refused:
        return refused.guard.value if refused.guard else "not theirs"
    return "done"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.DISPATCHED, State.IN_PROGRESS])
async def test_each_role_does_what_the_table_gives_it_and_each_try_leaves_a_row(
    house: House, state: State
) -> None:
    number = (await house.file()).number
    await walk(house, number, state)
    seen = set()
    for member, action in product(MEMBERS, WHOLE):
        row = row_of(state, action, member.role)
        if row and row.target and row.target is not state:
            continue  # it would move the case on: ``walk`` does those
        before = len(await entries(house))
        came = await outcome(house, number, member.id, action)
        is_theirs = row is not None and (not member.unit or state is not State.SUBMITTED)
        assert (came != "not theirs") == is_theirs, (member.role, action)
        (who, what, detail), *rest = (await entries(house))[before:]
        assert (who, what, rest) == (member.id, action.value, [])
        assert ("refused" in detail) == (came != "done")
        seen.add(came)
    assert {"done", "not theirs"} <= seen
    assert (await house.complaints.verify_audit()).broken_at == 0


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.ANALYST, Role.AUDITOR, Role.ADMIN])
async def test_whose_work_it_is_not_sees_no_case(house: House, role: Role) -> None:
    number = (await house.file()).number
    member = next(each for each in MEMBERS if each.role is role)
    with pytest.raises(NotPermitted):
        await house.casework.read(number, member.id)
    with pytest.raises(NotPermitted):
        await house.casework.queue(Wanted(), member.id)
    assert (await entries(house))[-1] == (member.id, "read", '{"refused": "NotPermitted"}')


async def test_a_unit_sees_its_own_cases_only(house: House) -> None:
    await house.staff.add(Member("wai", "示例外", Role.HANDLER, "另一个示例局"), NOW)
    number = (await house.file()).number
    await walk(house, number, State.DISPATCHED)
    assert (await house.casework.read(number, "zhao")).number == number
    with pytest.raises(NotPermitted):
        await house.casework.read(number, "wai")
    with pytest.raises(ActionRefused):
        await house.do(number, "wai", Action.SIGN)


@pytest.mark.parametrize(
    ("asks", "grants", "target"),
    [
        (Action.ASK_DECLINE, Action.DECLINE, State.NOT_ACCEPTED),
        (Action.ASK_TRANSFER, Action.TRANSFER, State.TRANSFERRED),
    ],
)
async def test_no_and_elsewhere_take_two_people(
    house: House, asks: Action, grants: Action, target: State
) -> None:
    number = (await house.file()).number
    await house.do(number, "li", asks, **WHOLE[asks])
    for who in ("li", "wang", "du"):
        with pytest.raises(ActionRefused):
            await house.do(number, who, grants)
    await house.staff.add(Member("li2", "示例黎", Role.WINDOW_LEAD), NOW)
    await house.do(number, "li2", grants)
    assert (await house.complaints.read(number)).case.state is target


async def test_an_objection_is_looked_at_by_somebody_else(house: House) -> None:
    number = (await house.file()).number
    await house.do(number, "wang", Action.ASK_DECLINE, **ASKED)
    await house.do(number, "li", Action.DECLINE)
    file = await house.complaints.read(number)
    await act(house, number, file.case, Command(Action.OBJECT, "不服"))
    for action in (Action.ACCEPT, Action.ASK_DECLINE):
        with pytest.raises(ActionRefused):
            await house.do(number, "wang", action, **ASKED)
    await house.do(number, "liu", Action.ACCEPT)


@pytest.mark.parametrize(
    "more",
    [
        {"respondent": "示例王"},
        {"respondent": "示例街道示例王"},
        {"story": "窗口的示例王收了钱不办事，一拖再拖"},
    ],
)
async def test_who_is_named_neither_opens_the_case_nor_acts_on_it(
    house: House, more: dict[str, object]
) -> None:
    number = (await house.file(**more)).number
    with pytest.raises(ConflictOfInterest):
        await house.casework.read(number, "wang")
    with pytest.raises(ConflictOfInterest):
        await house.do(number, "wang", Action.ACCEPT)
    assert [row[2] for row in await entries(house)] == ['{"refused": "ConflictOfInterest"}'] * 2
    await house.do(number, "liu", Action.ACCEPT)


async def test_a_name_is_seen_for_a_reason_with_a_yes_for_half_an_hour_and_the_resident_knows(
    house: House,
) -> None:
    number = (await house.file()).number
    await walk(house, number, State.IN_PROGRESS)
    with pytest.raises(ActionRefused):
        await house.casework.identity(number, "zhao")
    with pytest.raises(ActionRefused):
        await house.do(number, "zhao", Action.ASK_IDENTITY)
    await house.do(number, "zhao", Action.ASK_IDENTITY, reason=Reason.COMPLEX, text="要到现场核实")
    (asked,) = await house.oversight.identity_requests("sun")
    assert (asked.number, asked.request.by.id, asked.request.command.text) == (number, "zhao", "要到现场核实")
    with pytest.raises(NotPermitted):
        await house.oversight.identity_requests("zhao")
    await house.do(number, "sun", Action.GRANT_IDENTITY)
    assert await house.oversight.identity_requests("sun") == []
    with pytest.raises(ActionRefused):
        await house.casework.identity(number, "qian")
    assert await house.casework.identity(number, "zhao") == Person(NAME, PHONE, "o-resident-a")
    house.clock.advance(timedelta(minutes=31))
    with pytest.raises(ActionRefused):
        await house.casework.identity(number, "zhao")
    told = [line.key for line in timeline(await house.complaints.read(number))]
    assert told.count("timeline.view_identity") == 1
    looked = [row for row in await entries(house) if row[1] == "view_identity"]
    assert [("refused" in detail) for _, _, detail in looked] == [True, True, False, True]


async def test_who_saw_a_case_and_what_somebody_saw(house: House) -> None:
    a, b = (await house.file("a")).number, (await house.file("b")).number
    await house.casework.read(a, "li")
    house.clock.advance(timedelta(days=1))
    await house.casework.read(b, "li")
    await house.do(a, "wang", Action.ACCEPT)
    with pytest.raises(NotPermitted):
        await house.oversight.who("wang", number=a)
    seen = await house.oversight.who("shen", number=a)
    assert [(row.actor, row.action) for row in seen] == [("li", "read"), ("wang", "accept")]
    by_li = await house.oversight.who("shen", other="li", since=NOW + timedelta(hours=1))
    assert [row.object for row in by_li] == [b]
    assert await house.oversight.who("shen", other="li", until=NOW) == []
    assert [row.action for row in await house.oversight.who("du", other="shen")] == ["who"] * 3


async def test_lights_and_alerts_go_by_unit_and_by_what_one_may_see(house: House) -> None:
    late = (await house.file("late")).number
    at_work = (await house.file("work")).number
    await walk(house, at_work, State.IN_PROGRESS)
    house.clock.advance(timedelta(days=3))
    found = await house.oversight.alerts("li")
    assert [(alert.number, alert.rung) for alert in found if alert.unit != UNIT] == [(late, Rung.URGED)]
    assert {alert.number for alert in await house.oversight.alerts("zhao")} == {at_work}
    assert await house.oversight.alerts("fen") == []
    rows, _ = await house.casework.queue(Wanted(), "li")
    lights = await house.oversight.lights(rows)
    assert lights[late] is Rung.URGED


async def test_days_off_that_are_told_later_move_deadlines_with_a_row_for_each(house: House) -> None:
    """Filed on 30 December 2026, before the days off of 2027 are known; then 31 December turns out to be one."""
    house.clock.advance(timedelta(days=37))
    numbers = [(await house.file(mark)).number for mark in "ab"]
    await house.do(numbers[1], "wang", Action.ASK_INFO, text="请补收据")
    for number in numbers:
        term = (await house.complaints.read(number)).case.term
        assert term is not None and not term.is_confirmed
    assert await house.complaints.open_numbers(unconfirmed_only=True) != []
    assert await house.oversight.check() == []
    old = house.library.workdays
    told = WorkCalendar(
        old.holidays | {date(2026, 12, 31), date(2027, 1, 4)}, old.makeup_days, old.published_years | {2027}
    )
    house.library = replace(house.library, workdays=told)
    assert {drift.number for drift in await house.oversight.check()} == set(numbers)
    assert all(drift.of_calendar for drift in await house.oversight.check())
    before = len(await entries(house))
    assert await house.casework.reckon() == 2
    assert [row[:2] for row in (await entries(house))[before:]] == [("", "reckon")] * 2
    assert await house.oversight.check() == []
    assert await house.complaints.open_numbers(unconfirmed_only=True) == []
    assert await house.casework.reckon() == 0, "twice changes nothing more"


@pytest.mark.parametrize("column", [{"due_at": NOW}, {"state": "accepted"}, {"version": 9}])
async def test_a_column_that_was_changed_behind_the_events_is_found(
    house: House, column: dict[str, object]
) -> None:
    numbers = [(await house.file(mark)).number for mark in "ab"]
    async with house.engine.begin() as connection:
        await connection.execute(update(complaints).where(complaints.c.number == numbers[0]).values(column))
    assert list(await house.oversight.check()) == [Drift(numbers[0], of_calendar=False)]
