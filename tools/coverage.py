"""Facts → the entries that tell them: writes docs/coverage.md, fails when a fact has none.

``python -m tools.coverage`` rewrites the table; ``--check`` only compares.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from config.settings import ROOT
from domain.entries import Library
from knowledge.loader import load_library

# The handbook of verified facts: parts, and how many facts each has.
PARTS = {
    1: ("信用修复", 30),
    2: ("个人征信", 32),
    3: ("失信被执行人与限制消费", 26),
    4: ("各类失信名单", 21),
    5: ("代码、报告与公示", 27),
    6: ("奖惩与目录", 13),
    7: ("内蒙古与乌海", 24),
    8: ("投诉举报", 40),
    9: ("防骗", 13),
}
TABLE = ROOT / "docs" / "coverage.md"
HEAD = """# 事实和条目对照

事实手册里的每一条，由哪些问答讲到。由 `python -m tools.coverage` 生成，缺一条就报错。
"""


def covered(library: Library) -> dict[str, list[str]]:
    """Fact number → ids of the policies that carry it, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for policy in library.policies.values():
        for fact in policy.facts:
            found[fact].append(policy.id)
    return found


def all_facts() -> list[str]:
    """Every fact number there is: F1.01 … F9.13."""
    return [f"F{part}.{number:02}" for part, (_, count) in PARTS.items() for number in range(1, count + 1)]


def as_markdown(library: Library) -> str:
    """The table, one section a part."""
    found = covered(library)
    lines = [HEAD]
    for part, (name, count) in PARTS.items():
        lines += [f"## 第{part}部分 {name}（{count} 条）", "", "| 事实 | 条目 |", "|---|---|"]
        for number in range(1, count + 1):
            fact = f"F{part}.{number:02}"
            lines.append(f"| {fact} | {'、'.join(f'`{ident}`' for ident in found.get(fact, ()))} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def faults(library: Library) -> list[str]:
    """Facts without an entry, and entries that cite a fact there is none of."""
    known, found = set(all_facts()), covered(library)
    return [f"{fact}：没有条目" for fact in all_facts() if fact not in found] + [
        f"{fact}：没有这条事实，见 {', '.join(ids)}" for fact, ids in found.items() if fact not in known
    ]


def main() -> int:
    library = load_library(ROOT / "knowledge", ROOT / "config" / "city.yaml")
    wrong = faults(library)
    print("\n".join(wrong), end="\n" if wrong else "")
    if "--check" in sys.argv[1:]:
        stale = Path(TABLE).read_text(encoding="utf-8") != as_markdown(library)
        print("docs/coverage.md 过时了，运行 python -m tools.coverage" if stale else "对照表是新的")
        return 1 if wrong or stale else 0
    Path(TABLE).write_text(as_markdown(library), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
