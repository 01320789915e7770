"""Messages per second and latency of the whole way, as ratios to a bare POST and to a wechatpy echo.

``python -m benchmarks.throughput`` starts the servers on loopback one after the other, drives each
with wrk (Debian package ``wrk``; bounded in connections and time) and prints a table. Every round
measures all servers, so a noisy machine is noisy to all; ratios are the median of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.deliveries import AES_KEY, APPID, TOKEN, write_deliveries

ROOT = Path(__file__).resolve().parent.parent
PORT = 8391
LUA = """
local lines = {}
for line in io.lines("%s") do
  local path, body = line:match("^(.-)\\t(.*)$")
  lines[#lines + 1] = wrk.format("POST", path, {["Host"] = "127.0.0.1", ["Content-Type"] = "text/xml"}, body)
end
local at = 0
request = function()
  at = at %% #lines + 1
  return lines[at]
end
"""


@dataclass(frozen=True)
class Run:
    """One server under load: messages a second, share of answers that were not 200."""

    rate: float
    errors: int


@contextmanager
def serving(name: str, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that is ready to be asked."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("WECHAT")} | {
        "DATA_DIR": str(data),
        "PORT": str(PORT),
        "LOG_LEVEL": "ERROR",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_APPID": APPID,
        "WECHAT_AES_KEY": AES_KEY,
        "WECHAT_MODE": "safe" if name.endswith("aes") else "plain",
    }
    command = (
        [sys.executable, "run.py"]
        if name.startswith("ours")
        else [sys.executable, "-m", "benchmarks.peers_http", name]
    )
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        wait_until_listening(process)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def wait_until_listening(process: subprocess.Popen[bytes]) -> float:
    """Seconds until the port answers."""
    import socket

    begun = time.perf_counter()
    while process.poll() is None and time.perf_counter() - begun < 60:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                return time.perf_counter() - begun
        time.sleep(0.02)
    raise SystemExit("the server did not start")


def drive(deliveries: Path, seconds: int, connections: int = 64) -> Run:
    """Load with wrk."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % deliveries)
        script.flush()
        done = subprocess.run(
            [
                "wrk",
                "-t1",
                f"-c{connections}",
                f"-d{seconds}s",
                "--timeout",
                "20s",
                "-s",
                script.name,
                f"http://127.0.0.1:{PORT}",
            ],
            check=True,
            capture_output=True,
            text=True,
        )
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    assert rate, done.stdout
    return Run(float(rate[1]), int(bad[1]) if bad else 0)


async def offered(deliveries: Path, per_second: int, seconds: int) -> list[float]:
    """Latencies in ms of messages that come at a steady rate, whatever the answers do."""
    lines = deliveries.read_text().splitlines()[: per_second * seconds]
    taken: list[float] = []
    async with aiohttp.ClientSession(f"http://127.0.0.1:{PORT}") as session:

        async def one(line: str) -> None:
            path, body = line.split("\t", 1)
            begun = time.perf_counter()
            async with session.post(path, data=body.encode()) as answer:
                assert answer.status == 200, answer.status
                await answer.read()
            taken.append((time.perf_counter() - begun) * 1000)

        begun, tasks = time.perf_counter(), []
        for number, line in enumerate(lines):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            tasks.append(asyncio.create_task(one(line)))
        await asyncio.gather(*tasks)
    return sorted(taken)


async def closed_loop(deliveries: Path, residents: int, seconds: int) -> list[float]:
    """Latencies in ms when every resident sends the next message once the last is answered."""
    lines = iter(deliveries.read_text().splitlines())
    taken: list[float] = []
    stop = time.perf_counter() + seconds
    async with aiohttp.ClientSession(f"http://127.0.0.1:{PORT}") as session:

        async def resident() -> None:
            while (begun := time.perf_counter()) < stop:
                path, body = next(lines).split("\t", 1)
                async with session.post(path, data=body.encode()) as answer:
                    await answer.read()
                taken.append((time.perf_counter() - begun) * 1000)

        await asyncio.gather(*(resident() for _ in range(residents)))
    return sorted(taken)


def p(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def rates(rounds: int, seconds: int, work: Path) -> dict[str, list[Run]]:
    results: dict[str, list[Run]] = {}
    for number in range(rounds):
        for name in ("bare", "wechatpy", "wechatpy-aes", "ours", "ours-aes"):
            deliveries = work / f"{name}.tsv"
            write_deliveries(deliveries, 4000 * seconds, sealed=name.endswith("aes"), first_id=number * 10**7)
            with serving(name, work / f"data-{name}-{number}"):
                drive(deliveries, 1)
                results.setdefault(name, []).append(drive(deliveries, seconds))
    return results


def latencies(work: Path) -> dict[str, float]:
    deliveries = work / "latency.tsv"
    data = work / "data-latency"
    write_deliveries(deliveries, 60_000, sealed=False, first_id=9 * 10**9)
    begun = time.perf_counter()
    with serving("ours", data) as process:
        ready = time.perf_counter() - begun
        steady = asyncio.run(offered(deliveries, 100, 15))
        loop_file = work / "loop.tsv"
        write_deliveries(loop_file, 60_000, sealed=False, first_id=10 * 10**9)
        closed = asyncio.run(closed_loop(loop_file, 50, 10))
        memory = resident_mb(process.pid)
    return {
        "first start to listening, s": ready,
        "100/s offered: median, ms": p(steady, 0.5),
        "100/s offered: p99, ms": p(steady, 0.99),
        "50 residents, closed loop: median, ms": p(closed, 0.5),
        "50 residents, closed loop: p99, ms": p(closed, 0.99),
        "50 residents, closed loop: messages/s": len(closed) / 10,
        "resident memory after it, MB": memory,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        measured = rates(chosen.rounds, chosen.seconds, work)
        bare = [run.rate for run in measured["bare"]]
        table = {
            name: {
                "messages/s": round(statistics.median(run.rate for run in runs)),
                "of bare": round(
                    statistics.median(run.rate / base for run, base in zip(runs, bare, strict=True)), 3
                ),
                "refused": sum(run.errors for run in runs),
            }
            for name, runs in measured.items()
        }
        times = {name: round(value, 1) for name, value in latencies(work).items()}
    if chosen.json:
        print(json.dumps({"rates": table, "times": times}, ensure_ascii=False, indent=2))
        return
    for name, row in table.items():
        print(f"{name:14} {row['messages/s']:>7}/s  {row['of bare']:.3f} of bare  refused {row['refused']}")
    for name, value in times.items():
        print(f"{name:40} {value}")


if __name__ == "__main__":
    main()
