"""The stand-in for the platform as its own process, the way a developer starts it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Any

from config.settings import ROOT
from tests.support.server import free_port


class StandIn:
    """Listens on a port of its own until it is stopped."""

    def __init__(self, kind: str = "service") -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-u", "-m", "tests.platform", "--port", str(self.port), "--kind", kind]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.process.poll() is None, self.process.stdout and self.process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def env(self) -> dict[str, str]:
        """What it prints for ``.env``."""
        assert self.process.stdout
        env: dict[str, str] = {}
        while "SIMULATOR" not in env:
            name, mark, value = self.process.stdout.readline().strip().partition("=")
            if mark:
                env[name] = value
        return env

    def act(self, name: str, **body: Any) -> None:
        request = urllib.request.Request(
            f"{self.base}/stand-in/{name}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()
