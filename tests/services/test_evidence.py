"""The whole way in: what is handed in, what is kept of it, and that nothing else is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from domain.errors import StorageFull
from domain.evidence import (
    EvidenceKind,
    Kept,
    MediaType,
    Outcome,
    Refusal,
    Refused,
    Scan,
    Upload,
)
from services.antivirus import Antivirus
from services.desk import Desk
from services.evidence import Intake
from services.refusals import sentence_of
from storage.vault import Vault
from tests.support import files
from tests.support.clamd import EICAR, clamd
from tests.support.limits import EVIDENCE

LIMITS = EVIDENCE


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence", {"k1": bytes(32)})


@pytest.fixture
def intake(vault: Vault) -> Intake:
    return Intake(vault, LIMITS, Antivirus(""))


async def take(intake: Intake, *uploads: Upload, held: Sequence[Any] = ()) -> tuple[Outcome, ...]:
    try:
        return await intake.take(uploads, held)
    finally:
        for upload in uploads:
            upload.file.close()


async def one(intake: Intake, content: bytes, name: str = "", claimed: str = "") -> Outcome:
    (outcome,) = await take(intake, files.upload(content, name, claimed))
    return outcome


def read(vault: Vault, name: str) -> bytes:
    with vault.open(name) as content:
        return b"".join(content.pieces)


CORPUS = {
    "photo of a phone": (lambda: files.jpeg(4000, 3000), "IMG_0001.JPG", "image/jpeg", MediaType.JPEG),
    "photo lying on its side": (lambda: files.rotated_jpeg(6), "照片.jpg", "image/jpeg", MediaType.JPEG),
    "photo of an old phone": (files.jpeg, "", "application/octet-stream", MediaType.JPEG),
    "photo under a wrong name": (files.jpeg, "x.png", "image/webp", MediaType.JPEG),
    "screenshot": (files.png, "Screenshot.png", "image/png", MediaType.PNG),
    "webp": (files.webp, "x.webp", "image/webp", MediaType.WEBP),
    "heic": (files.heic, "IMG_1.HEIC", "image/heic", MediaType.HEIC),
    "heavy png": (lambda: files.png(4600, 4500), "x.png", "image/png", MediaType.PNG),
    "moving picture": (lambda: files.animated("WEBP"), "x.webp", "image/webp", MediaType.WEBP),
    "name outside of the folder": (
        files.jpeg,
        "../../../etc/passwd.jpg",
        "image/jpeg",
        MediaType.JPEG,
    ),
    "very long name": (files.jpeg, "照" * 500 + ".jpg", "image/jpeg", MediaType.JPEG),
    "name of control characters": (
        files.jpeg,
        "a\r\nX-Evil: 1\0.jpg",
        "image/jpeg",
        MediaType.JPEG,
    ),
}


@pytest.mark.parametrize("name", CORPUS)
async def test_good_picture_is_kept_twice(name: str, intake: Intake, vault: Vault) -> None:
    make, called, claimed, media = CORPUS[name]
    content = make()
    kept = await one(intake, content, called, claimed)
    assert isinstance(kept, Kept)
    assert read(vault, kept.original) == content
    display = read(vault, kept.display)
    image = Image.open(BytesIO(display), formats=["JPEG"])
    image.load()
    assert files.corners(image) == ("red", "green", "blue", "white")
    assert files.SECRET.encode() not in display
    accepted = kept.accepted
    assert (accepted.kind, accepted.media_type) == (EvidenceKind.PICTURE, media)
    assert accepted.size == len(content)
    assert accepted.sha256 == hashlib.sha256(content).hexdigest()
    assert accepted.display_size == len(display)
    assert max(image.size) <= 2048
    assert kept.scan is Scan.UNSCANNED


async def test_document_is_kept_as_it_is(intake: Intake, vault: Vault) -> None:
    content = files.pdf()
    kept = await one(intake, content, "合同.pdf", "application/pdf")
    assert isinstance(kept, Kept)
    assert read(vault, kept.original) == content
    assert (kept.display, kept.accepted.pages, kept.accepted.kind) == ("", 2, EvidenceKind.DOCUMENT)
    assert len(list(vault.names())) == 1


REFUSED = {
    "nothing": (lambda: b"", "x.jpg", "image/jpeg", Refusal.EMPTY),
    "cut off": (
        lambda: files.saved(files.picture(2000, 2000))[:9000],
        "x.jpg",
        "image/jpeg",
        Refusal.CORRUPT,
    ),
    "cut off heic": (lambda: files.heic()[:-100], "x.heic", "image/heic", Refusal.CORRUPT),
    "heic that is something else": (
        lambda: files.heic()[:300] + bytes(range(256)) * 40,
        "x.heic",
        "image/heic",
        Refusal.CORRUPT,
    ),
    "svg": (lambda: files.SVG, "x.jpg", "image/jpeg", Refusal.DISGUISED),
    "html": (lambda: files.HTML, "x.jpg", "image/jpeg", Refusal.DISGUISED),
    "pdf as a picture": (files.pdf, "x.jpg", "image/jpeg", Refusal.DISGUISED),
    "program": (lambda: files.EXE, "x.png", "", Refusal.DISGUISED),
    "film": (lambda: files.MP4, "x.mp4", "video/mp4", Refusal.NOT_TAKEN),
    "bomb": (lambda: files.png_bomb(9000), "x.png", "image/png", Refusal.TOO_MANY_PIXELS),
    "head of a bomb": (lambda: files.png_head(20_000, 20_000), "x.png", "image/png", Refusal.TOO_MANY_PIXELS),
    "heic of a hundred million dots": (
        lambda: files.heic().replace(
            b"ispe\0\0\0\0" + (640).to_bytes(4) + (480).to_bytes(4),
            b"ispe\0\0\0\0" + (10_000).to_bytes(4) + (10_000).to_bytes(4),
        ),
        "x.heic",
        "image/heic",
        Refusal.TOO_MANY_PIXELS,
    ),
    "encrypted pdf": (files.encrypted_pdf, "x.pdf", "application/pdf", Refusal.ENCRYPTED_PDF),
    "pdf with a script": (
        lambda: files.packed_pdf(b"<< /S /JavaScript /JS (x) >>"),
        "x.pdf",
        "application/pdf",
        Refusal.ACTIVE_PDF,
    ),
    "broken pdf": (lambda: b"%PDF-1.7\nstartxref\n9\n%%EOF", "x.pdf", "application/pdf", Refusal.CORRUPT),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_bad_file_is_refused_and_nothing_is_kept(name: str, intake: Intake, vault: Vault) -> None:
    make, called, claimed, refusal = REFUSED[name]
    assert await one(intake, make(), called, claimed) == Refused(0, called, refusal)
    assert list(vault.names()) == []


async def test_file_that_was_too_large_to_be_kept_is_too_large(intake: Intake) -> None:
    (outcome,) = await take(intake, files.upload(b"", "x.jpg", is_whole=False))
    assert outcome == Refused(0, "x.jpg", Refusal.TOO_LARGE)


async def test_each_kind_has_its_own_largest_size(vault: Vault) -> None:
    intake = Intake(vault, replace(EVIDENCE, picture_bytes=1000, document_bytes=10_000), Antivirus(""))
    assert isinstance(await one(intake, files.pdf() + b"\n" * 1000), Kept)
    assert await one(intake, files.jpeg()) == Refused(0, "", Refusal.TOO_LARGE)


async def test_limit_is_the_last_size_that_is_taken(vault: Vault) -> None:
    content = files.jpeg()
    exact = Intake(vault, replace(EVIDENCE, picture_bytes=len(content)), Antivirus(""))
    assert isinstance(await one(exact, content), Kept)
    assert isinstance(await one(exact, content + b"x"), Refused)


async def test_tenth_picture_is_refused_and_the_document_beside_it_is_not(intake: Intake) -> None:
    pictures = [files.upload(files.saved(files.picture(40 + n, 40))) for n in range(10)]
    outcomes = await take(intake, *pictures, files.upload(files.pdf()))
    assert [isinstance(outcome, Kept) for outcome in outcomes] == [True] * 9 + [False, True]
    assert outcomes[9] == Refused(9, "", Refusal.TOO_MANY)


async def test_refused_picture_takes_nobodys_place(intake: Intake) -> None:
    bad = files.upload(files.HTML, "x.jpg")
    pictures = [files.upload(files.saved(files.picture(40 + n, 40))) for n in range(9)]
    outcomes = await take(intake, bad, *pictures)
    assert [isinstance(outcome, Kept) for outcome in outcomes] == [False] + [True] * 9


async def test_same_file_twice_is_kept_once(intake: Intake, vault: Vault) -> None:
    first, second = await take(intake, *[files.upload(files.jpeg(), name) for name in ("a.jpg", "b.jpg")])
    assert isinstance(first, Kept)
    assert second == Refused(1, "b.jpg", Refusal.DUPLICATE)
    (third,) = await take(intake, files.upload(files.jpeg()), held=[first.accepted])
    assert third == Refused(0, "", Refusal.DUPLICATE)
    assert len(list(vault.names())) == 2


async def test_what_the_complaint_has_already_counts(intake: Intake) -> None:
    held = [
        kept.accepted for kept in await take(intake, files.upload(files.jpeg())) if isinstance(kept, Kept)
    ]
    (outcome,) = await take(intake, files.upload(files.png()), held=held * 9)
    assert outcome == Refused(0, "", Refusal.TOO_MANY)


async def test_place_is_offered_and_not_stored(intake: Intake, vault: Vault) -> None:
    kept = await one(intake, files.heic())
    assert isinstance(kept, Kept)
    assert kept.place is not None
    assert (kept.place.latitude, kept.place.longitude) == pytest.approx(files.WUHAI, abs=1e-5)
    assert not hasattr(kept.accepted, "place")


async def test_discarded_evidence_is_gone(intake: Intake, vault: Vault) -> None:
    outcomes = await take(
        intake, files.upload(files.jpeg()), files.upload(files.pdf()), files.upload(b"", "x.jpg")
    )
    assert len(list(vault.names())) == 3
    await intake.discard(outcomes)
    assert list(vault.names()) == []


@pytest.mark.parametrize("fails_at", [1, 2, 3, 5])
async def test_full_disk_keeps_nothing_of_the_submission(
    fails_at: int, intake: Intake, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, calls = vault.put, iter(range(1, 100))

    def failing(self: Vault, pieces: Iterator[bytes]) -> str:
        if next(calls) == fails_at:
            raise StorageFull
        return put(pieces)

    monkeypatch.setattr(Vault, "put", failing)
    with pytest.raises(StorageFull):
        await take(intake, *[files.upload(content) for content in (files.jpeg(), files.png(), files.pdf())])
    assert list(vault.names()) == []


async def test_cancelled_submission_keeps_nothing(
    intake: Intake, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled at the worst moment: the display copy is just being sealed."""
    put, calls = vault.put, []

    def cancelling(self: Vault, pieces: Iterator[bytes]) -> str:
        calls.append(1)
        if len(calls) == 4:
            loop.call_soon_threadsafe(task.cancel)
        return put(pieces)

    monkeypatch.setattr(Vault, "put", cancelling)
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(take(intake, files.upload(files.jpeg()), files.upload(files.png())))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(calls) == 4
    assert list(vault.names()) == []


