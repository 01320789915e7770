"""Development sets and our own paraphrases → ``matching/data/constants.json``: what every base starts from.

``benchmarks/questions.jsonl`` is not read here: it measures.
"""

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
from matching.fitting import PULL, examples, hidden_out, left_out
from matching.learning import Examples, fit_acceptance, fit_ranker
from matching.model import FACTORS, GROUNDS, Linear, accept, rank
from matching.normal import normalise
from matching.reading import Reader
from matching.retrieval import Wanted
from matching.types import Item

SETS = ("ths", "covid", "lcqmc")
NOISE = ("mixed", "homophones", "dropped")
ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "matching" / "data" / "constants.json"
PARAPHRASES, HIDDEN = 2500, 1000  # of our own knowledge: questions left out, questions whose entry is hidden

Groups = list[Examples]


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain as examples: to rank by, to accept by, and the base's own questions left out."""

    ranked: Groups
    accepted: Groups
    own: Groups
    is_measured: bool  # whether what it refuses is like what people ask, so that thresholds may be read off


def read_set(folder: Path) -> tuple[list[Item], list[tuple[str, str | None]]]:
    """``kb.jsonl`` and ``queries.jsonl`` of one set."""
    kb, queries = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("kb.jsonl", "queries.jsonl")
    )
    return [Item(row["id"], tuple(row["questions"])) for row in kb], [
        (row["q"], row["id"]) for row in queries
    ]


def gather(folder: Path, noise_limit: int = 2500) -> Domain:
    """Evidence for every question of a set, and for noisy forms of some of them."""
    items, queries = read_set(folder)
    reader = Reader()
    base = build_base(items, reader, normalise)
    place = {name: number for number, name in enumerate(base.ids)}

    def asked(text: str, right: str | None) -> tuple[Wanted, frozenset[int]]:
        wanted = Wanted(reader.read(normalise(text), spoken=True))
        return wanted, frozenset((place[right],)) if right else frozenset()

    clean = examples(base, [asked(text, right) for text, right in queries])
    step = max(1, len(queries) // noise_limit)
    slips = [
        asked(noisy(text, kind, number), right)
        for kind in NOISE
        for number, (text, right) in enumerate(queries[::step])
        if right
    ]
    return Domain(clean + examples(base, slips), clean, left_out(base, reader), is_measured=True)


def gather_own() -> Domain:
    """The real knowledge, its paraphrases left out one at a time: the domain we are for."""
    items, lexicon = own_base()
    reader = Reader(lexicon)
    base = build_base(items, reader, normalise)
    told = left_out(base, reader, PARAPHRASES)
    return Domain(
        told, told[::2] + hidden_out(base, reader, HIDDEN), left_out(base, reader), is_measured=False
    )


def own_base() -> tuple[list[Item], tuple[str, ...]]:
    """The real knowledge as items, ids as in ``benchmarks/questions.jsonl``, and its lexicon."""
    library = load_library(ROOT / "knowledge", ROOT / "config" / "city.yaml")
    items = [Item(one.id, (one.question, one.title, *one.asks)) for one in library.policies.values()]
    items += [Item(one.id, (one.title, *one.asks)) for one in library.stories.values()]
    items += [Item(one.id, one.asks) for one in library.intents.values() if one.asks]
    return items, library.lexicon


def thresholds(groups: Sequence[tuple[Linear, Groups]], acceptance: Linear) -> tuple[float, float]:
    """Answer: at most 5 % of what has no answer gets one, on average over the sets; clarify: at most 30 %."""
    answer, clarify = [], []
    for ranker, parts in groups:
        wrong = [
            sure
            for part in parts
            for sure, right in zip(
                accept(part.found, rank(part.found, ranker), acceptance), part.right, strict=True
            )
            if not right
        ]
        answer.append(float(np.quantile(wrong, 0.95)))
        clarify.append(float(np.quantile(wrong, 0.70)))
    return float(np.mean(answer)), float(np.mean(clarify))


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
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    domains = [*(gather(options.root / name) for name in options.sets), gather_own()]
    ranker = fit_ranker([part for domain in domains for part in domain.ranked])
    groups = [(fit_ranker(domain.own, near=ranker, pull=PULL), domain.accepted) for domain in domains]
    acceptance = fit_acceptance(groups)
    measured = [group for domain, group in zip(domains, groups, strict=True) if domain.is_measured]
    answer, clarify = thresholds(measured, acceptance)
    about = (
        f"Written by benchmarks/fit_constants.py from the development halves of {', '.join(options.sets)}"
        " and the paraphrases in knowledge/: [mean, scale, weight]."
    )
    written = {
        "about": about, "answer": round(answer, 4), "clarify": round(clarify, 4),
        "ranker": table(ranker, FACTORS), "acceptance": table(acceptance, GROUNDS),
    }  # fmt: skip
    text = json.dumps(written, ensure_ascii=False, indent=1)
    options.out.write_text(text + "\n", encoding="utf-8")
    print(f"answer {answer:.3f} clarify {clarify:.3f}")


if __name__ == "__main__":
    main()
