"""Submissions per second, each a form with one picture of a phone: 12 million dots, about 2 MB.

``python -m benchmarks.evidence`` measures the steps one by one, then starts a server in a process of its own
(read the form, decode, seal both copies, answer; no database) and sends it forms from several residents at once.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import aiohttp
import numpy as np
from aiohttp import web
from PIL import Image

from domain.evidence import Kept, MediaType, Upload
from services.antivirus import Antivirus
from services.evidence import Intake
from services.pictures import need_of, read_picture
from storage.vault import Vault
from tests.support.limits import EVIDENCE
from web.uploads import FormLimits, read_form

ROOT = Path(__file__).resolve().parent.parent
PORT = 8392
TARGET_BYTES = 2_000_000
LIMITS = EVIDENCE


def phone_picture(width: int = 4000, height: int = 3000) -> bytes:
    """A JPEG of about 2 MB with as much detail as a photo: soft shapes under a sensor's noise."""
    lots = np.random.default_rng(7)
    shapes = Image.fromarray(lots.integers(0, 255, (height // 40, width // 40, 3), dtype=np.uint8))
    soft = np.asarray(shapes.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    noisy = np.clip(soft + lots.normal(0, 5, (height, width, 1)).astype(np.int16), 0, 255).astype(np.uint8)
    image, lowest, highest = Image.fromarray(noisy), 20, 95
    while highest - lowest > 1:
        quality = (lowest + highest) // 2
        lowest, highest = (
            (lowest, quality) if len(_jpeg(image, quality)) > TARGET_BYTES else (quality, highest)
        )
    return _jpeg(image, lowest)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def median_ms(function: Callable[[], object], times: int = 15) -> float:
    function()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def on_disk(content: bytes) -> Upload:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the measurement
    file.write(content)
    file.flush()
    return Upload(cast(BinaryIO, file), "", "image/jpeg", len(content))


def steps(content: bytes, folder: Path) -> dict[str, float]:
    """Milliseconds of each step, one after the other."""
    vault = Vault(folder, {"k1": bytes(32)})
    intake = Intake(vault, LIMITS, Antivirus(""))
    upload = on_disk(content)
    display = read_picture(upload.file, MediaType.JPEG, LIMITS).display
    with asyncio.Runner() as runner:
        return {
            "look at the head": median_ms(lambda: need_of(upload.file, MediaType.JPEG, LIMITS)),
            "decode and encode": median_ms(lambda: read_picture(upload.file, MediaType.JPEG, LIMITS)),
            "seal the original": median_ms(lambda: vault.put((content,))),
            "seal the display copy": median_ms(lambda: vault.put((display,))),
            "all of it": median_ms(lambda: runner.run(intake.take([upload]))),
        }


def serve(folder: Path) -> None:
    """The server that is measured."""
    intake = Intake(Vault(folder / "evidence", {"k1": bytes(32)}), LIMITS, Antivirus(""))
    limits = FormLimits.of(LIMITS)

    async def submit(request: web.Request) -> web.Response:
        async with read_form(request, folder / "uploads", limits) as form:
            outcomes = await intake.take(form.uploads)
        return web.json_response({"kept": sum(isinstance(outcome, Kept) for outcome in outcomes)})

    async def cost(_request: web.Request) -> web.Response:
        lines = Path("/proc/self/status").read_text().splitlines()
        told = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith("Vm")}
        return web.json_response(told | {"processor_s": time.process_time()})

    app = web.Application()
    app.router.add_post("/", submit)
    app.router.add_get("/cost", cost)
    web.run_app(app, host="127.0.0.1", port=PORT, print=None, access_log=None)


async def drive(content: bytes, residents: int, count: int) -> tuple[float, list[float]]:
    """Submissions a second, and the seconds that each took."""
    taken: list[float] = []
    left = iter(range(count))
    async with aiohttp.ClientSession() as session:

        async def resident() -> None:
            for number in left:
                form = aiohttp.FormData({"text": "一段投诉的话" * 50})
                form.add_field(
                    "files", content + number.to_bytes(4), filename="a.jpg", content_type="image/jpeg"
                )
                begun = time.perf_counter()
                async with session.post(f"http://127.0.0.1:{PORT}/", data=form) as answer:
                    assert (await answer.json())["kept"] == 1
                taken.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(resident() for _ in range(residents)))
        return count / (time.perf_counter() - begun), taken


async def cost_of(session: aiohttp.ClientSession) -> dict[str, float]:
    async with session.get(f"http://127.0.0.1:{PORT}/cost") as answer:
        told: dict[str, float] = await answer.json()
        return told


async def until_it_listens(session: aiohttp.ClientSession) -> None:
    for _ in range(200):
        try:
            await cost_of(session)
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not start")


async def measure_server(content: bytes, count: int) -> None:
    async with aiohttp.ClientSession() as session:
        await until_it_listens(session)
        await drive(content, 1, 5)
        print(
            "| residents at once | submissions/s | median ms | p99 ms | processor ms each |\n|---|---|---|---|---|"
        )
        for residents in (1, 2, 8, 32):
            before = await cost_of(session)
            rate, taken = await drive(content, residents, count)
            taken.sort()
            median, late = taken[len(taken) // 2] * 1000, taken[int(len(taken) * 0.99)] * 1000
            after = await cost_of(session)
            each = (after["processor_s"] - before["processor_s"]) / count * 1000
            print(f"| {residents} | {rate:.1f} | {median:.0f} | {late:.0f} | {each:.0f} |")
        print(f"memory: {after['VmRSS']:.0f} MB now, {after['VmHWM']:.0f} MB at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=Path)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    content = phone_picture()
    # Beside the project: the system's folder for passing files may be memory, and a disk is to be measured.
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        print(f"{len(content)} bytes")
        for step, milliseconds in steps(content, Path(folder) / "steps").items():
            print(f"{step}: {milliseconds:.1f} ms")
        server = subprocess.Popen([sys.executable, "-m", "benchmarks.evidence", "--serve", folder], cwd=ROOT)
        try:
            asyncio.run(measure_server(content, options.count))
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
