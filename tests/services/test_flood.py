"""A flood of the largest pictures there may be: the product's memory stays where it was promised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT
from domain.evidence import MIB
from services.pictures import LIGHT_BYTES
from tests.support import files
from tests.support.limits import EVIDENCE

pytestmark = pytest.mark.slow

# In a process of its own, so that nobody else's memory is measured. (``ru_maxrss`` would do for the children
# alone: a process inherits it from the one that started it.)
FLOOD = """
import asyncio, json, resource, sys, tempfile
from pathlib import Path
from domain.evidence import Kept
from services.antivirus import Antivirus
from services.evidence import Intake
from storage.vault import Vault
from tests.support import files
from tests.support.limits import EVIDENCE

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

async def main():
    limits = EVIDENCE
    intake = Intake(Vault(Path(sys.argv[1]), {"k1": bytes(32)}), limits, Antivirus(""))
    big = Path(sys.argv[2]).read_bytes()
    await intake.take([files.upload(files.jpeg(), "warms up")])
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = peak()
    async def submit(n):
        upload = files.upload(big + bytes([n]))
        with upload.file:
            return await intake.take([upload])
    outcomes = await asyncio.gather(*(submit(n) for n in range(12)))
    print(json.dumps({
        "kept": sum(isinstance(outcome, Kept) for (outcome,) in outcomes),
        "own": peak() - before,
        "left": int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() - before,
        "child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
    }))

asyncio.run(main())
"""


FLOODS = {
    "40 million dots of grey": lambda: files.png_bomb(6324),
    "40 million dots": lambda: files.saved(files.picture(7600, 5200), "PNG", compress_level=1),
    "12 million transparent dots": lambda: files.saved(
        files.picture(4000, 3000, "RGBA"), "PNG", compress_level=1
    ),
    "40 million dots of a camera": lambda: files.saved(files.picture(7600, 5200), "JPEG"),
    "8 million dots of a camera": lambda: files.saved(files.picture(3264, 2448), "JPEG"),
    "12 million dots in ten scans": lambda: files.saved(files.picture(4000, 3000), "JPEG", progressive=True),
}


@pytest.mark.parametrize("name", FLOODS)
def test_memory_is_bounded_whatever_comes(name: str, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.write_bytes(FLOODS[name]())
    done = subprocess.run(
        [sys.executable, "-c", FLOOD, str(tmp_path / "vault"), str(content)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["kept"] == 12
    assert told["own"] < 2 * LIGHT_BYTES
    assert told["left"] < 32 * MIB
    assert told["own"] + told["child"] < EVIDENCE.reading_bytes + 64 * MIB
