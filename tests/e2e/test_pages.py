"""The phone pages in Chromium: in every look, at every width, with and without script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import Opener, keep

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

PAGES = {
    "policies": "/p/policies",
    "search": "/p/policies?q=修复",
    "nothing": "/p/policies?q=没有这样的词儿",
    "policy": "/p/policies/repair-wait-tiers",
    "repealed": "/p/policies/repair-order-58",
    "stories": "/p/stories",
    "story": "/p/stories/zengzi-sha-zhi",
    "sayings": "/p/sayings",
    "privacy": "/p/privacy",
    "display": "/p/display",
    "signin": "/p/signin",
}
# name: cookie, colour scheme of the phone, smallest side of a target in CSS pixels
LOOKS = {
    "light": ("", "light", 44),
    "dark": ("", "dark", 44),
    "chosen-dark": ("dark..0", "light", 44),
    "large": ("..2", "light", 44),
    "elder": (".elder.0", "light", 60),
    "elder-dark": ("dark.elder.0", "light", 60),
}

SMALL_TARGETS = """smallest => [...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
  .filter((e) => e.getClientRects().length && !e.closest(".vh"))
  .map((e) => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest - 0.5 || box.width < smallest - 0.5)
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
SMALL_LETTERS = """smallest => [...document.querySelectorAll("body *")]
  .filter((e) => e.getClientRects().length && !e.closest(".vh, svg"))
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  .filter((e) => parseFloat(getComputedStyle(e).fontSize) < smallest)
  .map((e) => e.outerHTML.slice(0, 120))"""


def dressed(open_page: Opener, name: str, look: str, **more: Any) -> Page:
    """A page in a look."""
    cookie, scheme, _ = LOOKS[look]
    return open_page(PAGES[name], display=cookie, scheme=scheme, **more)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: Opener, name: str, look: str) -> None:
    page = dressed(open_page, name, look)
    keep(page, f"{name}-{look}", full=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_every_width(open_page: Opener, name: str, look: str) -> None:
    page, smallest = dressed(open_page, name, look), LOOKS[look][2]
    for width in (375, 320, 430, 1280):
        page.set_viewport_size({"width": width, "height": 812})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if width == 375:
            assert page.evaluate(SMALL_TARGETS, smallest) == []
        if "elder" in look:
            assert page.evaluate(SMALL_LETTERS, 24) == []


def test_paper_is_light_even_when_the_phone_is_dark(open_page: Opener) -> None:
    page = dressed(open_page, "policy", "chosen-dark")
    page.emulate_media(media="print")
    colours = page.evaluate(
        "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    note = page.locator(".basis .note").first
    assert note.evaluate("e => getComputedStyle(e).color") == "rgb(68, 68, 68)"
    expect(page.get_by_role("navigation", name="相关的问题")).to_be_hidden()


def test_results_follow_typing(open_page: Opener) -> None:
    page = open_page("/p/policies")
    status = page.get_by_role("status")
    everything = status.inner_text()
    page.get_by_label("搜索政策").press_sequentially("征信", delay=30)
    expect(status).to_contain_text("按相关排列")
    assert status.inner_text() != everything
    expect(page.locator("mark").first).to_have_text("征信")
    expect(page.get_by_label("搜索政策")).to_be_focused()
    assert "q=" in page.url
    page.get_by_role("link", name="企业").click()
    expect(page.get_by_label("搜索政策")).to_have_value("征信")


def test_what_is_asked_most_is_one_tap_away_and_gives_way_to_a_search(open_page: Opener) -> None:
    page = open_page("/p/policies")
    common = page.get_by_role("navigation", name="大家常问")
    expect(common.get_by_role("link")).to_have_count(5)
    page.get_by_label("搜索政策").press_sequentially("征信", delay=30)
    expect(common).to_be_hidden()
    page.get_by_label("搜索政策").fill("")
    expect(common).to_be_visible()
    wanted = common.get_by_role("link").first
    address = wanted.get_attribute("href")
    wanted.click()
    expect(page.get_by_role("heading", name="依据")).to_be_visible()
    assert address and page.url.endswith(address)


def test_without_script_everything_still_works(open_page: Opener) -> None:
    page = open_page("/p/policies", script=False)
    page.get_by_label("搜索政策").fill("修复")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("mark").first).to_have_text("修复")
    page.locator("article a").first.click()
    expect(page.get_by_role("heading", name="依据")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()
    page.get_by_role("button", name="换成长辈版").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    expect(page.locator("[data-speak]")).to_be_hidden()
    page.get_by_role("button", name="回到普通版").click()
    expect(page.locator("html")).not_to_have_attribute("data-mode", "elder")


def test_letters_grow_and_the_page_stays(open_page: Opener) -> None:
    page = open_page("/p/stories/zengzi-sha-zhi")
    size = "parseFloat(getComputedStyle(document.querySelector('.story-body')).fontSize)"
    before = page.evaluate(size)
    page.get_by_label("字大一点").click()
    expect(page.locator("html")).to_have_attribute("data-size", "1")
    assert page.evaluate(size) > before
    assert page.url.endswith("/p/stories/zengzi-sha-zhi")
    page.get_by_label("字大一点").click()
    expect(page.get_by_label("字大一点")).to_be_disabled()


def test_settings_are_kept_and_lead_back(open_page: Opener) -> None:
    page = open_page("/p/display?next=/p/sayings")
    page.get_by_label("深色").check()
    page.get_by_role("button", name="就这样").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/p/sayings")


def test_reading_aloud_can_be_paused(open_page: Opener) -> None:
    page = open_page("/p/stories/zengzi-sha-zhi")
    button = page.locator("[data-speak]")
    expect(button).to_have_text("朗读")
    page.evaluate("speechSynthesis.speak = () => {}")
    button.click()
    expect(button).to_have_text("暂停")
    button.click()
    expect(button).to_have_text("朗读")
