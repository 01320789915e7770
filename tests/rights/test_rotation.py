"""A new key: everything comes under it, whenever the work is stopped; then the old one can be let go."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, Text, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

import storage.platform_tables  # noqa: F401 - part of the schema
from cli.main import app
from config.secrets import Keys
from domain.complaints.draft import Draft
from domain.complaints.terms import Action
from domain.dialog import Dialog
from domain.effects import DraftKept, MediaSent, Missed
from services import rotation as module
from services.phones import read_phone
from services.rotation import Rotation
from storage.complaint_tables import complaints
from storage.complaints import Complaints
from storage.conversations import Conversations, TurnRecord
from storage.resealing import SEALED, Resealing
from storage.sealing import Sealer, Seals
from storage.tables import dialogs, metadata
from storage.vault import Vault
from tests.rights.conftest import House
from tests.storage.conftest import SEALS
from tests.support.filings import PHONE

OLD, NEW = bytes(32), bytes(31) + b"\1"
BOTH = {"k2": NEW, "k1": OLD}


def seals_under(keys: dict[str, bytes]) -> Seals:
    return replace(SEALS, fields=Sealer(keys))


def rotation_of(house: House, tmp_path: Path, keys: dict[str, bytes] = BOTH) -> Rotation:
    return Rotation(Resealing(house.engine, Sealer(keys)), Vault(tmp_path / "vault", keys))


async def everything(house: House, count: int = 3) -> None:
    """A value in every sealed column, and files."""
    for n in range(count):
        filing = await house.file(f"case {n}", f"r{n}")
        await house.do(filing.number, "wang", Action.ASK_INFO, text=f"请补收据 {n}")
        await house.hand_in(filing.number)
        effects = (
            DraftKept(Draft(f"draft {n}", story=f"示例 {n}")),
            MediaSent(f"m{n}", "media id", draft=f"draft {n}"),
            Missed("没有答上来的", "unsure", ()),
        )
        record = TurnRecord(f"k{n}", f"r{n}", f"好的 {n}", Dialog(topic=f"t{n}"), effects, house.clock.now())
        await house.conversations.commit(record)


async def sealed_values(house: House) -> list[tuple[str, bytes]]:
    found = []
    async with house.engine.connect() as connection:
        for each in SEALED:
            rows = await connection.execute(select(each.column).where(each.column.is_not(None)))
            found += [(str(each.column), bytes(value)) for value in rows.scalars()]
    return found


def test_every_sealed_column_there_is_is_brought_along() -> None:
    known = {each.column for each in SEALED}
    there = {
        column
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.startswith("sealed") and isinstance(column.type, LargeBinary | Text)
    }
    left = {str(column) for column in there - known}
    assert left == {"platform_tokens.sealed"}, "those are forgotten and fetched anew"
    assert {type(column.type) for column in known} == {LargeBinary}


async def test_afterwards_nothing_is_under_the_old_key_and_all_of_it_opens_without(
    house: House, tmp_path: Path
) -> None:
    await everything(house)
    before = await sealed_values(house)
    assert {column for column, _ in before} == {str(each.column) for each in SEALED}
    work = rotation_of(house, tmp_path)
    assert set(await work.keys_in_use()) == {"k1"}
    told: list[int] = []
    done = await work.rotate(told.append)
    assert (done.values, done.files, done.unreadable) == (len(before), 6, 0)
    assert sum(told) == len(before) + 6
    assert all(value.startswith(b"k2:") for _, value in await sealed_values(house))
    assert set(await work.keys_in_use()) == {"k2"}

    alone = {"k2": NEW}
    cases = Complaints(house.engine, seals_under(alone))
    file = (await cases.of_resident("r1"))[0]
    assert file.events[-1].command.text == "请补收据 1"
    assert (await cases.person(file.number)).phone == PHONE
    content = await cases.content(file.number)
    assert content is not None and "取暖器" in content.story
    memory = await Conversations(house.engine, seals_under(alone)).memory("r1")
    assert memory.dialog.topic == "t1"
    assert memory.draft is not None and memory.draft.story == "示例 1"
    vault = Vault(tmp_path / "vault", alone)
    for name in vault.names():
        with vault.open(name) as held:
            assert b"".join(held.pieces) in {b"the original", b"what is shown"}


async def test_stopped_at_any_stretch_it_goes_on_where_it_was(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    await everything(house, 5)
    left = []
    for _ in range(100):
        left.append(sum(v.startswith(b"k1:") for _, v in await sealed_values(house)))
        stretches = 0

        def stop(_count: int) -> None:
            nonlocal stretches
            stretches += 1
            if stretches == 3:
                raise KeyboardInterrupt

        try:
            await rotation_of(house, tmp_path).rotate(stop)
        except KeyboardInterrupt:
            continue
        break
    assert len(left) > 3, "it was stopped more than once"
    assert all(b < a for a, b in pairwise([n for n in left if n])), "every run gets further"
    assert all(value.startswith(b"k2:") for _, value in await sealed_values(house))
    assert set(await rotation_of(house, tmp_path).keys_in_use()) == {"k2"}


async def test_what_the_server_writes_meanwhile_is_not_overwritten(house: House, tmp_path: Path) -> None:
    await everything(house, 2)
    talk = Conversations(house.engine, seals_under(BOTH))

    async def speak() -> None:
        for n in range(20):
            dialog = Dialog(topic=f"said {n}")
            await talk.commit(TurnRecord(f"later {n}", "r0", "好的", dialog, (), house.clock.now()))

    await asyncio.gather(speak(), rotation_of(house, tmp_path).rotate())
    assert (await talk.memory("r0")).dialog.topic == "said 19"
    assert all(value.startswith(b"k2:") for _, value in await sealed_values(house))


async def test_what_no_key_opens_is_counted_and_left_alone(house: House, tmp_path: Path) -> None:
    await everything(house, 2)
    foreign = Sealer({"k9": NEW}).seal(b"{}", "dialogs:r0:sealed_state")
    async with house.engine.begin() as connection:
        await connection.execute(
            update(dialogs).where(dialogs.c.resident == "r0").values(sealed_state=foreign)
        )
    done = await rotation_of(house, tmp_path).rotate()
    assert done.unreadable == 1
    assert [v for _, v in await sealed_values(house) if v.startswith(b"k9:")] == [foreign]


FULL_WIDTH = "13800000001".translate({ord("0") + n: 0xFF10 + n for n in range(10)})


@pytest.mark.parametrize("typed", ["13800000001", "+86 138 0000 0001", "138-0000-0001", f" {FULL_WIDTH} "])
async def test_a_phone_is_still_found_however_it_is_typed(
    house: House, engine: AsyncEngine, tmp_path: Path, typed: str
) -> None:
    await house.file()
    await rotation_of(house, tmp_path).rotate()
    index = SEALS.index.of("phone", read_phone(typed).number)
    async with engine.connect() as connection:
        found = await connection.execute(select(complaints.c.number).where(complaints.c.phone_index == index))
        assert len(found.all()) == 1


def test_what_must_stay_stays_when_a_key_in_the_middle_is_let_go() -> None:
    """Names, fingerprints and the audit chain rest on the oldest key alone."""
    three = Keys((("k3", NEW), ("k2", b"2" * 32), ("k1", OLD)))
    two = Keys((three.pairs[0], three.pairs[2]))
    assert three.naming == two.naming
    assert three.lasting("index") == two.lasting("index")
    assert three.lasting("audit chain") == two.lasting("audit chain")
    assert set(two.for_use("fields").items()) <= set(three.for_use("fields").items())


def test_at_the_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    run = CliRunner()
    assert run.invoke(app, ["keys", "list"]).exit_code == 0
    first = (tmp_path / "secret_keys").read_text()
    assert "k2" in run.invoke(app, ["keys", "add"]).output
    both = (tmp_path / "secret_keys").read_text()
    assert re.fullmatch(r"k2:[^,]+,k1:[^,]+", both) and both.endswith(first)
    assert (tmp_path / "secret_keys").stat().st_mode & 0o777 == 0o600
    assert run.invoke(app, ["keys", "rotate"]).exit_code == 1
    assert "换好了" in run.invoke(app, ["keys", "rotate", "--restarted"]).output
    assert "不能去掉" in run.invoke(app, ["keys", "list"]).output
