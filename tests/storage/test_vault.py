"""Sealed files: what comes out is what went in, or nothing does."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import ROOT
from domain.clock import from_unix
from domain.errors import StorageFull, VaultMissing, VaultUnreadable
from storage.containers import PIECE_BYTES, Ring, content_size, seal, unseal
from storage.vault import Vault

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
NAME, OTHER = "0" * 32, "1" * 32
PIECE = PIECE_BYTES + 16
RING = Ring({"k1": OLD})
# Sizes around the borders of pieces, and any other.
sizes = st.one_of(
    st.integers(0, 3).flatmap(lambda n: st.integers(-2, 2).map(lambda d: max(0, n * PIECE_BYTES + d))),
    st.integers(0, 3 * PIECE_BYTES),
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence", {"k1": OLD})


def content_of(size: int) -> bytes:
    return (b"0123456789abcdef" * (size // 16 + 1))[:size]


def sealed(content: bytes, name: str = NAME, ring: Ring = RING) -> bytes:
    return b"".join(seal((content,), name, ring))


def opened(container: bytes, name: str = NAME, ring: Ring = RING) -> bytes:
    file = BytesIO(container)
    _, key = ring.unwrap(file, name)
    return b"".join(unseal(file, name, key))


def read(vault: Vault, name: str) -> bytes:
    with vault.open(name) as content:
        return b"".join(content.pieces)


def path_of(vault_folder: Path, name: str) -> Path:
    return vault_folder / name[:2] / name[2:4] / name


@given(sizes, st.integers(1, PIECE_BYTES * 2))
@settings(max_examples=40, deadline=None)
def test_any_content_comes_back_whatever_pieces_it_came_in(size: int, step: int) -> None:
    content = content_of(size)
    step = max(step, size // 50, 1)
    container = b"".join(seal((content[at : at + step] for at in range(0, size, step)), NAME, RING))
    assert opened(container) == content
    head = len(b"".join(seal((), NAME, RING))) - 16
    assert content_size(len(container) - head) == size


@given(st.data(), st.sampled_from([0, 1, 100, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES]))
@settings(max_examples=80, deadline=None)
def test_every_change_of_a_byte_is_refused(data: st.DataObject, size: int) -> None:
    container = bytearray(sealed(content_of(size)))
    at = data.draw(st.one_of(st.integers(0, 200), st.integers(0, len(container) - 1))) % len(container)
    container[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VaultUnreadable):
        opened(bytes(container))


def test_every_bit_of_a_small_file_counts() -> None:
    container = sealed(b"x")
    for at in range(len(container)):
        for bit in range(8):
            changed = bytearray(container)
            changed[at] ^= 1 << bit
            with pytest.raises(VaultUnreadable):
                opened(bytes(changed))


@given(st.data(), st.sampled_from([0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]))
@settings(max_examples=60, deadline=None)
def test_every_cut_and_everything_added_is_refused(data: st.DataObject, size: int) -> None:
    container = sealed(content_of(size))
    head = len(container) - size - 16 * max(1, -(-size // PIECE_BYTES))
    borders = [head + n * PIECE for n in range(4) if head + n * PIECE < len(container)]
    length = data.draw(st.one_of(st.sampled_from(borders), st.integers(0, len(container) - 1)))
    with pytest.raises(VaultUnreadable):
        opened(container[:length])
    with pytest.raises(VaultUnreadable):
        opened(container + data.draw(st.binary(min_size=1, max_size=40)))


def test_pieces_in_another_order_are_refused() -> None:
    container = sealed(content_of(3 * PIECE_BYTES))
    head = len(container) - 3 * PIECE
    first, second, third = (container[head + n * PIECE :][:PIECE] for n in range(3))
    for order in ((second, first, third), (first, third, second), (first, first, third), (first, third)):
        with pytest.raises(VaultUnreadable):
            opened(container[:head] + b"".join(order))


def test_pieces_and_heads_of_another_file_are_refused() -> None:
    mine, other = sealed(b"a" * PIECE_BYTES * 2), sealed(b"b" * PIECE_BYTES * 2, OTHER)
    head = len(mine) - 2 * PIECE
    for mixed in (mine[:-PIECE] + other[-PIECE:], mine[:head] + other[head:], other[:head] + mine[head:]):
        with pytest.raises(VaultUnreadable):
            opened(mixed)


def test_two_files_that_change_places_are_refused(vault: Vault, tmp_path: Path) -> None:
    first, second = vault.put((b"first",)), vault.put((b"second",))
    paths = [path_of(tmp_path / "evidence", name) for name in (first, second)]
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        path.write_bytes(content)
    for name in (first, second):
        with pytest.raises(VaultUnreadable), vault.open(name):
            pass


def test_file_says_how_large_it_is_before_it_is_read(vault: Vault) -> None:
    for size in (0, 1, PIECE_BYTES, PIECE_BYTES + 1):
        with vault.open(vault.put((content_of(size),))) as content:
            assert content.size == size
            assert sum(map(len, content.pieces)) == size


def test_file_is_private_and_nothing_of_it_can_be_read(vault: Vault, tmp_path: Path) -> None:
    name = vault.put((b"a phone number: 13812345678",))
    path = path_of(tmp_path / "evidence", name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert b"13812345678" not in path.read_bytes()
    assert OLD not in path.read_bytes()


def test_same_content_is_sealed_differently_each_time(vault: Vault, tmp_path: Path) -> None:
    names = [vault.put((b"same",)) for _ in range(2)]
    contents = {path_of(tmp_path / "evidence", name).read_bytes()[20:] for name in names}
    assert len(set(names)) == len(contents) == 2


def test_missing_file_is_told_from_a_damaged_one(vault: Vault) -> None:
    for name in (NAME, "", "../../etc/passwd", "A" * 32, NAME + "\n", NAME + ".part"):
        with pytest.raises(VaultMissing), vault.open(name):
            pass


def test_unknown_key_is_refused(vault: Vault, tmp_path: Path) -> None:
    name = vault.put((b"x",))
    for keys in ({"k2": OLD}, {"k1": NEW}):
        with pytest.raises(VaultUnreadable), Vault(tmp_path / "evidence", keys).open(name):
            pass


def test_keys_are_checked(tmp_path: Path) -> None:
    for keys in ({}, {"k1": b"short"}, {"": OLD}, {"k" * 256: OLD}):
        with pytest.raises(ValueError):
            Vault(tmp_path, keys)


def test_removed_file_is_gone_and_may_be_removed_again(vault: Vault, tmp_path: Path) -> None:
    name = vault.put((b"x",))
    vault.remove(name)
    vault.remove(name)
    assert list(vault.names()) == []
    assert not path_of(tmp_path / "evidence", name).exists()


def test_rewrapped_file_opens_without_the_old_key(vault: Vault, tmp_path: Path) -> None:
    content = content_of(PIECE_BYTES + 5)
    name = vault.put((content,))
    both = Vault(tmp_path / "evidence", {"k2": NEW, "k1": OLD})
    assert read(both, name) == content
    assert both.rewrap(name)
    assert not both.rewrap(name)
    assert read(Vault(tmp_path / "evidence", {"k2": NEW}), name) == content
    with pytest.raises(VaultUnreadable):
        read(vault, name)
    assert list(both.names()) == [name]


def test_file_removed_during_a_rewrap_does_not_come_back(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = vault.put((b"x",))
    both = Vault(tmp_path / "evidence", {"k2": NEW, "k1": OLD})
    fsync = os.fsync

    def remove_first(descriptor: int) -> None:
        """The draft is written; before it takes the file's place, the file is removed."""
        monkeypatch.setattr(os, "fsync", fsync)
        both.remove(name)

    monkeypatch.setattr(os, "fsync", remove_first)
    with pytest.raises(VaultMissing):
        both.rewrap(name)
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == [
        tmp_path / "evidence" / ".lock"
    ]


