"""What has been kept long enough goes, what is held stays, and what was counted before is what is removed."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.complaints.case import Case
from domain.complaints.decide import decide
from domain.complaints.draft import Draft
from domain.complaints.events import Command
from domain.complaints.limits import Limit
from domain.complaints.terms import Action, ComplaintKind, HoldReason, Identity, State
from domain.dialog import Dialog
from domain.effects import DraftKept, Missed
from domain.errors import CaseErased, CaseUnknown
from services.casework import SYSTEM, NotPermitted
from services.progress import RESIDENT
from services.submission import rules_of
from storage.complaint_tables import audit, complaint_events, complaints, drafts, evidence, outbox
from storage.conversations import TurnRecord
from storage.tables import dialogs, misses, turns
from tests.rights.conftest import House
from tests.support.filings import NAME

YEAR = timedelta(days=366)
# All that may be left of a case: when a column is added, it is emptied or it is argued for here.
BARE = {
    *("id", "number", "draft", "version", "state", "round", "kind", "domain", "identity", "area", "unit"),
    *("lead_unit", "is_urgent", "is_due_confirmed", "submitted_at", "changed_at", "ended_on", "source"),
    *("consent_version", "has_sensitive_consent", "is_about_child", "limit_version", "informed", "purged_at"),
}


async def withdrawn(house: House, number: str) -> None:
    file = await house.complaints.read(number)
    await act(house, number, file.case, Command(Action.WITHDRAW))


async def act(house: House, number: str, before: Case, command: Command) -> None:
    event = decide(before, command, RESIDENT, house.clock.now(), rules_of(house.library))
    await house.complaints.act(number, before, event)


async def counts(house: House, *, really: bool = False) -> dict[str, int]:
    found = await (house.retention.purge(SYSTEM) if really else house.retention.due())
    return {due.what: due.count for due in found if due.count}


async def test_a_case_is_kept_for_its_years_and_then_only_its_bare_facts(house: House) -> None:
    filing = await house.file()
    files = await house.hand_in(filing.number)
    await house.do(filing.number, "wang", Action.ASK_INFO, text="示例周，请补收据")
    await withdrawn(house, filing.number)
    house.clock.advance(3 * YEAR - timedelta(days=5))
    assert await counts(house, really=True) == {"news": 1, "dialog": 1}
    house.clock.advance(timedelta(days=5))
    assert await counts(house) == {"complaint": 1}
    assert (await house.rows(complaints))[0]["purged_at"] is None, "counting changes nothing"
    assert (await counts(house, really=True))["complaint"] == 1
    row = (await house.rows(complaints))[0]
    bare = {"number": filing.number, "kind": "complaint", "domain": "business", "area": "海勃湾区"}
    assert {name: row[name] for name in bare} == bare
    assert row["state"] == "withdrawn"
    assert row["purged_at"] == house.clock.now()
    gone = ("sealed_person", "sealed_content", "sealed_respondent", "resident", "phone_index")
    assert [row[name] for name in gone] == [None] * 5
    assert {name for name, value in row.items() if value not in (None, "", 0, False)} <= BARE
    events = await house.rows(complaint_events)
    assert [event["action"] for event in events] == ["submit", "ask_info", "withdraw"]
    assert all(event["sealed_text"] is None for event in events)
    assert set(house.vault.names()) & set(files) == set()
    assert await house.rows(outbox) == []


async def test_what_is_left_of_a_case_can_be_read_and_not_worked_on(house: House) -> None:
    filing = await house.file()
    await withdrawn(house, filing.number)
    house.clock.advance(4 * YEAR)
    await house.retention.purge(SYSTEM)
    file = await house.casework.read(filing.number, "li")
    assert file.case.state is State.WITHDRAWN
    assert not file.copy.story
    with pytest.raises(CaseErased):
        await house.do(filing.number, "wang", Action.NOTE, text="还在吗")
    with pytest.raises(CaseUnknown):
        await house.complaints.by_code(filing.number, filing.code)
    assert await house.complaints.of_resident("r1") == ()
    assert (await house.complaints.verify_audit()).broken_at == 0


async def test_each_kind_has_its_own_time(house: House) -> None:
    for mark, kind in (("a", ComplaintKind.COMPLAINT), ("b", ComplaintKind.SUGGESTION)):
        await withdrawn(house, (await house.file(mark, kind=kind)).number)
    house.clock.advance(YEAR)
    assert await counts(house) == {"suggestion": 1}


async def test_an_open_case_is_never_purged(house: House) -> None:
    await house.file()
    house.clock.advance(30 * YEAR)
    assert await counts(house, really=True) == {}


async def test_a_case_that_is_held_stays_until_it_is_let_go(house: House) -> None:
    filing = await house.file()
    await withdrawn(house, filing.number)
    with pytest.raises(NotPermitted):
        await house.casework.hold(filing.number, HoldReason.LAWSUIT, "wang")
    await house.casework.hold(filing.number, HoldReason.LAWSUIT, "li")
    house.clock.advance(4 * YEAR)
    assert await counts(house) == {"held": 1}
    await house.retention.purge(SYSTEM)
    assert (await house.complaints.content(filing.number)) is not None
    await house.casework.hold(filing.number, None, "du")
    assert await counts(house, really=True) == {"complaint": 1}
    told = [(row["actor"], row["action"], row["detail"]) for row in await house.rows(audit)]
    assert ("li", "hold", '{"reason": "lawsuit"}') in told
    assert ("du", "let_go", "{}") in told


async def test_a_draft_goes_after_a_week_with_what_was_handed_in(house: House) -> None:
    turn = TurnRecord(
        "k1", "r1", "好的", Dialog(), (DraftKept(Draft("d1", story="示例")),), house.clock.now()
    )
    await house.conversations.commit(turn)
    files = await house.hand_in(draft="d1")
    house.clock.advance(timedelta(days=7))
    assert "draft" not in await counts(house)
    house.clock.advance(timedelta(days=1))
    assert (await counts(house))["draft"] == 1
    gone = await counts(house, really=True)
    assert (gone["draft"], gone["files"]) == (1, 1)
    assert await house.rows(drafts) == []
    assert await house.rows(evidence) == []
    assert set(files) & set(house.vault.names()) == set()


async def test_talk_is_forgotten_kind_by_kind(house: House) -> None:
    missed = Missed("没有答上来的", "unsure", ())
    await house.conversations.commit(TurnRecord("k1", "r1", "好的", Dialog(), (missed,), house.clock.now()))
    house.clock.advance(timedelta(days=3))
    assert await counts(house, really=True) == {"reply": 1}
    house.clock.advance(YEAR)
    assert await counts(house, really=True) == {"dialog": 1, "miss": 1}
    assert [await house.rows(table) for table in (turns, dialogs, misses)] == [[], [], []]


async def test_a_purge_that_was_killed_between_row_and_file_is_finished_by_the_next(house: House) -> None:
    filing = await house.file()
    files = await house.hand_in(filing.number)
    await withdrawn(house, filing.number)
    house.clock.advance(4 * YEAR)
    whole = house.retention.clear_files

    async def killed() -> int:
        raise KeyboardInterrupt

    house.retention.clear_files = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await house.retention.purge(SYSTEM)
    assert set(files) <= set(house.vault.names())
    house.retention.clear_files = whole  # type: ignore[method-assign]
    await house.retention.purge(SYSTEM)
    assert not set(files) & set(house.vault.names())


async def test_files_that_no_row_knows_are_swept_when_they_are_a_day_old(house: House) -> None:
    filing = await house.file()
    known = await house.hand_in(filing.number)
    orphans = [house.vault.put([b"x"]), house.vault.put([b"y"])]
    hour = house.clock.now().timestamp() - 3600
    for name, age_h in ((orphans[0], 30), (orphans[1], 1), *((name, 300) for name in known)):
        os.utime(house.vault._path(name), (hour - 3600 * age_h,) * 2)
    await house.retention.purge(SYSTEM)
    assert set(house.vault.names()) == {*known, orphans[1]}


async def test_no_word_and_no_name_of_an_erased_case_is_left(house: House) -> None:
    filing = await house.file(identity=Identity.NAMED, respondent="示例被投诉对象甲乙丙")
    await withdrawn(house, filing.number)
    house.clock.advance(4 * YEAR)
    await house.retention.purge(SYSTEM)
    for table in (complaints, complaint_events, evidence, outbox):
        kept = str(await house.rows(table))
        assert "示例被投诉对象" not in kept and NAME not in kept


async def test_no_word_of_it_is_left_in_the_file_or_its_log(house: House) -> None:
    if house.engine.dialect.name != "sqlite":
        return
    word = "取暖器三个月没修好"
    filing = await house.file(story=f"示例商行的{word}，老板不给退" * 30)
    await withdrawn(house, filing.number)
    folder = Path(str(house.engine.url.database)).parent

    def holders() -> set[str]:
        return {path.name for path in folder.glob("test.db*") if word.encode() in path.read_bytes()}

    assert holders(), "what staff search stands there masked, in the open"
    house.clock.advance(4 * YEAR)
    await house.retention.purge(SYSTEM)
    assert holders() == set()


@pytest.mark.parametrize(
    ("unit", "value", "today", "since"),
    [
        ("年", 3, date(2028, 2, 29), date(2025, 2, 28)),
        ("年", 1, date(2026, 11, 25), date(2025, 11, 25)),
        ("日", 7, date(2026, 3, 1), date(2026, 2, 22)),
    ],
)
def test_years_are_years_and_days_are_days(
    house: House, unit: str, value: int, today: date, since: date
) -> None:
    limits = replace(house.library.limits, kept={"draft": Limit(value, unit, "示例")})
    assert limits.kept_since("draft", today) == since
