"""The share card and the button that asks for a notice, in Chromium that says it is WeChat, with a JS-SDK of the test's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from config.settings import ROOT
from web.templating import build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.e2e
pytest.importorskip("playwright.sync_api")

PAGE = "http://xy.example.cn/p/complaints/WH26-7K4Q-9MZP3"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0.50"
SDK = """
window.shared = [];
window.wx = {
  config(given) { window.given = given; this.then?.(); },
  ready(then) { this.then = then; },
  updateAppMessageShareData(card) { window.shared.push(card); },
  updateTimelineShareData(card) { window.shared.push(card); },
};
"""
CARD = """
<meta property="og:title" content="曾子杀猪"><meta property="og:description" content="说过的话要算数">
<meta property="og:image" content="https://xy.example.cn/cover.png">
"""
SETTINGS = {"appId": "wx0", "timestamp": 1, "nonceStr": "n", "signature": "s"}


def html(head: str = "") -> str:
    macro = '{% from "parts.html" import notify %}{{ notify("NOTICE-1") }}'
    slot = build_site().env.from_string(macro).render()
    return f"<!doctype html><meta charset=utf-8>{head}{slot}<script type=module src=/weixin.js></script>"


def opened(browser: Browser, agent: str, *, status: int = 200, head: str = "") -> tuple[Page, list[str]]:
    """The page, and every address that was asked for."""
    page = browser.new_context(user_agent=agent).new_page()
    asked: list[str] = []

    def answer(route: Route) -> Any:
        url = route.request.url
        asked.append(url)
        if url.startswith("https://res.wx.qq.com/"):
            return route.fulfill(body=SDK, content_type="text/javascript")
        if "/wechat/jssdk" in url:
            return route.fulfill(status=status, body=json.dumps(SETTINGS), content_type="application/json")
        if url.endswith("/weixin.js"):
            return route.fulfill(path=ROOT / "web/static/js/weixin.js", content_type="text/javascript")
        return route.fulfill(body=html(head), content_type="text/html")

    page.route("**/*", answer)
    page.goto(PAGE)
    return page, asked


def agree(page: Page, status: str) -> None:
    details = json.dumps({"NOTICE-1": json.dumps({"status": status})})
    page.evaluate(
        """details => document.querySelector("wx-open-subscribe")
            .dispatchEvent(new CustomEvent("success", { detail: { subscribeDetails: details } }))""",
        details,
    )


def test_inside_wechat_the_button_shows_and_thanks_who_agrees(browser: Browser) -> None:
    page, asked = opened(browser, WECHAT)
    page.locator("[data-notify]:not([hidden])").wait_for(state="attached")
    assert page.evaluate("window.given.openTagList") == ["wx-open-subscribe"]
    assert page.evaluate("window.given.signature") == "s"
    assert any("xy.example.cn%2Fp%2Fcomplaints" in url for url in asked)
    agree(page, "cancel")
    assert page.locator("[data-agreed]").is_hidden()
    agree(page, "accept")
    assert page.locator("[data-agreed]").is_visible()
    page.context.close()


def test_elsewhere_nothing_is_loaded_and_nothing_shows(browser: Browser) -> None:
    page, asked = opened(browser, "Mozilla/5.0 Chrome/120")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-notify]").is_hidden()
    assert not any("res.wx.qq.com" in url or "jssdk" in url for url in asked)
    page.context.close()


def test_without_a_signature_the_page_stays_as_it_is(browser: Browser) -> None:
    page, asked = opened(browser, WECHAT, status=503)
    page.wait_for_load_state("networkidle")
    assert any("jssdk" in url for url in asked)
    assert page.locator("[data-notify]").is_hidden()
    page.context.close()


def test_a_page_that_describes_itself_is_passed_on_with_its_words_and_picture(browser: Browser) -> None:
    page, _ = opened(browser, WECHAT, head=CARD)
    page.wait_for_function("window.shared.length === 2")
    card = {
        "title": "曾子杀猪",
        "desc": "说过的话要算数",
        "link": PAGE,
        "imgUrl": "https://xy.example.cn/cover.png",
    }
    assert page.evaluate("window.shared") == [card, card]
    page.context.close()


def test_a_page_about_somebody_is_not_made_a_card_of(browser: Browser) -> None:
    page, _ = opened(browser, WECHAT)
    page.locator("[data-notify]:not([hidden])").wait_for(state="attached")
    assert page.evaluate("window.shared") == []
    page.context.close()
