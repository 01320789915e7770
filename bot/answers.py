"""The fields of a platform answer, each of the type it must have; an answer without them could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.transport import Call
from domain.errors import RetryLater
from domain.platform_codes import PlatformCode

Answer = dict[str, Any]


def text_in(call: Call, answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise RetryLater(call.name, PlatformCode.UNREADABLE)
    return value


def number_in(call: Call, answer: Mapping[str, Any], name: str) -> int:
    value = answer.get(name)
    if not isinstance(value, int):
        raise RetryLater(call.name, PlatformCode.UNREADABLE)
    return value


def object_in(call: Call, answer: Mapping[str, Any], name: str) -> Answer:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise RetryLater(call.name, PlatformCode.UNREADABLE)
    return value


def list_in(call: Call, answer: Mapping[str, Any], name: str) -> list[Any]:
    value = answer.get(name)
    if not isinstance(value, list):
        raise RetryLater(call.name, PlatformCode.UNREADABLE)
    return value
