"""A database of any age comes to today's schema with what it held."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

import storage.complaint_tables
import storage.platform_tables  # noqa: F401 - part of the schema
from domain.complaints.case import Case, apply
from domain.complaints.terms import Action, State
from domain.entries import Library
from storage import migrate as migrating
from storage.audit import verify
from storage.case_rows import KEPT, Kept, new_row
from storage.complaints import Complaints
from storage.database import open_database
from storage.migrate import migrate
from storage.tables import metadata
from tests.conftest import NOW
from tests.storage.conftest import SEALS
from tests.support.filings import filing_of

SCRIPTS = Path(migrating.__file__).parent / "migrations"


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS))
    return made


REVISIONS = [
    script.revision for script in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))
]


@pytest_asyncio.fixture
async def bare(address: str) -> AsyncEngine:  # type: ignore[misc]
    """An engine on a database without any table."""
    engine = open_database(address)
    yield engine  # type: ignore[misc]
    await engine.dispose()


async def upgrade_to(engine: AsyncEngine, revision: str) -> None:
    def upgrade(connection: Connection) -> None:
        to = config()
        to.attributes["connection"] = connection
        command.upgrade(to, revision)

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)


async def difference(engine: AsyncEngine) -> list[object]:
    def compared(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        return await connection.run_sync(compared)


async def put(engine: AsyncEngine, name: str, **values: object) -> None:
    """A row in a table as it is at this revision; what is not given has what an empty row would have."""

    def reflected(connection: Connection) -> Table:
        return Table(name, MetaData(), autoload_with=connection)

    async with engine.begin() as connection:
        table = await connection.run_sync(reflected)
        await connection.execute(insert(table).values(values))


async def rows(engine: AsyncEngine, name: str) -> list[dict[str, object]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(metadata.tables[name]))).mappings()]


def test_revisions_are_one_line() -> None:
    assert [f"{n:04}" for n in range(1, len(REVISIONS) + 1)] == REVISIONS


async def test_every_single_step_from_empty_ends_at_todays_schema(bare: AsyncEngine) -> None:
    for revision in REVISIONS:
        await upgrade_to(bare, revision)
    assert await difference(bare) == []


async def test_a_database_of_the_first_version_keeps_its_counts_and_drops_what_stood_in_the_open(
    bare: AsyncEngine,
) -> None:
    await upgrade_to(bare, "0001")
    await put(bare, "turns", key="k", reply="您好，王小明", answered_at=NOW)
    await put(bare, "dialogs", resident="r1", state="{}", changed_at=NOW)
    await put(bare, "misses", text="问了什么", reason="far", nearest="", asked_at=NOW)
    await put(bare, "ratings", target="policy:a", useful=True, rated_at=NOW)
    await put(bare, "asks", target="policy:a", day=date(2026, 11, 23), count=7)
    await migrate(bare)
    assert await difference(bare) == []
    assert [row["count"] for row in await rows(bare, "asks")] == [7]
    assert [row["target"] for row in await rows(bare, "ratings")] == ["policy:a"]
    for name in ("turns", "dialogs", "misses"):
        assert await rows(bare, name) == [], name


async def test_a_case_of_the_second_version_lives_on(bare: AsyncEngine, library: Library) -> None:
    """Filed when there was no hold, no ledger of pushes, no column for the time; read and worked on today."""
    await upgrade_to(bare, "0002")
    filing = filing_of(library)
    today = new_row(SEALS, filing, apply(Case(filing.opening), filing.event))
    known = {name: value for name, value in today.items() if name not in {"hold", "happened_masked"}}
    await put(bare, "complaints", **known, is_held=False)
    event = filing.event
    kept = KEPT.dump_json(Kept(event.command, dict(event.terms)), exclude_defaults=True).decode()
    await put(
        bare, "complaint_events", complaint=1, seq=1, action=event.action.value, role="resident", actor="", unit="",
        at=event.at, target=event.target.value, data=kept,
    )  # fmt: skip
    await put(
        bare, "outbox", complaint=1, seq=1, resident="r1", number=filing.number, news="accepted", status="waiting",
        channel="", attempts=0, due_at=NOW, created_at=NOW, fault="",
    )  # fmt: skip
    await migrate(bare)
    assert await difference(bare) == []
    complaints = Complaints(bare, SEALS)
    file = await complaints.read(filing.number)
    assert (file.case.state, file.hold, file.copy.happened, file.copy.story) == (
        State.SUBMITTED,
        None,
        "",
        filing.copy.story,
    )
    assert file.events[0].action is Action.SUBMIT
    assert (await complaints.person(filing.number)).name == filing.draft.name
    assert [row["number"] for row in await rows(bare, "outbox")] == [filing.number]
    async with bare.connect() as connection:
        assert (await verify(connection, SEALS.chain)).broken_at == 0


async def test_complaints_are_never_thrown_away_by_a_step_back(bare: AsyncEngine) -> None:
    await migrate(bare)

    def downgrade(connection: Connection) -> None:
        to = config()
        to.attributes["connection"] = connection
        command.downgrade(to, "0001")

    with pytest.raises(NotImplementedError, match="backup"):
        async with bare.begin() as connection:
            await connection.run_sync(downgrade)
