"""Forms with files: streamed to disk within bounds, refused early, and never anything left behind."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import FormData, StreamReader, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import FormMalformed, FormTooLarge, FormTooSlow, StorageFull, UploadRefused
from tests.support.limits import EVIDENCE
from web.uploads import Form, FormLimits, read_form

# A warning about a header would tell the header; config/logging.py silences it, and here it is no error either.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:aiohttp")

LIMITS = FormLimits(files=4, file_bytes=1_000_000, request_bytes=2_500_000, spare_disk_bytes=0)
HEAD = b"--xyz\r\nContent-Disposition: form-data; "
END = b"\r\n--xyz--\r\n"
TYPE = "multipart/form-data; boundary=xyz"


@dataclass
class Seen:
    """What the route read, and how many files were open then."""

    folder: Path
    limits: FormLimits = LIMITS
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str, int, bool, bytes]] = field(default_factory=list)
    errors: list[UploadRefused | StorageFull] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    during: Callable[[Form], None] = lambda form: None

    async def route(self, request: web.Request) -> web.Response:
        try:
            async with read_form(request, self.folder, self.limits) as form:
                self.fields = list(form.fields.items())
                self.files = [
                    (u.name, u.claimed, u.size, u.is_whole, os.pread(u.file.fileno(), 10**7, 0))
                    for u in form.uploads
                ]
                self.during(form)
        except UploadRefused as error:
            self.errors.append(error)
            return web.Response(status=error.status)
        except StorageFull as error:
            self.errors.append(error)
            return web.Response(status=507)
        finally:
            self.done.set()
        return web.Response(text="ok")


def open_files(folder: Path) -> list[str]:
    """Files in ``folder`` that this process holds open, named or not."""
    names = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            names.append(str(descriptor.readlink()))
        except OSError:
            continue
    return [name for name in names if name.startswith(str(folder))]


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    seen = Seen(tmp_path / "uploads")
    yield seen
    assert open_files(seen.folder) == []
    assert not seen.folder.exists() or list(seen.folder.iterdir()) == []


@asynccontextmanager
async def serving(seen: Seen) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """The application's own bound on bodies is tiny: it must not matter."""
    app = web.Application(client_max_size=1000)
    app.router.add_post("/", seen.route)
    async with TestClient(TestServer(app)) as client:
        yield client


