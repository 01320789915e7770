"""``keys rotate`` as a process: killed three times in the middle, then everything is under the new key."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from subprocess import DEVNULL

import pytest

from bot.service import seals_of, vault_of
from config.secrets import Keys, add_key, load_keys
from config.settings import ROOT, Settings
from domain.dialog import Dialog
from storage.conversations import Conversations, TurnRecord
from storage.database import open_database
from storage.migrate import migrate
from tests.conftest import NOW

pytestmark = pytest.mark.slow
TURNS, FILES, KILLS = 6000, 20, 3
ROTATE = [sys.executable, "run.py", "keys", "rotate", "--restarted"]


async def fill(settings: Settings) -> None:
    """Sealed replies and files under the first key."""
    keys = load_keys(settings)
    engine = open_database(settings.database)
    await migrate(engine)
    talk = Conversations(engine, seals_of(keys))
    records = [TurnRecord(f"m{n}", f"r{n}", f"好的 {n}", Dialog(), (), NOW) for n in range(TURNS)]
    await talk._commit_all(records)
    await engine.dispose()
    vault = vault_of(settings, keys)
    for n in range(FILES):
        vault.put([b"%d" % n])


def under_old_key(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT count(*) FROM turns WHERE substr(sealed_reply, 1, 3) = x'6b313a'")
        return int(rows.fetchone()[0])


async def opened(settings: Settings, keys: Keys, numbers: tuple[int, ...]) -> list[str | None]:
    """Replies, read with these keys alone."""
    engine = open_database(settings.database)
    talk = Conversations(engine, seals_of(keys))
    replies = [(await talk.load(f"m{n}", f"r{n}")).reply for n in numbers]
    await engine.dispose()
    return replies


def test_killed_in_the_middle_it_ends_all_the_same(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    asyncio.run(fill(settings))
    assert add_key(settings) == "k2"
    database = tmp_path / "credit.db"
    clean = {k: v for k, v in os.environ.items() if k not in {"SECRET_KEYS", "DATABASE_URL"}}
    env = clean | {"DATA_DIR": str(tmp_path)}
    left = [under_old_key(database)]
    for _ in range(KILLS):
        process = subprocess.Popen(ROTATE, cwd=ROOT, env=env, stdout=DEVNULL, stderr=DEVNULL)
        while under_old_key(database) > left[-1] - 400 and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.wait(10)
        left.append(under_old_key(database))
    assert left[0] == TURNS
    assert all(before > after for before, after in pairwise(left))
    assert left[-1] > 0, "it was killed before it was done"
    done = subprocess.run(ROTATE, cwd=ROOT, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert under_old_key(database) == 0

    newest = Keys(load_keys(settings).pairs[:1])
    vault = vault_of(settings, newest)
    for name in vault.names():
        with vault.open(name) as held:
            assert b"".join(held.pieces).isdigit()
    assert asyncio.run(opened(settings, newest, (7, 5999))) == ["好的 7", "好的 5999"]
