"""A file of questions → ``matching/data/words.tsv``: how often general questions use each word, and its class."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

import jieba

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from matching.normal import normalise
from matching.reading import Reader

OUT = Path(__file__).resolve().parent.parent / "matching" / "data" / "words.tsv"
LEAST = 5
CLASSES = {
    "n": "n",
    "v": "v",
    "a": "a",
    "b": "a",
    "z": "a",
    "m": "m",
    "q": "m",
    "t": "m",
    "i": "n",
    "l": "n",
    "j": "n",
}


def word_classes() -> dict[str, str]:
    """Word → noun, verb, adjective, measure or grammar (x), by jieba's dictionary."""
    with jieba.get_dict_file() as lines:
        rows = [line.decode("utf-8").split() for line in lines]
    return {row[0]: CLASSES.get(row[2][0], "x") for row in rows if len(row) == 3}


def main() -> None:
    """Count every word once a question; keep those in at least five questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    reader = Reader()
    lines = options.questions.read_text(encoding="utf-8").splitlines()
    texts = dict.fromkeys(normalise(json.loads(line)["q"]) for line in lines)
    counts = Counter(word for text in texts for word in set(reader.read(text).words))
    classes = word_classes()
    head = f"# Written by benchmarks/count_words.py from {len(texts)} general questions ({options.questions.name}): "
    rows = [
        f"{word}\t{count}\t{classes.get(word, 'n')}" for word, count in counts.most_common() if count >= LEAST
    ]
    head += "word, questions that have it, class (n noun, v verb, a quality, m measure, x grammar)."
    OUT.write_text("\n".join([head, f"\t{len(texts)}\t", *rows]) + "\n", encoding="utf-8")
    print(len(rows), "words")


if __name__ == "__main__":
    main()
