"""The knowledge can be changed while the assistant runs; a bad file changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.settings import ROOT
from services.desk import Content, Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge", ignore=ignore)
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)
    return Places(tmp_path / "knowledge", tmp_path / "config" / "city.yaml", tmp_path / "cache")


async def test_changed_file_is_in_use_after_a_refresh(places: Places) -> None:
    content = await Content.open(places)
    before = content.desk
    assert await content.refresh() is False
    page = places.knowledge / "intents" / "thanks.yaml"
    page.write_text(page.read_text(encoding="utf-8").replace("不客气", "别客气"), encoding="utf-8")
    assert await content.refresh() is True
    assert "别客气" in content.desk.library.intents["thanks"].reply
    assert "不客气" in before.library.intents["thanks"].reply, "whoever holds the old desk keeps it whole"


async def test_reload_may_not_take_away_what_the_code_says(places: Places) -> None:
    content = await Content.open(places)
    (places.knowledge / "texts" / "more.yaml").unlink()
    assert await content.refresh() is False
    assert any("more.late" in problem for problem in content.last_problems)


async def test_repaired_file_clears_the_complaint(places: Places) -> None:
    content = await Content.open(places)
    page = places.knowledge / "intents" / "thanks.yaml"
    sound = page.read_bytes()
    for spoilt in (b"titel: x\n", b"\xff\xfe", "title: 谢\nkind: 寒暄\nreply: 2026-13-45\n".encode()):
        page.write_bytes(spoilt)
        assert await content.refresh() is False
        assert content.last_problems
    page.write_bytes(sound)
    await content.refresh()
    assert not content.last_problems


async def test_bad_file_keeps_the_old_desk_and_is_named(places: Places) -> None:
    content = await Content.open(places)
    before = content.desk
    (places.knowledge / "intents" / "thanks.yaml").write_text("titel: 道谢\n", encoding="utf-8")
    assert await content.refresh() is False
    assert content.desk is before
    assert any("thanks.yaml" in problem for problem in content.last_problems)
