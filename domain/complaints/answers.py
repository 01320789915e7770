"""What can be wrong with what a resident writes for one line of a complaint."""

from __future__ import annotations

from domain.labels import Labelled


class Fault(Labelled):
    """Each has its sentence on the form; those that the chat can meet have one there too."""

    MISSING = "missing", "没有填"
    SHORT = "short", "太短"
    LONG = "long", "太长"
    UNFIT = "unfit", "对不上"
    DIGITS = "digits", "位数不对"
    NOT_UNKNOWN = "not_unknown", "这一类不能匿名"