def test_full_disk_keeps_nothing_and_is_told(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        vault.put((b"x",))
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


def test_other_faults_of_the_disk_are_not_called_full(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "i/o error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="i/o"):
        vault.put((b"x",))


def test_source_that_fails_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    def source() -> Iterator[bytes]:
        yield content_of(PIECE_BYTES * 2)
        raise KeyError

    with pytest.raises(KeyError):
        vault.put(source())
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


KILLED = """
import os, signal, sys
from pathlib import Path
from storage.vault import Vault
import storage.vault

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "before the rename":
    Path.rename = die
elif sys.argv[2] == "before it is on the disk":
    os.fsync = lambda descriptor: die() if os.path.isfile(f"/proc/self/fd/{descriptor}") else None
Vault(Path(sys.argv[1]), {"k1": bytes(range(32))}).put((b"a phone number: 13812345678",) * 10)
"""


@pytest.mark.parametrize("moment", ["before the rename", "before it is on the disk"])
def test_kill_leaves_nothing_that_can_be_read(vault: Vault, tmp_path: Path, moment: str) -> None:
    folder = tmp_path / "evidence"
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), moment], cwd=ROOT)
    assert done.returncode == -9
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert len(left) == 1
    assert b"13812345678" not in left[0].read_bytes()
    assert list(vault.names()) == []
    for name in (left[0].name, left[0].name[:32]):
        with pytest.raises(VaultMissing), vault.open(name):
            pass
    written = from_unix(int(left[0].stat().st_mtime))
    assert vault.sweep(written - timedelta(hours=1)) == 0
    assert vault.sweep(written + timedelta(hours=1)) == 1
    assert not left[0].exists()


def test_sweep_leaves_whole_files_alone(vault: Vault) -> None:
    name = vault.put((b"x",))
    assert vault.sweep(datetime(2100, 1, 1, tzinfo=UTC)) == 0
    assert read(vault, name) == b"x"


def test_many_writers_do_not_get_in_each_others_way(vault: Vault) -> None:
    names: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: names.append(vault.put((bytes([n]) * 1000,)))) for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read(vault, name)[0] for name in names) == list(range(16))
    assert set(vault.names()) == set(names)


@given(st.binary(max_size=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_at_all_are_refused_and_nothing_else_happens(junk: bytes) -> None:
    for container in (junk, sealed(b"")[:20] + junk):
        with suppress(VaultUnreadable):
            opened(container)
            pytest.fail("opened")
