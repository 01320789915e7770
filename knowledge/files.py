"""Knowledge files → plain values, refusing what YAML would quietly let through."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from domain.errors import Problem


class FileUnreadable(Exception):
    """One file that cannot be read as what it claims to be."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML in which a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.MarkedYAMLError(problem=f"“{key}”写了两次（第 {line} 行），只留一个")
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def read_yaml(path: Path, name: str) -> dict[str, Any]:
    """Read a mapping from ``path``; ``name`` is what the error calls the file."""
    return _mapping(_text(path, name), name)


def read_page(path: Path, name: str) -> tuple[dict[str, Any], str]:
    """Read a page: a mapping between two ``---`` lines, then the body."""
    text = _text(path, name)
    if not text.startswith("---\n"):
        raise FileUnreadable(Problem(name, "", "第一行应是 ---，下面写字段，再用一行 --- 结束"))
    head, mark, body = text[4:].partition("\n---\n")
    if not mark:
        raise FileUnreadable(Problem(name, "", "字段后面缺一行 ---，正文写在它下面"))
    return _mapping(head, name, first_line=1), body.strip()


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise FileUnreadable(Problem(name, "", "不是 UTF-8 编码，用编辑器另存为 UTF-8")) from None


def _mapping(text: str, name: str, first_line: int = 0) -> dict[str, Any]:
    try:
        value = yaml.load(text, _StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"第 {mark.line + 1 + first_line} 行附近：" if mark else ""
        raise FileUnreadable(
            Problem(name, "", f"{where}{error.problem}。有冒号或引号的句子，整句放进单引号里")
        ) from None
    except ValueError as error:
        raise FileUnreadable(Problem(name, "", f"有一个日期或数字不对：{error}")) from None
    except yaml.YAMLError as error:
        raise FileUnreadable(Problem(name, "", f"不是能读的 YAML：{error}")) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FileUnreadable(Problem(name, "", "应是“字段: 内容”的样子"))
    return value
