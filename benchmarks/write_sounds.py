"""pypinyin's table → ``matching/data/sounds.tsv``: each toneless syllable and the characters that are first read so."""

from __future__ import annotations

from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from pypinyin.contrib.tone_convert import to_normal
from pypinyin.pinyin_dict import pinyin_dict

OUT = Path(__file__).resolve().parent.parent / "matching" / "data" / "sounds.tsv"


def main() -> None:
    """Write the characters of Unicode's basic block and first extension, and 〇."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for point, readings in sorted(pinyin_dict.items()):
        if 0x3400 <= point <= 0x9FFF or point == 0x3007:
            plain = to_normal(readings.split(",", 1)[0], v_to_u=False).replace("ü", "v")
            said[plain].append(chr(point))
    head = f"# Written by benchmarks/write_sounds.py from pypinyin {version('pypinyin')} (MIT): syllable, characters"
    rows = [f"{syllable}\t{''.join(characters)}" for syllable, characters in sorted(said.items())]
    OUT.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