async def test_virus_is_kept_and_marked(vault: Vault) -> None:
    """The original is evidence; whoever may download it has to see what it is."""
    async with clamd() as address:
        intake = Intake(vault, LIMITS, Antivirus(address))
        infected = await one(intake, files.saved(files.picture()) + EICAR)
        clean = await one(intake, files.jpeg())
        assert isinstance(infected, Kept)
        assert isinstance(clean, Kept)
        assert (infected.scan, clean.scan) == (Scan.SUSPICIOUS, Scan.CLEAN)
        assert EICAR not in read(vault, infected.display)


async def test_scanner_that_is_down_stops_nobody_and_scans_later(vault: Vault) -> None:
    down = Intake(vault, LIMITS, Antivirus("127.0.0.1:1"))
    kept = await one(down, files.saved(files.picture()) + EICAR)
    assert isinstance(kept, Kept)
    assert kept.scan is Scan.UNSCANNED
    async with clamd() as address:
        assert await Intake(vault, LIMITS, Antivirus(address)).scan_again(kept.original) is Scan.SUSPICIOUS


async def test_many_submissions_at_once_are_all_taken(intake: Intake) -> None:
    contents = [files.saved(files.picture(400 + n, 300)) for n in range(12)] + [files.heic(), files.pdf()]
    outcomes = await asyncio.gather(*(one(intake, content) for content in contents))
    assert all(isinstance(outcome, Kept) for outcome in outcomes)


async def test_every_refusal_has_its_sentence(desk: Desk) -> None:
    sentences = {sentence_of(refusal, desk.texts, LIMITS) for refusal in Refusal}
    assert len(sentences) == len(Refusal)
    assert "10 MB" in sentence_of(Refusal.TOO_LARGE, desk.texts, LIMITS)
    assert "9 张" in sentence_of(Refusal.TOO_MANY, desk.texts, LIMITS)
