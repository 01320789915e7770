"""Development sets → ``matching/data/constants.json``: the constants every base starts from."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.noise import noisy
from knowledge.loader import load_library
from matching.base import build_base
from matching.fitting import PULL, left_out
from matching.learning import Example, fit_acceptance, fit_ranker
from matching.model import FACTORS, GROUNDS, Linear, rank
from matching.normal import normalise
from matching.reading import Reader
from matching.retrieval import find
from matching.types import Item

SETS = ("ths", "covid", "lcqmc")
NOISE = ("mixed", "homophones", "dropped")
ROOT = Path(__file__).resolve().parent.parent
OWN_WEIGHT = 3
OUT = ROOT / "matching" / "data" / "constants.json"


@dataclass(frozen=True, slots=True)
class Domain:
    """One development set as examples: clean, noisy, and the base's own questions left out."""

    clean: list[Example]
    noisy: list[Example]
    own: list[Example]


def read_set(folder: Path) -> tuple[list[Item], list[tuple[str, str | None]]]:
    """``kb.jsonl`` and ``queries.jsonl`` of one set."""
    kb = [json.loads(line) for line in (folder / "kb.jsonl").read_text(encoding="utf-8").splitlines()]
    queries = [
        json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [Item(row["id"], tuple(row["questions"])) for row in kb], [
        (row["q"], row["id"]) for row in queries
    ]


def gather(folder: Path, noise_limit: int = 2500) -> Domain:
    """Evidence for every question of a set, and for noisy forms of some of them."""
    items, queries = read_set(folder)
    reader = Reader()
    base = build_base(items, reader, normalise)
    place = {name: number for number, name in enumerate(base.ids)}

    def example(text: str, right: str | None) -> Example:
        found = find(base, reader.read(normalise(text), spoken=True))
        return Example(found, frozenset((place[right],)) if right else frozenset())

    clean = [example(text, right) for text, right in queries]
    step = max(1, len(queries) // noise_limit)
    slips = [
        example(noisy(text, kind, number), right)
        for kind in NOISE
        for number, (text, right) in enumerate(queries[::step])
        if right
    ]
    return Domain(clean, slips, left_out(base, reader))


def gather_own() -> Domain:
    """Our own labelled questions over the real knowledge, each OWN_WEIGHT times: the domain we are for."""
    items, lexicon = own_base()
    reader = Reader(lexicon)
    base = build_base(items, reader, normalise)
    place = {name: number for number, name in enumerate(base.ids)}
    clean = []
    for line in (ROOT / "benchmarks" / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        names = [row["id"], *row.get("also", [])] if row["id"] else []
        right = frozenset(place[name] for name in names if name in place)
        if right or not names:
            clean.append(Example(find(base, reader.read(normalise(row["q"]), spoken=True)), right))
    return Domain(clean, clean * (OWN_WEIGHT - 1), left_out(base, reader))


def own_base() -> tuple[list[Item], tuple[str, ...]]:
    """The real knowledge as items, ids as in ``benchmarks/questions.jsonl``, and its lexicon."""
    library = load_library(ROOT / "knowledge", ROOT / "config" / "city.yaml")
    items = [Item(one.id, (one.question, one.title, *one.asks)) for one in library.policies.values()]
    items += [Item(one.id, (one.title, *one.asks)) for one in library.stories.values()]
    items += [Item(one.id, one.asks) for one in library.intents.values() if one.asks]
    return items, library.lexicon


def thresholds(groups: Sequence[tuple[Linear, Sequence[Example]]], acceptance: Linear) -> tuple[float, float]:
    """Answer: at most 5 % of what has no answer gets one, on average over the sets; clarify: at most 30 %."""
    answer, clarify = [], []
    for ranker, examples in groups:
        wrong = [accepted(example, ranker, acceptance) for example in examples if not example.right]
        answer.append(float(np.quantile(wrong, 0.95)))
        clarify.append(float(np.quantile(wrong, 0.70)))
    return float(np.mean(answer)), float(np.mean(clarify))


def accepted(example: Example, ranker: Linear, acceptance: Linear) -> float:
    """The probability that the best candidate of an example is right."""
    if example.found is None:
        return 0.0
    return float(1 / (1 + np.exp(-acceptance(rank(example.found, ranker).grounds[None])[0])))


def table(linear: Linear, names: Sequence[str]) -> dict[str, object]:
    """Weights by name: [mean, scale, weight]."""
    rows: NDArray[np.float32] = np.stack((linear.mean, linear.scale, linear.weight), axis=1)
    weights = {
        name: [round(float(number), 5) for number in row] for name, row in zip(names, rows, strict=True)
    }
    return {"bias": round(linear.bias, 5), "weights": weights}


def main() -> None:
    """Fit on the named sets and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--own", action="store_true", help="with benchmarks/questions.jsonl")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    domains = [gather(options.root / name) for name in options.sets]
    domains += [gather_own()] if options.own else []
    ranker = fit_ranker([example for domain in domains for example in (*domain.clean, *domain.noisy)])
    groups = [(fit_ranker(domain.own, near=ranker, pull=PULL), domain.clean) for domain in domains]
    acceptance = fit_acceptance(groups)
    answer, clarify = thresholds(groups, acceptance)
    own = " and benchmarks/questions.jsonl" if options.own else ""
    about = f"Written by benchmarks/fit_constants.py from the development halves of {', '.join(options.sets)}{own}: [mean, scale, weight]."
    written = {
        "about": about, "answer": round(answer, 4), "clarify": round(clarify, 4),
        "ranker": table(ranker, FACTORS), "acceptance": table(acceptance, GROUNDS),
    }  # fmt: skip
    text = json.dumps(written, ensure_ascii=False, indent=1)
    options.out.write_text(text + "\n", encoding="utf-8")
    print(f"answer {answer:.3f} clarify {clarify:.3f}")


if __name__ == "__main__":
    main()
