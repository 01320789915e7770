"""Development sets and our own paraphrases → ``matching/data/constants.json``: what every base starts from.

``benchmarks/questions.jsonl`` is not read here: it measures.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.noise import noisy
from knowledge.loader import load_library
from matching.base import Base, Floats, build_base
from matching.fitting import examples, hidden_out, left_out, pull_of
from matching.learning import Examples, fit_acceptance, fit_ranker
from matching.model import FACTORS, GROUNDS, MEANT, Linear, accept, rank, shipped
from matching.normal import normalise
from matching.reading import Reader
from matching.retrieval import Wanted
from matching.semantic import Encoder, installed_encoder, meaning, vectors_of
from matching.types import Item

SETS = ("ths", "covid", "lcqmc")
NOISE = ("mixed", "homophones", "dropped")
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "matching" / "data"
PARAPHRASES, HIDDEN = 2500, 1000  # of our own knowledge: questions left out, questions whose entry is hidden
SLIPS = 3  # one group of slips in so many teaches acceptance
STRANGERS = 16  # one question of another set in so many
HOPELESS = 0.05  # confidence below which no encoder helps
ASKED = 0.38  # of the questions are put to the encoder at most; a base that has fitted itself asks some more

Groups = list[Examples]


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain as examples: questions as they are and with slips, and the base's own ones left out."""

    clean: Groups
    slips: Groups
    strangers: Groups  # questions of other domains: none is right
    own: Groups
    pull: float  # towards the shared weights, when it fits itself
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


Asked = tuple[Wanted, frozenset[int]]


def gather(
    folder: Path, strange: Sequence[str], encoder: Encoder | None = None, noise_limit: int = 2500
) -> Domain:
    """Evidence for every question of a set, and for noisy forms of some of them."""
    items, queries = read_set(folder)
    reader = Reader()
    base = build_base(items, reader, normalise)
    vectors = vectors_of(base.texts, encoder) if encoder else None
    place = {name: number for number, name in enumerate(base.ids)}

    def asked(text: str, right: str | None) -> Asked:
        wanted = Wanted(reader.read(normalise(text), spoken=True))
        return wanted, frozenset((place[right],)) if right else frozenset()

    some = queries[:: max(1, len(queries) // noise_limit)]
    slips = [
        asked(noisy(text, kind, number), right) for kind in NOISE for number, (text, right) in enumerate(some)
    ]
    return Domain(
        look_up(base, [asked(text, right) for text, right in queries], encoder, vectors),
        look_up(base, slips, encoder, vectors),
        look_up(base, [asked(text, None) for text in strange], encoder, vectors),
        left_out(base, reader, vectors=vectors),
        pull_of(base),
        is_measured=True,
    )


def strangers(root: Path, names: Sequence[str]) -> list[str]:
    """Some questions of each of the named sets."""
    return [text for name in names for text, _ in read_set(root / name)[1][::STRANGERS]]


def look_up(base: Base, asked: Sequence[Asked], encoder: Encoder | None, vectors: Floats | None) -> Groups:
    """Questions with their evidence, and with what the encoder adds where there is one."""
    groups = examples(base, asked)
    if encoder is None or vectors is None:
        return groups
    return [_sensed(encoder, vectors, group) for group in groups]


def _sensed(encoder: Encoder, vectors: Floats, group: Examples) -> Examples:
    asked = vectors_of([reading.text for reading in group.found.asked.readings], encoder)
    told = meaning(vectors, group.found, list(asked.astype(np.float32)))
    return Examples(replace(group.found, meaning=told), group.right)


def gather_own(strange: Sequence[str], encoder: Encoder | None = None) -> Domain:
    """The real knowledge, its paraphrases left out one at a time: the domain we are for."""
    items, lexicon = own_base()
    reader = Reader(lexicon)
    base = build_base(items, reader, normalise)
    vectors = vectors_of(base.texts, encoder) if encoder else None
    told = left_out(base, reader, PARAPHRASES, vectors=vectors)
    refused = hidden_out(base, reader, HIDDEN, vectors=vectors)
    nothing: frozenset[int] = frozenset()
    slips: list[Asked] = []
    for number, row in enumerate(np.linspace(0, base.size - 1, PARAPHRASES).astype(int).tolist()):
        item = int(base.owner[row])
        text = noisy(base.raw[row], NOISE[number % len(NOISE)], number)
        reading = reader.read(normalise(text), spoken=True)
        if number % 2:
            slips.append((Wanted(reading, hidden_item=item), nothing))
        else:
            slips.append((Wanted(reading, hidden_row=row), frozenset((item,))))
    others = [(Wanted(reader.read(normalise(text), spoken=True)), nothing) for text in strange]
    return Domain(
        told + refused,
        look_up(base, slips, encoder, vectors),
        look_up(base, others, encoder, vectors),
        left_out(base, reader, vectors=vectors),
        pull_of(base),
        is_measured=False,
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


def asked_between(domains: Sequence[Domain]) -> tuple[float, float]:
    """The confidences, without an encoder, between which one is asked: at most ``ASKED`` of the questions of each set."""
    highest = []
    for domain in domains:
        plain = [replace(part.found, meaning=None) for part in domain.clean]
        ranker = shipped().ranker
        sure = np.array(
            [one for found in plain for one in accept(found, rank(found, ranker), shipped().acceptance)]
        )
        highest.append(float(np.quantile(sure, min(1.0, float((sure < HOPELESS).mean()) + ASKED))))
    return HOPELESS, round(min(highest), 4)


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
    parser.add_argument("--semantic", action="store_true", help="with the installed encoder's evidence")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    encoder = installed_encoder() if options.semantic else None
    domains = [
        gather(
            options.root / name,
            strangers(options.root, [one for one in options.sets if one != name]),
            encoder,
        )
        for name in options.sets
    ]
    domains.append(gather_own(strangers(options.root, options.sets), encoder))
    ranker = fit_ranker([part for domain in domains for part in domain.clean + domain.slips])
    own = [fit_ranker(domain.own, near=ranker, pull=domain.pull) for domain in domains]
    acceptance = fit_acceptance(
        [
            (fitted, domain.clean + domain.slips[::SLIPS] + domain.strangers)
            for fitted, domain in zip(own, domains, strict=True)
        ]
    )
    measured = [
        (fitted, domain.clean) for fitted, domain in zip(own, domains, strict=True) if domain.is_measured
    ]
    answer, clarify = thresholds(measured, acceptance)
    about = (
        f"Written by benchmarks/fit_constants.py from the development halves of {', '.join(options.sets)}"
        " and the paraphrases in knowledge/: [mean, scale, weight]."
    )
    more = MEANT if encoder else ()
    written = {
        "about": about, "answer": round(answer, 4), "clarify": round(clarify, 4),
        "ranker": table(ranker, (*FACTORS, *more)),
        "acceptance": table(acceptance, (*GROUNDS, *(f"top_{name}" for name in more))),
    }  # fmt: skip
    if encoder:
        written["unsure"] = asked_between([domain for domain in domains if domain.is_measured])
    text = json.dumps(written, ensure_ascii=False, indent=1)
    out = options.out or DATA / ("constants-semantic.json" if encoder else "constants.json")
    out.write_text(text + "\n", encoding="utf-8")
    print(f"answer {answer:.3f} clarify {clarify:.3f}")


if __name__ == "__main__":
    main()
