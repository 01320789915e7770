"""Targets: the one way to name an entry of any kind, as ``kind:id``."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """``policy:repair-wait-tiers``, ``story:zengzi-sha-zhi``, ``intent:help``, ``guide:abnormal_list``,
    ``answer:yes``, ``file:done``, ``case:urge``, ``say:我要投诉``."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def parse_target(text: str) -> Target:
    """Read ``kind:id``; a text without a colon is a target without an id."""
    kind, _, ident = text.partition(":")
    return Target(kind, ident)


def policy(ident: str) -> str:
    return f"policy:{ident}"


def story(ident: str) -> str:
    return f"story:{ident}"


def intent(ident: str) -> str:
    return f"intent:{ident}"


def guide(ident: str) -> str:
    return f"guide:{ident}"


def answer(value: str) -> str:
    """What a step of the guide under way records when it is chosen."""
    return f"answer:{value}"


def file(what: str) -> str:
    """What a message is to the complaint that is being taken down."""
    return f"file:{what}"


def case(what: str) -> str:
    """Something to do with a case: ``urge``, ``withdraw=WH26-…``, ``rate=yes``."""
    return f"case:{what}"


def say(text: str) -> str:
    return f"say:{text}"
