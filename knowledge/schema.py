"""Plain values → the frozen dataclasses of ``domain.entries``, with faults told in Chinese."""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from domain.errors import Problem
from domain.labels import Labelled

T = TypeVar("T")

_REASONS = {
    "missing": "缺这一项",
    "missing_argument": "缺这一项",
    "missing_keyword_only_argument": "缺这一项",
    "string_type": "应是一句话；有冒号的放进单引号里",
    "tuple_type": "应是一列，每行以“- ”开头",
    "list_type": "应是一列，每行以“- ”开头",
    "dict_type": "应是“字段: 内容”的样子",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "int_from_float": "应是整数",
    "bool_parsing": "应写 true 或 false",
    "bool_type": "应写 true 或 false",
    "date_parsing": "应是日期，如 2026-11-23",
    "date_from_datetime_parsing": "应是日期，如 2026-11-23",
    "date_type": "应是日期，如 2026-11-23",
    "literal_error": "只能写规定的几个词",
}


def build(cls: type[T], values: dict[str, Any], file: str) -> T | list[Problem]:
    """Build one ``cls`` from ``values``, or list everything that is wrong with them."""
    problems = list(_unknown_keys(cls, values, file, ""))
    problems += _missing_keys(cls, values, file)
    if problems:
        return problems
    try:
        built: T = _adapter(cls).validate_python(values)  # type: ignore[arg-type]  # a class is hashable
    except ValidationError as error:
        return [_problem(cls, detail, file) for detail in error.errors()]
    return built


@cache
def _adapter(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _fields(cls: type) -> dict[str, dataclasses.Field[Any]]:
    return {field.name: field for field in dataclasses.fields(cls)}


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _missing_keys(cls: type, values: dict[str, Any], file: str) -> list[Problem]:
    needed = (
        name
        for name, field in _fields(cls).items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )
    return [Problem(file, name, _REASONS["missing"]) for name in needed if name not in values]


def _unknown_keys(cls: type, values: Any, file: str, prefix: str) -> typing.Iterator[Problem]:
    known = _fields(cls)
    hints = _hints(cls)
    for key, value in values.items():
        if key not in known:
            yield Problem(file, f"{prefix}{key}", _unknown(str(key), known))
        elif inner := _inner_dataclass(hints[key]):
            for name, nested in _nested(hints[key], key, value):
                if isinstance(nested, dict):
                    yield from _unknown_keys(inner, nested, file, f"{prefix}{name}.")


def _nested(hint: Any, key: str, value: Any) -> list[tuple[str, Any]]:
    """The values of a field that are dataclasses of their own, each with its name."""
    if isinstance(value, list):
        return [(key, each) for each in value]
    if isinstance(value, dict) and typing.get_origin(hint) in (dict, Mapping):
        return [(f"{key}.{name}", each) for name, each in value.items()]
    return [(key, value)]


def _unknown(key: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"，是不是 {close[0]}" if close else ""
    return f"没有这个字段{hint}？可写的有：{'、'.join(name for name in known if name != 'id')}"


def _inner_dataclass(hint: Any) -> type | None:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint
    return next((found for part in typing.get_args(hint) if (found := _inner_dataclass(part))), None)


def _problem(cls: type, detail: Any, file: str) -> Problem:
    path = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "enum":
        return Problem(file, path, _one_of(cls, detail["loc"]))
    reason = _REASONS.get(detail["type"]) or f"写法不对（{detail['msg']}）"
    return Problem(file, path, reason)


def _one_of(cls: type, loc: tuple[Any, ...]) -> str:
    hint: Any = cls
    for part in loc:
        if typing.get_origin(hint) in (dict, Mapping):
            hint = typing.get_args(hint)[1]
        elif isinstance(part, str):
            owner: Any = hint if dataclasses.is_dataclass(hint) else _inner_dataclass(hint)
            hint = _hints(owner)[part]
    choices = _labels(hint)
    return f"只能写：{'、'.join(choices)}"


def _labels(hint: Any) -> tuple[str, ...]:
    if isinstance(hint, type) and issubclass(hint, Labelled):
        return hint.labels()
    return next((found for part in typing.get_args(hint) if (found := _labels(part))), ())
