"""The rules of complaints → the tables in docs/complaints.md, between their marks.

``python -m tools.complaint_tables`` rewrites them; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cli.case import HEAD
from config.settings import ROOT
from domain.complaints.case import STAGE_OF
from domain.complaints.printed import printed
from domain.complaints.terms import State
from domain.entries import Library
from knowledge.loader import load_library

DOCUMENT = ROOT / "docs" / "complaints.md"
_TABLE = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.S)
_HOURS = "{}–{}"


def with_tables(text: str, library: Library) -> str:
    """The document with every table as the code and the files have it today."""
    made = {
        "states": _markdown(("代码", "状态", "居民看到", "这时走的期限"), _states(library)),
        "transitions": _markdown(HEAD, ((*words, "是" if seen else "") for *words, seen in printed())),
        "limits": _markdown(("什么", "多少", "来处"), _limits(library)),
    }
    return _TABLE.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", text)


def _states(library: Library) -> Iterator[tuple[str, ...]]:
    for state in State:
        stage = STAGE_OF.get(state)
        limit = library.limits.days[stage] if stage else None
        runs = f"{stage.label} {limit.value} {limit.unit}" if stage and limit else "–"
        yield f"`{state.value}`", state.label, library.texts[f"status.{state.value}"], runs


def _limits(library: Library) -> Iterator[tuple[str, ...]]:
    limits = library.limits
    spans = "、".join(_HOURS.format(f"{s.begins:%H:%M}", f"{s.ends:%H:%M}") for s in limits.office.duty)
    yield "上班时间", spans, f"当天的期限到 {limits.office.closes:%H:%M}"
    for stage, limit in limits.days.items():
        yield stage.label, f"{limit.value} {limit.unit}", limit.source
    for name, limit in limits.rules.items():
        yield f"`{name}`", f"{limit.value} {limit.unit}", limit.source
    for name, limit in limits.kept.items():
        yield f"`kept.{name}`", f"{limit.value} {limit.unit}", limit.source


def _markdown(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = tuple(head)
    lines = [_line(head), "|---" * len(head) + "|", *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()) for cell in cells)} |"


def main() -> None:
    library = load_library(ROOT / "knowledge", ROOT / "config" / "city.yaml")
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_tables(text, library), encoding="utf-8")


if __name__ == "__main__":
    main()
