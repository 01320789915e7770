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
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
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
