"""A person's name as people type it → the name, or nothing where it is none."""

from __future__ import annotations

import re
import unicodedata

SHORTEST, LONGEST = 2, 30
_NAME = re.compile(r"[\u3400-\u9fff·•.\sA-Za-z'\-]+")


def read_name(text: str) -> str:
    """Chinese, Mongolian in Chinese characters (with ·) and Latin names; no digits, no emoji."""
    name = unicodedata.normalize("NFKC", text).strip()
    return name if _NAME.fullmatch(name) and SHORTEST <= len(name) <= LONGEST else ""
