"""Evidence → sealed files in one folder, whole or not there at all.

``<folder>/ab/cd/abcd…`` (32 random hex digits). A file is written under a passing name, brought to the disk,
then renamed; what a crash leaves behind is sealed, has no final name, and is swept away.
All calls block: on the event loop, call them in a thread.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from domain.clock import from_unix
from domain.errors import StorageFull, VaultMissing
from domain.ids import new_key
from storage.containers import PIECE_BYTES, Ring, content_size, read_key_id, seal, unseal

_NAME = re.compile(r"[0-9a-f]{32}")
_PASSING = ".part"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Content:
    """What a sealed file holds: its size in bytes, and its pieces, to be read once."""

    size: int
    pieces: Iterator[bytes]


class Vault:
    """Sealed files under ``folder``. ``keys``: id → 32 bytes, newest first; new files take the newest, and
    every key that a file was sealed with has to stay."""

    def __init__(self, folder: Path, keys: Mapping[str, bytes]) -> None:
        self._folder = folder
        self._ring = Ring(keys)

    def put(self, pieces: Iterable[bytes]) -> str:
        """Seal a stream; returns the name it is kept under, once it is safe on the disk.

        Raises ``StorageFull``; then, and whenever ``pieces`` raises, nothing is kept.
        """
        name = new_key().hex()[:32]
        path = self._path(name)
        with or_full():
            self._make_folders(path.parent)
            with _drafted(path, seal(pieces, name, self._ring)) as draft:
                draft.rename(path)
            _bring_to_disk(path.parent)
        return name

    @contextmanager
    def open(self, name: str) -> Iterator[Content]:
        """The content of a sealed file. Raises ``VaultMissing``; ``VaultUnreadable`` here or while it is read."""
        with self._opened(name) as file:
            _, content_key = self._ring.unwrap(file, name)
            sealed = os.fstat(file.fileno()).st_size - file.tell()
            yield Content(content_size(sealed), unseal(file, name, content_key))

    def remove(self, name: str) -> None:
        """Remove a sealed file for good; one that is not there is no error."""
        path = self._path(name)
        with self._locked(), suppress(FileNotFoundError):
            path.unlink()
            _bring_to_disk(path.parent)

    def rewrap(self, name: str) -> bool:
        """Put a file under the newest key; returns whether it was not already. The content stays as it is."""
        path = self._path(name)
        with self._opened(name) as file:
            ident, content_key = self._ring.unwrap(file, name)
            if ident == self._ring.newest:
                return False
            rest = iter(lambda: file.read(PIECE_BYTES), b"")
            with or_full(), _drafted(path, chain((self._ring.wrap(content_key, name),), rest)) as draft:
                with self._locked():
                    if not path.exists():
                        raise VaultMissing(name)
                    draft.rename(path)
                _bring_to_disk(path.parent)
        return True

    def key_of(self, name: str) -> str:
        """The id of the key that a file is sealed with, ours or not. Raises ``VaultMissing``; ``VaultUnreadable``."""
        with self._opened(name) as file:
            return read_key_id(file)

    def names(self) -> Iterator[str]:
        """All names, in no order: to rewrap them, or to find those that no complaint knows any more."""
        return (path.name for path in self._folder.glob("??/??/*") if _NAME.fullmatch(path.name))

    def sweep(self, before: datetime) -> int:
        """Remove what writes that were cut off before this instant left behind; returns how many."""
        swept = 0
        for path in self._folder.glob(f"??/??/*{_PASSING}"):
            with suppress(FileNotFoundError):
                if from_unix(int(path.stat().st_mtime)) < before:
                    path.unlink()
                    swept += 1
        return swept

    def sweep_unknown(self, known: Container[str], before: datetime) -> int:
        """Remove files written before this instant whose names are not ``known``; returns how many."""
        swept = 0
        for name in self.names():
            with suppress(FileNotFoundError):
                if name not in known and from_unix(int(self._path(name).stat().st_mtime)) < before:
                    self.remove(name)
                    swept += 1
        return swept

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise VaultMissing(name)
        return self._folder / name[:2] / name[2:4] / name

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        try:
            file = self._path(name).open("rb")
        except FileNotFoundError:
            raise VaultMissing(name) from None
        with file:
            yield file

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, over all processes: what was removed must not come back through a rewrap."""
        self._make_folders(self._folder)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_folders(self, leaf: Path) -> None:
        if leaf.is_dir():
            return
        above = leaf.parent
        if leaf != self._folder:
            self._make_folders(above)
        leaf.mkdir(mode=0o700, parents=leaf == self._folder, exist_ok=True)
        _bring_to_disk(above)


@contextmanager
def _drafted(path: Path, pieces: Iterable[bytes]) -> Iterator[Path]:
    """A file beside ``path``, written and brought to the disk; gone at the end unless it was renamed."""
    draft = path.with_name(f"{path.name}-{new_key().hex()[:8]}{_PASSING}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(descriptor)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def or_full() -> Iterator[None]:
    """A disk without room → ``StorageFull``; any other fault of the disk stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from None
        raise


def _bring_to_disk(folder: Path) -> None:
    """What was made, renamed or removed in a folder survives a power cut from here on."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
