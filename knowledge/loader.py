"""The knowledge folder → one immutable ``Library``, or every fault in it at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from domain.city import City, Doors
from domain.complaints.limits import Limits
from domain.entries import Document, Intent, Library, MenuButton, Policy, Saying, Scene, Story
from domain.errors import KnowledgeInvalid, Problem
from domain.guides import Guide
from knowledge.check import check_library
from knowledge.files import FileUnreadable, read_page, read_yaml
from knowledge.guide_check import check_guides
from knowledge.limits import NO_LIMITS, read_limits
from knowledge.schema import build
from knowledge.workdays import NO_CALENDAR, Workdays, read_workdays

T = TypeVar("T")
Values = dict[str, Any]


def load_library(root: Path, city_file: Path) -> Library:
    """Read, check and freeze everything under ``root`` and the city file.

    Raises ``KnowledgeInvalid`` with all problems; a library with a fault is never returned.
    """
    reader = _Reader(root, city_file)
    library = reader.library()
    problems = reader.problems or [*check_library(library), *check_guides(library)]
    if problems:
        raise KnowledgeInvalid(tuple(problems))
    return library


def digest_files(root: Path, city_file: Path) -> str:
    """A hash of every file that a library is made from: equal digests, equal libraries."""
    seal = hashlib.sha256()
    for path in (*_content_files(root), city_file, workdays_file(city_file), limits_file(city_file)):
        seal.update(path.relative_to(root.parent).as_posix().encode())
        seal.update(path.read_bytes() if path.exists() else b"")
    return seal.hexdigest()


def limits_file(city_file: Path) -> Path:
    """The limits of complaints lie beside the city's file."""
    return city_file.with_name("limits.yaml")


def workdays_file(city_file: Path) -> Path:
    """The calendar of working days lies beside the city's file."""
    return city_file.with_name("workdays.yaml")


def _content_files(root: Path) -> list[Path]:
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix in {".md", ".yaml", ".txt"} and not path.name.startswith(".")
    )


class _Reader:
    """One pass over the files, gathering problems instead of stopping at the first."""

    def __init__(self, root: Path, city_file: Path) -> None:
        self.root = root
        self.city_file = city_file
        self.problems: list[Problem] = []

    def library(self) -> Library:
        documents = self._mapping_of(Document, "documents.yaml")
        workdays = self._workdays()
        return Library(
            documents=documents,
            policies=self._pages(Policy, "policies"),
            stories=self._pages(Story, "stories"),
            intents=self._files(Intent, "intents"),
            guides=self._files(Guide, "guides"),
            sayings=self._list_of(Saying, "sayings.yaml"),
            menu=self._list_of(MenuButton, "menu.yaml"),
            city=self._city(),
            texts=self._texts(),
            limits=self._limits(),
            doors=self._doors(),
            scenes=self._mapping_of(Scene, "scenes.yaml"),
            themes=self._words("themes.yaml"),
            facets=self._words("facets.yaml"),
            answers=self._words("answers.yaml"),
            popular=tuple(self._yaml("popular.yaml").get("items", ())),
            lexicon=self._lexicon(),
            workdays=workdays.calendar,
            notices=workdays.notices,
            digest=digest_files(self.root, self.city_file),
        )

    def _pages(self, cls: type[T], folder: str) -> dict[str, T]:
        found: dict[str, T] = {}
        for path in sorted((self.root / folder).rglob("*.md")):
            name = self._name(path)
            if path.stem in found:
                self.problems.append(Problem(name, "", f"已经有一个叫 {path.stem} 的文件，换个文件名"))
            page = self._read(lambda path=path, name=name: read_page(path, name))  # type: ignore[misc]
            if page is not None:
                values, body = page
                self._keep(found, path.stem, self._build(cls, values | {"body": body}, path.stem, name))
        return found

    def _files(self, cls: type[T], folder: str) -> dict[str, T]:
        found: dict[str, T] = {}
        for path in sorted((self.root / folder).glob("*.yaml")):
            name = self._name(path)
            values = self._read(lambda path=path, name=name: read_yaml(path, name))  # type: ignore[misc]
            if values is not None:
                self._keep(found, path.stem, self._build(cls, values, path.stem, name))
        return found

    def _texts(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for path in sorted((self.root / "texts").glob("*.yaml")):
            name = self._name(path)
            for key, text in (self._read(lambda p=path, n=name: read_yaml(p, n)) or {}).items():  # type: ignore[misc]
                if not isinstance(text, str):
                    self.problems.append(Problem(name, str(key), "应是一句话；数字也放进单引号里"))
                    continue
                texts[f"{path.stem}.{key}"] = text.rstrip("\n")
        return texts

    def _words(self, file: str) -> dict[str, tuple[str, ...]]:
        return {key: tuple(words) for key, words in self._yaml(file).items()}

    def _lexicon(self) -> tuple[str, ...]:
        path = self.root / "lexicon.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))

    def _city(self) -> City:
        name = self.city_file.name
        values = self._read(lambda: read_yaml(self.city_file, name)) or {}
        built = build(City, values, name)
        if isinstance(built, City):
            return built
        self.problems += built
        return City("", "", (), (), ())

    def _workdays(self) -> Workdays:
        read = read_workdays(workdays_file(self.city_file))
        if isinstance(read, Workdays):
            return read
        self.problems += read
        return Workdays(NO_CALENDAR, {})

    def _limits(self) -> Limits:
        read = read_limits(limits_file(self.city_file))
        if isinstance(read, Limits):
            return read
        self.problems += read
        return NO_LIMITS

    def _doors(self) -> Doors:
        return self._build(Doors, self._yaml("doors.yaml"), None, f"{self.root.name}/doors.yaml") or Doors()

    def _mapping_of(self, cls: type[T], file: str) -> dict[str, T]:
        found: dict[str, T] = {}
        for key, values in self._yaml(file).items():
            self._keep(found, key, self._build(cls, values, key, f"{self.root.name}/{file}#{key}"))
        return found

    def _list_of(self, cls: type[T], file: str) -> tuple[T, ...]:
        items = self._yaml(file).get("items", [])
        built = (
            self._build(cls, values, None, f"{self.root.name}/{file}#{number}")
            for number, values in enumerate(items, start=1)
        )
        return tuple(item for item in built if item is not None)

    def _build(self, cls: type[T], values: Any, key: str | None, name: str) -> T | None:
        if not isinstance(values, dict):
            self.problems.append(Problem(name, "", "应是“字段: 内容”的样子"))
            return None
        if key is not None and "id" in values:
            self.problems.append(Problem(name, "id", "不用写：编号就是文件名（或这一段的名字）"))
            return None
        built = build(cls, values if key is None else values | {"id": key}, name)
        if isinstance(built, list):
            self.problems += built
            return None
        return built

    def _yaml(self, file: str) -> Values:
        path = self.root / file
        return self._read(lambda: read_yaml(path, f"{self.root.name}/{file}")) or {} if path.exists() else {}

    def _read(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except FileUnreadable as error:
            self.problems.append(error.problem)
            return None

    def _keep(self, found: dict[str, T], key: str, item: T | None) -> None:
        if item is not None:
            found[key] = item

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root.parent).as_posix()
