"""The product as its own process, on loopback, for tests that kill it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from config.settings import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """Starts, kills and starts again on the same data."""

    def __init__(self, data: Path, **env: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data / "server.log"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("WECHAT_")}
        self.env = clean | {"DATA_DIR": str(data), "PORT": str(self.port), "WECHAT_TOKEN": "t0ken", **env}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the port answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "run.py"], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )
        self._wait_for_port(self.process)

    def _wait_for_port(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def wait_for(self, words: str) -> str:
        """The log once ``words`` stand in it."""
        deadline = time.monotonic() + 10
        while words not in (told := self.log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return told

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(20)


class WarmServer(Server):
    """One that loads its knowledge once and is forked for every start (``tests.support.warm``)."""

    pid = 0

    def start(self) -> None:
        if self.process is None:
            command = [sys.executable, "-m", "tests.support.warm"]
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    command, cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
                )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.pid = int(self.process.stdout.readline() or 0)
        self._wait_for_port(self.process)

    def kill(self) -> None:
        """kill -9 what was forked."""
        os.kill(self.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{self.pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        self.pid = 0

    def close(self) -> None:
        if self.pid:
            self.kill()
        if self.process:
            self.process.kill()
            self.process.communicate()