@asynccontextmanager
async def in_production(seen: Seen, *, is_cancelled: bool = False) -> AsyncIterator[int]:
    """Served as ``run.py serve`` does, where a route learns of a hang-up from its reading; or as a server does that
    cancels its routes. Gives the port."""
    app = web.Application(client_max_size=1000)
    app.router.add_post("/", seen.route)
    runner = web.AppRunner(app, lingering_time=0.0, handler_cancellation=is_cancelled, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def post(seen: Seen, body: Any, **headers: str) -> int:
    async with serving(seen) as client, client.post("/", data=body, headers=headers) as answer:
        return answer.status


async def post_raw(seen: Seen, body: bytes, content_type: str = TYPE) -> int:
    return await post(seen, body, **{"Content-Type": content_type})


def form_of(*files: tuple[str, bytes, str], **fields: str) -> FormData:
    form = FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    for name, content, claimed in files:
        form.add_field("files", content, filename=name, content_type=claimed)
    return form


async def test_fields_and_files_are_read_in_their_order(seen: Seen) -> None:
    body = form_of(
        ("a.jpg", b"\xff\xd8" * 1000, "image/jpeg"),
        ("b.pdf", b"%PDF", "application/pdf"),
        text="你好",
        kind="x",
    )
    assert await post(seen, body) == 200
    assert seen.fields == [("text", "你好"), ("kind", "x")]
    assert seen.files == [
        ("a.jpg", "image/jpeg", 2000, True, b"\xff\xd8" * 1000),
        ("b.pdf", "application/pdf", 4, True, b"%PDF"),
    ]


@given(st.binary(max_size=3000), st.integers(0, 3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bytes_come_through_unchanged(seen: Seen, content: bytes, times: int) -> None:
    content = content * (60 if times == 3 else times)  # over the borders of pieces, too
    seen.files, seen.done = [], asyncio.Event()
    assert await post(seen, form_of(("x", content, "image/png"))) == 200
    assert seen.files[0][2:] == (len(content), True, content)


async def test_content_that_looks_like_a_boundary_is_content(seen: Seen) -> None:
    content = b"\r\n--xy\r\n--xy-z\r\r\n--\r\n--xyz"[:-1] * 5000
    body = HEAD + b'name="f"; filename="a"\r\n\r\n' + content + END
    assert await post_raw(seen, body) == 200
    assert seen.files[0][4] == content


async def test_file_that_was_not_chosen_is_none(seen: Seen) -> None:
    """A browser sends an empty part without a name; an empty file that was chosen has one."""
    body = form_of(("", b"", "application/octet-stream"), ("empty.jpg", b"", "image/jpeg"))
    assert await post(seen, body) == 200
    assert [name for name, *_ in seen.files] == ["empty.jpg"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("照片 1.jpg", "照片 1.jpg"),
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.jpg", "a.jpg"),
        ("/", ""),
        ("a\u202egpj.exe", "agpj.exe"),
        ("长" * 300 + ".jpg", "长" * 96 + ".jpg"),
    ],
)
async def test_name_is_no_path_and_no_longer_than_needed(sent: str, kept: str, seen: Seen) -> None:
    body = HEAD + f'name="f"; filename="{sent}"\r\n\r\nx'.encode() + END
    assert await post_raw(seen, body.replace(b"\\", b"\\\\")) == 200
    assert seen.files[0][0] == kept


async def test_line_ends_in_a_name_do_not_become_headers(seen: Seen) -> None:
    body = HEAD + b'name="f"; filename="a%0d%0aX-Evil: 1.jpg"\r\n\r\nx' + END
    assert await post_raw(seen, body) == 200
    assert "\r" not in seen.files[0][0]
    assert "\n" not in seen.files[0][0]


async def test_file_that_is_too_large_costs_nobody_their_words(seen: Seen) -> None:
    body = form_of(("big.mp4", b"x" * 1_000_001, "video/mp4"), ("a.jpg", b"y", "image/jpeg"))
    body.add_field("text", "after it")
    assert await post(seen, body) == 200
    assert seen.fields == [("text", "after it")]
    assert seen.files[0][:2] == ("big.mp4", "video/mp4")
    assert seen.files[0][3:] == (False, b"")
    assert seen.files[1][2:] == (1, True, b"y")


async def test_largest_file_is_taken(seen: Seen) -> None:
    assert await post(seen, form_of(("a.jpg", b"x" * 1_000_000, "image/jpeg"))) == 200
    assert seen.files[0][2:4] == (1_000_000, True)


async def endless(start: bytes, piece: bytes) -> AsyncIterator[bytes]:
    """A body without end."""
    yield start
    while True:
        yield piece


async def stalling(*pieces: bytes) -> AsyncIterator[bytes]:
    """A body that stops in its middle and stays there."""
    for piece in pieces:
        yield piece
    await asyncio.Event().wait()


async def dripping(start: bytes) -> AsyncIterator[bytes]:
    """A byte now and then."""
    yield start
    while True:
        await asyncio.sleep(0.005)
        yield b"x"


async def send(seen: Seen, pieces: AsyncIterator[bytes], *headers: str) -> int:
    """Send a body in chunks until there is an answer; its status, 0 for a connection that was cut."""
    async with in_production(seen) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = asyncio.create_task(reader.readline())
        lines = headers or ("Transfer-Encoding: chunked",)
        head = "\r\n".join(("POST / HTTP/1.1", "Host: x", f"Content-Type: {TYPE}", *lines, "", ""))
        sending = asyncio.create_task(_send(writer, head.encode(), pieces, is_chunked=not headers))
        try:
            async with asyncio.timeout(30):
                line = await answer
                await seen.done.wait()
        finally:
            sending.cancel()
            await asyncio.wait({sending})
            writer.transport.abort()
        return int(line.split()[1]) if line else 0


async def _send(
    writer: asyncio.StreamWriter, head: bytes, pieces: AsyncIterator[bytes], *, is_chunked: bool
) -> None:
    writer.write(head)
    with suppress(ConnectionError):
        async for piece in pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
            await writer.drain()
        if is_chunked:
            writer.write(b"0\r\n\r\n")


PART = HEAD + b'name="f"; filename="a.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    "start",
    [
        b"no boundary at all\r\n",
        PART,
        PART + b"x\r\n" + HEAD + b'name="text"\r\n\r\n',
        PART + b"x\r\n" + HEAD + b'name="text"; x="',
        b"".join(HEAD + b'name="n%d"\r\n\r\n\r\n' % n for n in range(LIMITS.fields))
        + HEAD
        + b'name="a"\r\n\r\n',
    ],
)
async def test_body_without_end_is_refused(start: bytes, seen: Seen) -> None:
    status = await send(seen, endless(start, b"x" * 1023 + b"\n"))
    assert status in {400, 413}
    assert isinstance(seen.errors[0], FormTooLarge | FormMalformed)


@pytest.mark.parametrize(
    "body",
    [b"\n" * 500_000, (PART.replace(b"a.jpg", b"") + b"\r\n") * 5_000, PART[:-2] + b"X: 1\r\n" * 20_000],
)
async def test_body_of_many_lines_is_not_walked_to_its_end(
    body: bytes, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line costs a pass of Python, and this one form would keep everybody waiting."""
    lines = 0
    readline = StreamReader.readline

    async def counting(self: StreamReader, **how: Any) -> bytes:
        nonlocal lines
        lines += 1
        return await readline(self, **how)

    monkeypatch.setattr(StreamReader, "readline", counting)
    assert await post_raw(seen, body) in {400, 413}
    assert lines < 5000


@pytest.mark.parametrize("content_type", ["a/b", "multipart/form-data", "multipart/mixed; boundary=xyz"])
async def test_other_bodies_are_no_forms(content_type: str, seen: Seen) -> None:
    assert await post_raw(seen, PART + b"x" + END, content_type) == 400


async def test_form_that_says_it_is_too_large_is_refused_unread(seen: Seen) -> None:
    assert await send(seen, stalling(), "Content-Length: 2500001") == 413


async def test_request_that_is_squeezed_is_refused(seen: Seen) -> None:
    """What it would unpack to is anybody's guess."""
    assert await send(seen, stalling(b"x"), "Content-Encoding: gzip", "Content-Length: 100") == 400


async def test_silence_ends_the_wait(seen: Seen) -> None:
    seen.limits = replace(LIMITS, silence_s=0.05)
    assert await send(seen, stalling(PART, b"x" * 10_000)) == 408
    assert isinstance(seen.errors[0], FormTooSlow)


@pytest.mark.parametrize("start", [b"", b"--xy", HEAD, PART, HEAD + b'name="text"\r\n\r\n'])
async def test_form_that_only_drips_in_is_not_waited_for(start: bytes, seen: Seen) -> None:
    seen.limits = replace(LIMITS, within_s=0.1)
    assert await send(seen, dripping(start or b"-")) == 408
    assert isinstance(seen.errors[0], FormTooSlow)


@pytest.mark.parametrize("is_cancelled", [False, True])
@pytest.mark.parametrize(
    ("sent", "count"), [(PART + b"x" * 600_000, 1), (HEAD, 0), (PART + b"x\r\n" + PART + b"y" * 600_000, 2)]
)
async def test_hang_up_leaves_nothing(sent: bytes, count: int, is_cancelled: bool, seen: Seen) -> None:
    async with in_production(seen, is_cancelled=is_cancelled) as port, asyncio.timeout(10):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {TYPE}\r\nContent-Length: 2000000\r\n\r\n"
        writer.write(head.encode() + sent)
        await writer.drain()
        while len(open_files(seen.folder)) < count:  # noqa: ASYNC110 - the kernel tells no event
            await asyncio.sleep(0.001)
        writer.transport.abort()
        await seen.done.wait()
    assert is_cancelled or isinstance(seen.errors[0], FormMalformed)


MALFORMED = {
    "nothing": b"",
    "no end": PART + b"x",
    "no end of the head": HEAD + b'name="f"',
    "part without a name": b"--xyz\r\nContent-Disposition: form-data\r\n\r\nx" + END,
    "part without a head": b"--xyz\r\n\r\nx" + END,
    "part that is no form's": b"--xyz\r\nContent-Disposition: attachment; filename=a\r\n\r\nx" + END,
    "name without an end": b'--xyz\r\nContent-Disposition: form-data; name="f\r\n\r\nx' + END,
    "line end in a name": HEAD + b'name="f"; filename="a\r\nX-Evil: 1.jpg"\r\n\r\nx' + END,
    "head that is none": HEAD + b'name="f"\r\nno colon\r\n\r\nx' + END,
    "very long name": HEAD + b'name="' + b"n" * 101 + b'"\r\n\r\nx' + END,
    "very long head": HEAD + b'name="f"; filename="' + b"n" * 5000 + b'"\r\n\r\nx' + END,
    "many heads": HEAD + b'name="f"\r\n' + b"X: 1\r\n" * 20 + b"\r\nx" + END,
    "form within a form": HEAD
    + b'name="f"\r\nContent-Type: multipart/mixed; boundary=abc\r\n\r\n--abc\r\n\r\nx\r\n--abc--'
    + END,
    "base64": HEAD + b'name="f"; filename="a"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==' + END,
    "text of another encoding": HEAD + b'name="f"\r\n\r\n\xff\xfe' + END,
    "text with a naught": HEAD + b'name="f"\r\n\r\na\0b' + END,
    "odd charset": HEAD + b'name="_charset_"\r\n\r\n' + b"x" * 40 + END,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_form_is_refused(name: str, seen: Seen) -> None:
    assert await post_raw(seen, MALFORMED[name]) == 400
    assert isinstance(seen.errors[0], FormMalformed)


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_changed_it_is_read_or_refused(seen: Seen, data: st.DataObject) -> None:
    body = bytearray(PART + b"content\r\n" + HEAD + b'name="text"\r\n\r\nwords' + END)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(len(body) // 2, len(body)))]
    seen.done = asyncio.Event()
    assert await post_raw(seen, bytes(body)) in {200, 400}


async def test_fields_are_bounded_in_size_and_number(seen: Seen) -> None:
    limits = replace(LIMITS, fields=3, field_bytes=100, fields_bytes=250)
    for fields, status in [
        ({"a": "x" * 100, "b": "x" * 100, "c": "x" * 50}, 200),
        ({"a": "x" * 101}, 413),
        ({"a": "x" * 100, "b": "x" * 100, "c": "x" * 51}, 413),
        ({"a": "", "b": "", "c": "", "d": ""}, 413),
    ]:
        seen.limits, seen.done = limits, asyncio.Event()
        form = FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        assert await post(seen, form) == status, fields


async def test_more_files_than_can_be_meant_are_refused(seen: Seen) -> None:
    assert await post(seen, form_of(*[("a", b"x", "image/jpeg")] * 5)) == 413


async def test_line_ends_of_a_browser_are_line_ends(seen: Seen) -> None:
    assert await post_raw(seen, HEAD + b'name="t"\r\n\r\na\r\nb\nc' + END) == 200
    assert seen.fields == [("t", "a\nb\nc")]


async def test_full_disk_is_told(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _piece: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "write", full)
    assert await post(seen, form_of(("a.jpg", b"x" * 100, "image/jpeg"))) == 507


async def test_disk_that_is_nearly_full_is_left_to_the_database(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.limits = replace(LIMITS, spare_disk_bytes=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1200))
    files = form_of(("a.jpg", b"x" * 500, "image/jpeg"), text="words")
    assert await post(seen, files) == 507
    assert seen.errors[0].fields == (("text", "words"),)
    words = form_of(("", b"", "application/octet-stream"), text="words")
    assert await post(seen, words) == 200, "words need no room"


async def test_what_was_read_before_a_refusal_is_not_lost(seen: Seen) -> None:
    form = form_of(*[("a", b"x", "image/jpeg")] * 5, text="words")
    assert await post(seen, form) == 413
    assert seen.errors[0].fields == (("text", "words"),)


async def test_files_have_no_name_and_live_as_long_as_the_route_reads_them(seen: Seen) -> None:
    """Nothing to clean up, then, when the process is killed."""

    def look(_form: Form) -> None:
        assert len(open_files(seen.folder)) == 2
        assert list(seen.folder.iterdir()) == []

    seen.during = look
    files = [("a.jpg", b"x", "image/jpeg"), ("b.jpg", b"y", "image/jpeg")]
    assert await post(seen, form_of(*files)) == 200


async def test_route_that_fails_leaves_nothing(seen: Seen) -> None:
    def fail(_form: Form) -> None:
        raise ZeroDivisionError

    seen.during = fail
    assert await post(seen, form_of(("a.jpg", b"x", "image/jpeg"))) == 500


async def test_file_is_never_held_in_memory(seen: Seen) -> None:
    size = 40_000_000
    seen.limits = replace(LIMITS, file_bytes=size, request_bytes=size + 1000)

    async def body() -> AsyncIterator[bytes]:
        yield PART
        piece = bytes(50_000)
        for _ in range(size // len(piece)):
            yield piece
        yield END

    def look(form: Form) -> None:
        assert form.uploads[0].size == size
        assert tracemalloc.get_traced_memory()[1] < 5_000_000

    seen.route = partial(_without_content, seen, look)  # type: ignore[method-assign]
    tracemalloc.start()
    try:
        assert await send(seen, body()) == 200
    finally:
        tracemalloc.stop()


async def _without_content(seen: Seen, look: Callable[[Form], None], request: web.Request) -> web.Response:
    try:
        async with read_form(request, seen.folder, seen.limits) as form:
            look(form)
    finally:
        seen.done.set()
    return web.Response()


def test_limits_hold_the_most_that_one_complaint_may() -> None:
    limits = FormLimits.of(EVIDENCE)
    assert limits.file_bytes == 10 * 1024 * 1024
    assert limits.request_bytes >= 12 * limits.file_bytes
    assert limits.files > 12
