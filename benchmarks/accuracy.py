"""Question sets → ``docs/benchmarks-accuracy.md`` and its plots: peers and ours, clean and noisy, side by side."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.fit_constants import SETS, read_set
from benchmarks.noise import KINDS, noisy
from benchmarks.peers import PEERS, Peer, Ranked
from matching import Index
from matching.model import Model, read_model

mpl.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parent.parent
OURS, UNSEEN = "ours", "ours, domain unseen"
INK, LAKE, SAND, GREY = "#191919", "#08714e", "#82560b", "#a0a0a0"
Queries = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Score:
    """One matcher on one set: shares, milliseconds, and each top candidate's confidence with its truth."""

    name: str
    top1: float
    top3: float
    mrr: float
    right_at_far5: float
    noise: dict[str, float]
    median_ms: float
    told: list[tuple[float, bool]]


class Ours:
    """Our index as a peer."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def rank(self, text: str) -> Ranked:
        return [(candidate.id, candidate.confidence) for candidate in self.index.match(text).candidates]


def measure(name: str, peer: Peer, queries: Queries, noisy_limit: int) -> Score:
    """Every question once, clean; of those with an answer ``noisy_limit`` once with each kind of noise."""
    started, ranked, spent = 0.0, [], []
    for text, _ in queries:
        started = time.perf_counter()
        ranked.append(peer.rank(text))
        spent.append(time.perf_counter() - started)
    places = [place(found, right) for found, (_, right) in zip(ranked, queries, strict=True) if right]
    inside: Queries = [(text, right) for text, right in queries if right]
    some = random.Random(1).sample(inside, min(noisy_limit, len(inside)))
    noise = {
        kind: float(
            np.mean(
                [place(peer.rank(noisy(text, kind, n)), right) == 1 for n, (text, right) in enumerate(some)]
            )
        )
        for kind in KINDS
    }
    told = [
        (found[0][1] if found else 0.0, bool(found) and found[0][0] == right)
        for found, (_, right) in zip(ranked, queries, strict=True)
    ]
    wrong = [score for (score, _), (_, right) in zip(told, queries, strict=True) if right is None]
    gate = float(np.quantile(wrong, 0.95)) if wrong else 0.0
    passed = [hit and score > gate for (score, hit), (_, right) in zip(told, queries, strict=True) if right]
    return Score(
        name, share(places, 1), share(places, 3), float(np.mean([1 / spot for spot in places])),
        float(np.mean(passed)), noise, float(np.median(spent) * 1000), told,
    )  # fmt: skip


def place(found: Ranked, right: str | None) -> float:
    """Place of the right entry, from 1."""
    ids = [name for name, _ in found]
    return ids.index(right) + 1 if right in ids else float("inf")


def share(places: Sequence[float], last: int) -> float:
    """Share of places up to ``last``."""
    return float(np.mean([spot <= last for spot in places]))


def without(name: str, root: Path) -> Model:
    """Constants fitted on the other sets only."""
    others = [other for other in SETS if other != name]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "constants.json"
        script = Path(__file__).with_name("fit_constants.py")
        subprocess.run([sys.executable, script, root, "--sets", *others, "--out", out], check=True)
        return read_model(out)


def table(scores: Sequence[Score]) -> list[str]:
    """One set as a Markdown table."""
    head = "| matcher | top1 | top3 | MRR | right at 5 % false | " + " | ".join(KINDS) + " | ms |"
    rows = [head, "|" + "---|" * (6 + len(KINDS))]
    for score in scores:
        numbers = (
            score.top1,
            score.top3,
            score.mrr,
            score.right_at_far5,
            *(score.noise[kind] for kind in KINDS),
        )
        cells = " | ".join(f"{number:.3f}".lstrip("0") for number in numbers)
        rows.append(f"| {score.name} | {cells} | {score.median_ms:.2f} |")
    return rows


def plot_reliability(results: dict[str, list[Score]], path: Path) -> None:
    """Confidence told against share right, ten bins a set."""
    figure, axes = plt.subplots(1, len(results), figsize=(3.4 * len(results), 3.4), squeeze=False)
    for axis, (name, scores) in zip(axes[0], results.items(), strict=True):
        axis.plot([0, 1], [0, 1], color=GREY, linewidth=1)
        for score, colour in zip((s for s in scores if s.name in {OURS, UNSEEN}), (LAKE, SAND), strict=False):
            told = np.array([(confidence, hit) for confidence, hit in score.told])
            bins = np.minimum((told[:, 0] * 10).astype(int), 9)
            filled = [n for n in range(10) if (bins == n).sum() >= 10]
            axis.plot(
                [told[bins == n, 0].mean() for n in filled], [told[bins == n, 1].mean() for n in filled],
                "o-", color=colour, markersize=4, label=score.name,
            )  # fmt: skip
        axis.set(title=name, xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
        axis.legend(frameon=False, fontsize=8)
    _save(figure, path)


def plot_noise(results: dict[str, list[Score]], path: Path) -> None:
    """top1 clean and under each noise, one line a matcher."""
    figure, axes = plt.subplots(1, len(results), figsize=(3.8 * len(results), 3.4), squeeze=False)
    for axis, (name, scores) in zip(axes[0], results.items(), strict=True):
        for score, colour in zip(scores, (LAKE, SAND, INK, "#54698f", GREY), strict=False):
            axis.plot(
                ["clean", *KINDS], [score.top1, *score.noise.values()], "o-", color=colour, label=score.name
            )
        axis.set(title=name, ylabel="top1", ylim=(0, 1))
        axis.tick_params(axis="x", rotation=40)
    axes[0][0].legend(frameon=False, fontsize=7)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    plt.close(figure)


def report(results: dict[str, list[Score]]) -> str:
    """The whole page."""
    lines = [
        "# Accuracy of the matcher", "",
        "Written by `benchmarks/accuracy.py`. Sets: development halves of three public question sets, read from outside",
        "the repository (no licence to redistribute). `ours` starts from constants that were fitted on these halves;",
        "`ours, domain unseen` starts from constants fitted on the other two sets only: what to expect from a new base.",
        "Both fit themselves to the base's own paraphrases. Right at 5 % false: share of answerable questions answered",
        "and right, with the threshold that 5 % of the unanswerable questions pass. Noise columns: top1.", "",
    ]  # fmt: skip
    for name, scores in results.items():
        lines += [f"## {name}", "", *table(scores), ""]
    lines += ["![Noise](img/accuracy-noise.png)", "", "![Reliability](img/accuracy-reliability.png)", ""]
    return "\n".join(lines)


def main() -> None:
    """Run the sets that are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="folder with one folder a set")
    parser.add_argument("--queries", type=int, default=1500, help="questions a set, drawn once")
    parser.add_argument("--noisy", type=int, default=400)
    options = parser.parse_args()
    results: dict[str, list[Score]] = {}
    for name in (name for name in SETS if (options.root / name).exists()):
        items, queries = read_set(options.root / name)
        queries = random.Random(7).sample(queries, min(options.queries, len(queries)))
        peers: dict[str, Peer] = {
            OURS: Ours(Index.build(items)),
            UNSEEN: Ours(Index.build(items, model=without(name, options.root))),
        }
        peers |= {label: make(items) for label, make in PEERS.items()}
        results[name] = [measure(label, peer, queries, options.noisy) for label, peer in peers.items()]
        print(json.dumps({score.name: round(score.top1, 3) for score in results[name]}), flush=True)
    plot_noise(results, ROOT / "docs" / "img" / "accuracy-noise.png")
    plot_reliability(results, ROOT / "docs" / "img" / "accuracy-reliability.png")
    (ROOT / "docs" / "benchmarks-accuracy.md").write_text(report(results), encoding="utf-8")


if __name__ == "__main__":
    main()
