"""A real Chromium on the real process. Without either, the tests are skipped and say why."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.conftest import require
from tests.support.server import Server

if TYPE_CHECKING or os.environ.get("REQUIRE_SERVICES"):  # where services are promised, a missing one fails
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"

Opener = Callable[..., "Page"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("e2e"), SIMULATOR="on")
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import Error, sync_playwright

    found = shutil.which(CHROMIUM)
    require("chromium", bool(found), f"{CHROMIUM} is not there: apt-get install -y chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(
                executable_path=found, args=["--no-sandbox", "--hide-scrollbars"]
            )
        except Error as error:
            require("chromium", False, str(error).splitlines()[0])
            raise
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Opener]:
    """Opens an address in a browser of its own; the test fails on any console error or foreign request."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def is_ours(url: str) -> bool:
        return url.startswith(("data:", "about:")) or urlsplit(url).netloc == f"127.0.0.1:{server.port}"

    def open_in(
        path: str,
        width: int = 375,
        *,
        height: int = 812,
        display: str = "",
        scheme: str = "light",
        script: bool = True,
        answers: tuple[int, ...] = (),
    ) -> Page:
        """``answers``: HTTP statuses that the test asks for; Chromium reports them as errors of the page."""

        def is_expected(text: str) -> bool:
            return any(f"responded with a status of {status} " in text for status in answers)

        def hear(kind: str, text: str) -> None:
            if kind in ("error", "warning") and not is_expected(text):
                faults.append(text)

        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
            device_scale_factor=2 if width < 500 else 1,
        )
        contexts.append(context)
        if display:
            context.add_cookies([{"name": "display", "value": display, "domain": "127.0.0.1", "path": "/p/"}])
        page = context.new_page()
        page.on("console", lambda m: hear(m.type, m.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda r: None if is_ours(r.url) else faults.append(r.url))
        page.goto(server.base + path)
        return page

    yield open_in
    for context in contexts:
        context.close()
    assert not faults


def keep(page: Page, name: str, *, full: bool = False) -> None:
    """Leave a picture for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full)
