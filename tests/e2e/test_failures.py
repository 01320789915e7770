"""Pages that say what went wrong: as clean, and as well to read, as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import keep
from tests.e2e.test_pages import LOOKS, SMALL_LETTERS, SMALL_TARGETS
from tests.support.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: whoever guesses codes is locked out of it for half an hour."""
    started = Server(tmp_path_factory.mktemp("failures"), SIMULATOR="on")
    started.start()
    yield started
    started.stop()


def knock(page: Page, times: int = 1, token: str | None = None) -> None:
    """Try a query code that is none."""
    for _ in range(times):
        page.goto(page.url)
        page.get_by_label("受理编号").fill("WH26-0000-00000")
        page.get_by_label("查询码").fill("0000-0000")
        if token is not None:
            page.locator(".lookup [name=form_token]").evaluate("(e, value) => { e.value = value }", token)
        page.get_by_role("button", name="查进度").click()


FAILURES: dict[str, tuple[str, Callable[[Page], None], str]] = {
    "404": ("/p/nothing", lambda _: None, "没有这一页"),
    "closed": ("/p/complaints/WH26-0000-00000", lambda _: None, "这里还认不出是您"),
    "wrong-code": ("/p/complaints", knock, "没有查到"),
    "403": ("/p/complaints", lambda page: knock(page, token="0"), "没有办成，什么也没有变"),
    "expired": ("/p/complaints?t=expired", lambda _: None, "这个链接过期了"),
    "429": ("/p/complaints", lambda page: knock(page, 6), "试得太多"),
}


@pytest.mark.parametrize("look", ["light", "elder-dark"])
@pytest.mark.parametrize("name", FAILURES)
def test_what_went_wrong_is_clean_and_fits(browser: Browser, server: Server, name: str, look: str) -> None:
    cookie, _, smallest = LOOKS[look]
    path, go, words = FAILURES[name]
    context = browser.new_context(viewport={"width": 375, "height": 667}, device_scale_factor=2)
    if cookie:
        context.add_cookies([{"name": "display", "value": cookie, "domain": "127.0.0.1", "path": "/p/"}])
    page = context.new_page()
    page.goto(server.base + path)
    go(page)
    assert words in page.inner_text("body")
    keep(page, f"failure-{name}-{look}", full=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (375, 320, 1280):
        page.set_viewport_size({"width": width, "height": 667})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if width == 375:
            assert page.evaluate(SMALL_TARGETS, smallest) == []
        if "elder" in look:
            assert page.evaluate(SMALL_LETTERS, 24) == []
    context.close()
