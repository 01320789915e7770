"""Every fact of the handbook can be asked for, and the table says where."""

from __future__ import annotations

from services.desk import Desk
from tools.coverage import TABLE, as_markdown, faults


def test_every_fact_has_an_entry(desk: Desk) -> None:
    assert faults(desk.library) == []


def test_the_table_is_the_one_the_entries_make(desk: Desk) -> None:
    assert TABLE.read_text(encoding="utf-8") == as_markdown(desk.library), "run python -m tools.coverage"
