"""A newcomer in the simulator, with mouse, keyboard and a phone's screen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Opener, keep

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.e2e

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

ANSWERS = ".msg:not(.msg-me)"


def greeted(page: Page) -> Page:
    expect(page.locator(ANSWERS)).to_have_count(1)
    return page


def ask(page: Page, words: str) -> None:
    """Type, send and wait for the answer."""
    before = page.locator(ANSWERS).count()
    page.get_by_label("输入消息").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(ANSWERS)).to_have_count(before + 1)


def test_a_newcomer_is_greeted_and_shown_what_to_do(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    expect(page.locator(ANSWERS).first).to_contain_text("信用乌海助手")
    expect(page.locator(".tries button").first).to_be_visible()
    keep(page, "simulator-hello")
    page.locator(".tries button").first.click()
    expect(page.locator(ANSWERS)).to_have_count(2)


def test_on_a_phone_there_is_no_second_scrollbar(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 375, height=812))
    assert page.evaluate("document.documentElement.scrollHeight") == 812


def test_asking_clicking_a_choice_and_opening_its_page(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    ask(page, "处罚记录多久能修复")
    expect(page.locator(ANSWERS).last).to_contain_text("3 个月")
    expect(page.get_by_role("heading", name="决定")).to_be_visible()
    keep(page, "simulator-answer")
    page.locator(ANSWERS).last.locator("li a").first.click()
    expect(page.locator(ANSWERS)).to_have_count(3)
    expect(page.locator(".msg-me").last).not_to_contain_text("1 ")
    page.locator(ANSWERS).nth(1).get_by_role("link", name="看全文").click()
    frame = page.frame_locator("[data-view-frame]")
    expect(frame.get_by_role("heading", level=1)).to_contain_text("公示多久能申请修复")
    expect(page.locator("[data-view-title]")).to_have_text("信用修复")
    keep(page, "simulator-page")
    page.keyboard.press("Escape")
    expect(page.locator("[data-view]")).to_be_hidden()


def test_a_story_card_opens_its_page(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    ask(page, "曾子杀猪")
    keep(page, "simulator-story")
    page.locator(".artcard").click()
    frame = page.frame_locator("[data-view-frame]")
    expect(frame.get_by_role("heading", level=1)).to_have_text("曾子杀猪")
    page.get_by_label("关上网页").click()
    expect(page.locator("[data-view]")).to_be_hidden()


def test_a_number_picks_and_quick_replies_repeat_the_choices(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    ask(page, "处罚记录多久能修复")
    page.get_by_role("group", name="快捷回复").get_by_role("button", name="2", exact=True).click()
    expect(page.locator(ANSWERS)).to_have_count(3)
    expect(page.locator(".msg-me").last).to_have_text("2")


def test_delivering_again_changes_nothing(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    ask(page, "讲个故事")
    page.get_by_role("button", name="重发上一条").click()
    expect(page.locator(".stamp").last).to_have_text("同一条消息又送了一次，答复一字不差。")
    expect(page.locator(ANSWERS)).to_have_count(2)


def test_residents_stand_side_by_side(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    ask(page, "你好")
    page.get_by_role("button", name="居民乙").click()
    greeted(page)
    expect(page.locator(".msg-me")).to_have_count(0)
    page.get_by_role("button", name="居民甲").click()
    expect(page.locator(".msg-me")).to_have_text("你好")
    page.get_by_role("button", name="新居民关注").click()
    expect(page.get_by_role("button", name="居民戊")).to_have_attribute("aria-current", "true")
    greeted(page)
    page.reload()
    expect(page.get_by_role("button", name="居民戊")).to_have_attribute("aria-current", "true")
    expect(page.locator(ANSWERS)).to_have_count(1)


def test_pictures_places_and_voices_are_sent(open_page: Opener, tmp_path: Path) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    picture = Path(__file__).resolve().parents[2] / "web" / "static" / "art" / "mark.png"
    page.locator("[data-file]").set_input_files(picture)
    expect(page.locator(ANSWERS)).to_have_count(2)
    expect(page.locator(".msg-me img.sent")).to_have_attribute("src", re.compile("^data:image/png"))
    page.get_by_role("button", name="发位置").click()
    expect(page.locator(ANSWERS)).to_have_count(3)
    page.get_by_role("button", name="发语音").click()
    expect(page.locator(ANSWERS)).to_have_count(4)


def test_what_is_pushed_appears_by_itself(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    notice = {"type": "notice", "lines": ["WH26-7K4Q-9MZP3", "已受理"], "page": "/p/complaints"}
    pushed = {"next": 1, "messages": [notice]}

    def answer(route: Route) -> None:
        is_first = "since=0" in route.request.url and "sim_jia" in route.request.url
        route.fulfill(json=pushed if is_first else {"next": 1, "messages": []})

    page.route("**/simulator/arrivals*", answer)
    expect(page.locator(ANSWERS)).to_have_count(2, timeout=10_000)
    expect(page.locator(ANSWERS).last).to_contain_text("服务通知")
    expect(page.locator(ANSWERS).last).to_contain_text("已受理")
    keep(page, "simulator-notice")
    page.locator(ANSWERS).last.get_by_role("link", name="看详情").click()
    expect(page.locator("[data-view-title]")).to_have_text("我的投诉")


def test_the_menu_says_and_opens(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    page.get_by_label("切换到菜单").click()
    menu = page.get_by_role("navigation", name="公众号菜单")
    menu.get_by_role("button", name="投诉办事").click()
    keep(page, "simulator-menu")
    menu.get_by_role("button", name="我要投诉").click()
    expect(page.locator(ANSWERS)).to_have_count(2)
    menu.get_by_role("button", name="诚信故事").click()
    menu.get_by_role("button", name="全部故事").click()
    expect(page.locator("[data-view-title]")).to_have_text("诚信故事")


def test_what_a_resident_types_is_only_ever_text(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    ask(page, "<img src=x onerror=alert(1)><b>粗</b>")
    expect(page.locator(".msg-me .bubble")).to_have_text("<img src=x onerror=alert(1)><b>粗</b>")
    expect(page.locator("[data-log] b")).to_have_count(0)
    expect(page.locator("[data-panel] img")).to_have_count(0)


def test_the_keyboard_alone_is_enough(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 1280, height=800))
    page.keyboard.press("/")
    page.keyboard.type("你好")
    page.keyboard.press("Enter")
    expect(page.locator(ANSWERS)).to_have_count(2)
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("输入消息")).to_have_value("你好")


def test_a_phone_s_own_screen_is_filled(open_page: Opener) -> None:
    page = greeted(open_page("/simulator", 375))
    ask(page, "罚款一万多多久能修复")
    keep(page, "simulator-375")
    page.get_by_label("助手听懂了什么").first.click()
    expect(page.get_by_role("heading", name="候选")).to_be_visible()
    keep(page, "simulator-375-panel")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="候选")).to_be_hidden()
    page.get_by_label("居民和发送").click()
    page.get_by_role("button", name="居民丙").click()
    greeted(page)


@pytest.mark.parametrize("width", [320, 375, 430, 820, 1280])
def test_nothing_sticks_out_sideways(open_page: Opener, width: int) -> None:
    page = greeted(open_page("/simulator", width, height=800))
    ask(page, "处罚记录多久能修复")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing(open_page: Opener, scheme: str, width: int) -> None:
    page = greeted(open_page("/simulator", width, height=800, scheme=scheme))
    ask(page, "处罚记录多久能修复")
    ask(page, "曾子杀猪")
    keep(page, f"simulator-{width}-{scheme}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
