"""Following a complaint in Chromium: every look, every width, with and without script, from arriving to closing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.links import Links
from bot.office import Office, open_office
from config.secrets import Keys, load_keys
from config.settings import Settings
from domain.complaints.terms import ComplaintKind, Identity
from domain.errors import StaffExists
from domain.ids import blind_name
from storage.sealing import Sealer
from tests.e2e.conftest import Opener, keep
from tests.e2e.test_pages import LOOKS, SMALL_LETTERS, SMALL_TARGETS
from tests.support import files
from tests.support.filed import OWNER, file_case, lead_to, staffed
from tests.support.server import Server
from tests.web.test_following import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe


@dataclass
class Shelf:
    """Complaints in the running server's database, written there by another process: this one."""

    settings: Settings
    keys: Keys
    filed: dict[str, str] = field(default_factory=dict)

    def put(self, goal: str = "", owner: str = OWNER, **told: object) -> tuple[str, str]:
        """Number and query code of a new complaint that has come as far as ``goal``."""
        with ThreadPoolExecutor(1) as apart:  # the browser's own loop runs in this thread
            return apart.submit(lambda: asyncio.run(self._put(goal, owner, told))).result()

    def link(self, page: str = "/p/complaints") -> str:
        """A personal link as the chat would send it."""
        return Links(Sealer(self.keys.for_use("links"))).personal(page, OWNER, int(time.time()))

    async def _put(self, goal: str, owner: str, told: dict[str, Any]) -> tuple[str, str]:
        async with open_office(self.settings) as office:
            await self._staff(office)
            name = blind_name(self.keys.naming, owner)
            filing = await file_case(office, office.library, name, **told)
            if goal:
                await lead_to(office, filing.number, goal)
            return filing.number, filing.code

    async def _staff(self, office: Office) -> None:
        with suppress(StaffExists):
            await staffed(office)


@pytest.fixture(scope="session")
def shelf(server: Server) -> Shelf:
    settings = Settings(_env_file=None, data_dir=server.log.parent, wechat_token="t0ken")
    return Shelf(settings, load_keys(settings))


GOALS = ("need_info", "in_progress", "looked_at", "answered", "not_accepted")
PAGES: dict[str, Callable[[dict[str, str]], str]] = {
    "list": lambda _: "/p/complaints",
    **{goal: lambda n, goal=goal: f"/p/complaints/{n[goal]}" for goal in GOALS},
    "supplement": lambda n: f"/p/complaints/{n['need_info']}/supplement",
    "withdraw": lambda n: f"/p/complaints/{n['in_progress']}/withdraw",
    "rate": lambda n: f"/p/complaints/{n['answered']}/rate",
    "object": lambda n: f"/p/complaints/{n['not_accepted']}/object",
    "cannot": lambda n: f"/p/complaints/{n['in_progress']}/rate",
    "me": lambda _: "/p/me",
    "correct": lambda n: f"/p/me/correct/{n['in_progress']}",
    "delete": lambda n: "/p/me/delete/all",
    "privacy": lambda _: "/p/privacy",
}


@pytest.fixture(scope="session")
def numbers(shelf: Shelf) -> dict[str, str]:
    """One case of the resident for each of GOALS."""
    return {goal: shelf.put(goal)[0] for goal in GOALS}


@pytest.fixture
def open_own(open_page: Opener, shelf: Shelf, server: Server) -> Callable[..., Page]:
    """Opens a page in the hand of the resident, who came by a link out of the chat."""

    def open_as(path: str, look: str = "light", **more: Any) -> Page:
        cookie, scheme, _ = LOOKS[look]
        page = open_page(shelf.link(), display=cookie, scheme=scheme, **more)
        page.goto(server.base + path)
        return page

    return open_as


