"""Our own labelled questions through understanding, as in the chat: answered right, offered, answered wrong."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from domain import targets
from domain.dialog import Dialog
from handlers.clarify import OFFERED_SHARE
from handlers.turn import MOST_CHOICES
from services.desk import Desk, Places, open_desk
from services.understanding import Understanding, understand

ROOT = Path(__file__).resolve().parent.parent
NAMED = ("residents", "held_out", "from_titles", "residents_far")  # the other kinds are told together
NO_ANSWER = frozenset(
    {"clarify", "fallback", "follow_up", "sticker", "stray_pick", "other_office", "emergency"}
)


@dataclass(slots=True)
class Tally:
    """How many of ``count`` questions were answered right, had the right entry among the choices, went wrong."""

    count: int = 0
    right: int = 0
    offered: int = 0
    wrong: int = 0

    def line(self, name: str) -> str:
        """One row of a Markdown table; score: a right one among the choices counts half."""
        shares = (self.right, self.offered, self.wrong, self.right + self.offered / 2)
        return f"| {name} | {self.count} | " + " | ".join(f"{n / self.count:.3f}" for n in shares) + " |"


@dataclass(slots=True)
class Tallies:
    """Tallies by kind; those of questions that nothing answers apart."""

    of: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, kind: str, right: frozenset[str], found: Understanding) -> None:
        """Count one question; ``right``: entries that answer it, none when it must be refused."""
        tally = self.of[kind]
        answer, offered = _answer_of(found), _offered_by(found)
        tally.count += 1
        tally.right += answer in right if right else answer in NO_ANSWER
        tally.offered += answer not in right and bool(right & offered)
        tally.wrong += answer not in right and answer not in NO_ANSWER


def _answer_of(found: Understanding) -> str:
    """The entry told; a wish for a story is granted by the first candidate."""
    answer = targets.parse_target(found.target).id
    if answer == "story" and found.match and found.match.candidates:
        return targets.parse_target(found.match.candidates[0].id).id
    return answer


def _offered_by(found: Understanding) -> frozenset[str]:
    if found.target != targets.intent("clarify") or not found.match:
        return frozenset()
    candidates = found.match.candidates
    floor = candidates[0].confidence * OFFERED_SHARE
    offered = [one.id for one in candidates if one.confidence >= floor]
    return frozenset(targets.parse_target(one).id for one in offered[:MOST_CHOICES])


def measured(desk: Desk, path: Path) -> Tallies:
    """Every question of a file, each asked for itself."""
    tallies = Tallies()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        right = frozenset(one for one in (row["id"], *row["also"]) if one)
        kind = row["kind"] if row["kind"] in NAMED else ("first" if right else "first_far")
        tallies.add(kind, right, understand(row["q"], Dialog(), desk, 0))
    return tallies


def main() -> None:
    """Print the table of docs/benchmarks.md."""
    desk = open_desk(Places(ROOT / "knowledge", ROOT / "config" / "city.yaml"))
    print("| kind | questions | right | offered | wrong | score |", "|---|---|---|---|---|---|", sep="\n")
    for kind, tally in sorted(measured(desk, ROOT / "benchmarks" / "questions.jsonl").of.items()):
        print(tally.line(kind))


if __name__ == "__main__":
    main()
