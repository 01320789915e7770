"""A resident's words → ranked, calibrated candidates from a base; knows no WeChat, no SQL, no city."""

from matching.clauses import is_follow_up
from matching.index import Index
from matching.normal import normalise
from matching.semantic import installed_encoder
from matching.tables import warm
from matching.types import Candidate, Decision, Item, Match, Token

__all__ = [
    "Candidate", "Decision", "Index", "Item", "Match", "Token",
    "installed_encoder", "is_follow_up", "normalise", "warm",
]  # fmt: skip