@pytest.mark.parametrize("look", ["light", "dark", "elder", "elder-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_clean_and_fits(
    open_own: Callable[..., Page], numbers: dict[str, str], name: str, look: str
) -> None:
    page, smallest = open_own(PAGES[name](numbers), look, height=667), LOOKS[look][2]
    keep(page, f"following-{name}-{look}", full=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width, height in ((375, 667), (320, 667), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if width == 375:
            assert page.evaluate(SMALL_TARGETS, smallest) == []
        if "elder" in look:
            assert page.evaluate(SMALL_LETTERS, 24) == []
    if look == "light":
        keep(page, f"following-{name}-wide")


@pytest.mark.parametrize("script", [True, False])
def test_a_case_is_followed_to_its_end(
    open_own: Callable[..., Page], shelf: Shelf, tmp_path: Path, script: bool
) -> None:
    number, _ = shelf.put("need_info")
    page = open_own(f"/p/complaints/{number}", script=script)
    page.get_by_role("link", name="补充材料").click()
    page.get_by_label("要补充的话").fill("验收单的照片在这里。")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(files.jpeg(1200, 900))
    page.get_by_label("图片和 PDF").set_input_files(photo)
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_role("status")).to_contain_text("补充的收到了")
    shown = page.get_by_role("img", name="第 1 张图片")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("e => e.naturalWidth") > 0
    page.get_by_role("button", name="催办").click()
    expect(page.get_by_role("status")).to_contain_text("催了")
    expect(page.get_by_text("起可以再催")).to_be_visible()
    expect(page.get_by_role("button", name="催办")).to_have_count(0)
    page.get_by_role("link", name="撤回").click()
    page.get_by_role("link", name="不撤回").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("等窗口受理")
    page.get_by_role("link", name="撤回").click()
    page.get_by_role("button", name="撤回投诉").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已撤回，不再办理")
    expect(page.get_by_role("img", name="第 1 张图片")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_is_rated_in_two_taps(open_own: Callable[..., Page], shelf: Shelf, script: bool) -> None:
    number, _ = shelf.put("answered")
    page = open_own(f"/p/complaints/{number}", script=script)
    page.get_by_role("link", name="评价").click()
    page.get_by_label("部分解决").check(force=True)
    page.get_by_label("满意", exact=True).check(force=True)
    page.get_by_role("button", name="交评价").click()
    expect(page.get_by_role("status")).to_contain_text("评价记下了")
    expect(page.get_by_text("您评价：部分解决，满意")).to_be_visible()


def test_going_back_and_sending_again_changes_nothing(open_own: Callable[..., Page], shelf: Shelf) -> None:
    number, _ = shelf.put("not_accepted")
    page = open_own(f"/p/complaints/{number}/object")
    page.get_by_label("哪里不服").fill("法院没有受理这件事。")
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("等窗口受理")
    page.go_back()
    page.go_forward()
    page.reload()
    expect(page.get_by_text("您提出了异议")).to_have_count(1)


@pytest.mark.parametrize("script", [True, False])
def test_number_and_code_open_the_door(open_page: Opener, shelf: Shelf, script: bool) -> None:
    number, code = shelf.put(kind=ComplaintKind.TIP, identity=Identity.ANONYMOUS, name="", phone="")
    page = open_page("/p/complaints", script=script)
    keep(page, "following-door", full=True)
    page.get_by_label("受理编号").fill(number.lower())
    page.get_by_label("查询码").fill(code.lower())
    page.get_by_role("button", name="查进度").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("等窗口受理")
    expect(page.get_by_text("匿名提交，这里没有您的姓名和手机号")).to_be_visible()


def test_the_keyboard_gets_everywhere(open_own: Callable[..., Page], numbers: dict[str, str]) -> None:
    page = open_own(f"/p/complaints/{numbers['answered']}/rate")
    page.get_by_label("解决了").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("解决了")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("很满意")).to_be_checked()
    outline = "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_paper_shows_the_case_and_no_buttons(open_own: Callable[..., Page], numbers: dict[str, str]) -> None:
    page = open_own(f"/p/complaints/{numbers['looked_at']}", "dark")
    page.emulate_media(media="print")
    expect(page.get_by_text("查看了您的姓名和电话")).to_be_visible()
    expect(page.get_by_text("大棚改造验收合格")).to_be_visible()
    expect(page.locator(".actionbar")).to_be_hidden()
    expect(page.get_by_text("我的其他投诉")).to_be_hidden()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.holder')).backgroundColor")
        == "rgb(255, 255, 255)"
    )


def test_nothing_that_was_written_runs(open_own: Callable[..., Page], shelf: Shelf) -> None:
    wild = " ".join(HOSTILE)
    number, _ = shelf.put("in_progress", story=wild, respondent=wild[:200], place=wild)
    page = open_own("/p/complaints")
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    address = page.url + f"/{number}"
    page.goto(f"{address}/supplement")
    page.get_by_label("要补充的话").fill(wild)
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_text(HOSTILE[0]).first).to_be_visible()
    for path in ("", "/withdraw", "/supplement"):
        page.goto(address + path)
    assert opened == []


def test_chosen_files_are_shown_and_can_be_left_out(
    open_own: Callable[..., Page], shelf: Shelf, tmp_path: Path
) -> None:
    number, _ = shelf.put()
    page = open_own(f"/p/complaints/{number}/supplement")
    for name, content in (
        ("a.jpg", files.jpeg(300, 200)),
        ("b.jpg", files.jpeg(200, 300)),
        ("c.pdf", files.pdf()),
    ):
        (tmp_path / name).write_bytes(content)
    chosen = page.locator("[data-chosen] li")
    expect(page.locator("[data-chosen-pick]")).to_have_text("选图片或 PDF")
    expect(page.locator("#files")).to_have_class("vh")  # no button in the browser's own language
    page.get_by_label("图片和 PDF").set_input_files([tmp_path / name for name in ("a.jpg", "b.jpg", "c.pdf")])
    expect(chosen).to_have_count(3)
    expect(chosen.locator("canvas")).to_have_count(2)
    expect(chosen.nth(2)).to_contain_text("c.pdf")
    keep(page, "following-supplement-chosen", full=True)
    page.get_by_role("button", name="不交第 1 个文件").click()
    expect(chosen).to_have_count(2)
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_text("材料 2 件")).to_be_visible()
    expect(page.get_by_role("img", name="第 1 张图片")).to_be_visible()
    expect(page.get_by_role("link", name="PDF 文件 1")).to_be_visible()
