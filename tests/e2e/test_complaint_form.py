"""The complaint form in Chromium: every look, with and without script, by keyboard, two tabs, no network."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.links import Links
from config.secrets import load_keys
from config.settings import Settings
from storage.sealing import Sealer
from tests.e2e.conftest import Opener, keep
from tests.e2e.test_pages import LOOKS, SMALL_LETTERS, SMALL_TARGETS
from tests.support import files
from tests.support.server import Server
from tests.web.test_complaint_form import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

HERE = "/p/complaints/new"
STORY = "示例培训班收了我家孩子的学费，说好不满意就退，三个月了不退钱。电话13912345678。"
Visit = Callable[..., "Page"]
SMALL_ROWS = """smallest => [...document.querySelectorAll("label.check")]
  .filter((e) => e.getClientRects().length && e.getBoundingClientRect().height < smallest - 0.5)
  .map((e) => e.textContent)"""
residents = itertools.count()


@pytest.fixture
def visit(open_page: Opener, server: Server) -> Visit:
    """Opens the form in the hand of a new resident, who came by a link out of the chat."""
    settings = Settings(_env_file=None, data_dir=server.log.parent, wechat_token="t0ken")
    links = Links(Sealer(load_keys(settings).for_use("links")))

    def open_form(look: str = "light", **more: Any) -> Page:
        cookie, scheme, _ = LOOKS[look]
        link = links.personal(HERE, f"o-示例-{next(residents)}", int(time.time()))
        return open_page(link, display=cookie, scheme=scheme, **({"height": 667} | more))

    return open_form


def on(page: Page) -> None:
    page.locator("button.btn-primary").click()


def choose(page: Page, label: str) -> None:
    page.get_by_label(label).focus()
    page.keyboard.press("Space")
    expect(page.get_by_label(label)).to_be_checked()


def tell_matter(page: Page, story: str = STORY) -> None:
    """The first step, filled in as slowly as the form wants it."""
    choose(page, "商务诚信")
    page.get_by_label("发生了什么").fill(story)
    page.wait_for_timeout(5100)  # a form that comes back sooner was not filled in by anybody
    on(page)


def tell_whom(page: Page) -> None:
    page.get_by_label("要投诉的是谁").fill("示例培训班")
    choose(page, "不到 14 周岁")
    page.get_by_label("在哪里").fill("示例路 1 号")
    choose(page, "海勃湾区")
    on(page)


def hand_in(page: Page, *, script: bool) -> None:
    photo = {"name": "合同.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(900, 700)}
    film = {"name": "大棚.mov", "mimeType": "video/quicktime", "buffer": files.MP4}
    paper = {"name": "办法.pdf", "mimeType": "application/pdf", "buffer": files.pdf()}
    if script:
        page.locator("[data-tiles] input[data-send]").first.set_input_files([photo, film])
        expect(page.locator(".field-error")).to_contain_text("“大棚.mov”")
        page.locator("label.pick input").set_input_files(paper)
    else:
        page.get_by_label("选图片").set_input_files([photo, film])
        page.locator("#f-documents").set_input_files(paper)
        page.get_by_role("button", name="先传上去").click()
        expect(page.locator(".field-error")).to_contain_text("“大棚.mov”")
    expect(page.get_by_role("img", name="第 1 张图片")).to_have_js_property("complete", True)
    expect(page.get_by_text("已传好")).to_have_count(1)


def in_a_row(told: str) -> bool:
    """A tick: the whole row is what one touches."""
    return 'type="checkbox"' in told


def look_at(page: Page, name: str, look: str) -> None:
    """Axe, targets, letters and widths of the screen as it stands; they need a script to be measured."""
    keep(page, f"form-{name}-{look}", full=True)
    if look == "no-script":
        return
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    size, smallest = page.viewport_size, LOOKS[look][2]
    for width, height in ((375, 667), (320, 667), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        if width == 375:
            small = page.evaluate(SMALL_TARGETS, smallest)
            assert [each for each in small if not in_a_row(each)] == []
            assert page.evaluate(SMALL_ROWS, smallest) == []
        if "elder" in look:
            assert page.evaluate(SMALL_LETTERS, 24) == []
    keep(page, f"form-{name}-{look}-wide")
    assert size
    page.set_viewport_size(size)


@pytest.mark.parametrize("look", ["light", "no-script", "dark", "elder"])
def test_every_screen_is_clean_and_leads_to_a_number(visit: Visit, look: str) -> None:
    script = look != "no-script"
    page = visit(look if script else "light", script=script)
    look_at(page, "1", look)
    on(page)
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("这 2 处还要改")
    look_at(page, "1-wrong", look)
    tell_matter(page)
    expect(page.get_by_role("heading", name="买东西、消费吃亏")).to_be_visible()
    look_at(page, "door", look)
    on(page)
    look_at(page, "2", look)
    page.get_by_label("要投诉的是谁").fill("店")
    on(page)
    expect(page.locator(".field-error").first).to_contain_text("至少 2 个字")
    tell_whom(page)
    look_at(page, "3", look)
    hand_in(page, script=script)
    look_at(page, "3-held", look)
    on(page)
    look_at(page, "4", look)
    page.get_by_label("监护人的电话").fill("1380")
    on(page)
    expect(page.get_by_label("监护人的电话")).to_have_value("1380")
    look_at(page, "4-wrong", look)
    page.get_by_label("监护人的电话").fill("１３９１２３４５６７８")
    on(page)
    expect(page.locator(".told")).not_to_contain_text("13912345678")
    look_at(page, "5", look)
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("这 2 处还要改")
    look_at(page, "5-wrong", look)
    page.get_by_text("我已看过个人信息告知").click()
    expect(page.get_by_label("我已看过")).to_be_checked()
    page.get_by_label("监护人同意").check()
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到您的投诉")
    look_at(page, "receipt", look)
    number = page.locator(".codes dd").first.inner_text()
    page.get_by_role("link", name="查看进度").click()
    expect(page.get_by_text(number)).to_be_visible()


def test_going_back_after_the_receipt_files_nothing_again(visit: Visit) -> None:
    page = visit()
    tell_matter(page, "示例装修公司收了八千定金，一直不来人。")
    page.get_by_label("要投诉的是谁").fill("示例装修公司")
    on(page)
    on(page)
    page.get_by_label("您的电话").fill("13800000001")
    on(page)
    page.get_by_label("我已看过").check()
    page.locator("button.btn-primary").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到您的投诉")
    number = page.locator(".codes dd").first.inner_text()
    page.go_back()
    page.go_forward()
    page.reload()
    expect(page.locator(".codes dd").first).to_have_text(number)
    page.goto(page.url.replace("/new/receipt", ""))
    expect(page.get_by_text(number)).to_have_count(1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_back_always_lands_on_a_page(visit: Visit, script: bool) -> None:
    page = visit(script=script)
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("处还要改")
    tell_matter(page, "示例装修公司收了八千定金，一直不来人。")
    expect(page.get_by_label("要投诉的是谁")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("发生了什么")).to_have_value("示例装修公司收了八千定金，一直不来人。")
    expect(page.get_by_role("alert")).to_have_count(0)
    on(page)
    page.get_by_label("要投诉的是谁").fill("示例装修公司")
    on(page)
    on(page)
    page.get_by_label("您的电话").fill("13800000001")
    on(page)
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("这一处还要改")
    page.get_by_label("我已看过").check()
    on(page)
    number = page.locator(".codes dd").first.inner_text()
    page.go_back()
    expect(page.get_by_role("status").first).to_contain_text(number)
    page.get_by_role("link", name="看编号和查询码").click()
    expect(page.locator(".codes dd").first).to_have_text(number)


def test_what_is_typed_is_stored_by_itself_and_other_doors_are_offered(visit: Visit) -> None:
    page = visit(answers=(429,))
    page.get_by_label("发生了什么").press_sequentially("老板拖欠工资三个月了", delay=20)
    expect(page.locator("[data-count]")).to_have_text("10 / 2000")
    expect(page.locator("[data-status]")).to_have_text("草稿已存好，可以随时离开", timeout=15000)
    expect(page.locator("[data-door-hint]")).to_contain_text("劳动监察")
    page.reload()
    expect(page.get_by_label("发生了什么")).to_have_value("老板拖欠工资三个月了")


def test_no_network_is_told_and_the_text_stays(visit: Visit) -> None:
    page = visit(answers=(429, 503))
    page.route("**/draft?step=1", lambda route: route.fulfill(status=503, json={}))
    page.get_by_label("发生了什么").fill("示例装修公司收了定金不来人")
    expect(page.locator("[data-status]")).to_have_text("没有存上，先别关这一页", timeout=15000)
    page.unroute("**/draft?step=1")
    page.get_by_label("发生了什么").press_sequentially("，一直这样")
    expect(page.locator("[data-status]")).to_have_text("草稿已存好，可以随时离开", timeout=15000)


def test_second_tab_shows_what_the_first_wrote(visit: Visit) -> None:
    page = visit(script=False)
    tell_matter(page, "示例装修公司收了八千定金，一直不来人。")
    page.goto(page.url.replace("step=2", "step=1"))
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_label("发生了什么").fill("第二页先写：示例装修公司不退定金。")
    on(second)
    page.get_by_label("发生了什么").fill("第一页后写：示例装修公司不接电话。")
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("这一步刚在别处改过")
    expect(page.locator("#o-story")).to_contain_text("第二页先写")
    expect(page.get_by_label("发生了什么")).to_have_value("第一页后写：示例装修公司不接电话。")
    keep(page, "form-overtaken", full=True)


def test_keyboard_alone_fills_in_a_step(visit: Visit) -> None:
    page = visit()
    page.get_by_text("先看看").locator("xpath=ancestor::summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("劳动监察")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("政务诚信")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("商务诚信")).to_be_checked()
    outline = "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Tab")
    page.keyboard.type("示例装修公司收了八千定金，一直不来人。")
    page.keyboard.press("Tab")
    page.wait_for_timeout(5100)
    page.keyboard.press("Enter")
    expect(page.get_by_label("要投诉的是谁")).to_be_visible()
    page.get_by_label("要投诉的是谁").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 有什么材料")).to_be_visible()


def test_focus_goes_to_what_is_wrong(visit: Visit) -> None:
    page = visit()
    on(page)
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("发生了什么")).to_be_focused()
    assert page.get_by_label("发生了什么").get_attribute("aria-describedby") == "h-story e-story"


def test_pictures_are_taken_back(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    tell_matter(page, "示例装修公司收了八千定金，一直不来人。")
    page.get_by_label("要投诉的是谁").fill("示例装修公司")
    on(page)
    hand_in(page, script=True)
    page.get_by_role("button", name="删掉第 1 张图片").click()
    expect(page.get_by_role("img", name="第 1 张图片")).to_have_count(0)
    page.get_by_role("button", name="删掉第 1 个 PDF").click()
    expect(page.get_by_text("已传好")).to_have_count(0)


def test_what_stops_an_upload_is_told(visit: Visit) -> None:
    page = visit(answers=(507,))
    tell_matter(page, "示例装修公司收了八千定金，一直不来人。")
    page.get_by_label("要投诉的是谁").fill("示例装修公司")
    on(page)
    full = page.content().replace(
        "<form ", '<div class="alert" role="alert" tabindex="-1">眼下存不下新文件</div><form ', 1
    )
    page.route("**/new?step=3", lambda route: route.fulfill(status=507, body=full, content_type="text/html"))
    photo = {"name": "合同.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(900, 700)}
    page.locator("[data-tiles] input[data-send]").first.set_input_files(photo)
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("[data-tiles] progress")).to_have_count(0)
    page.unroute("**/new?step=3")
    hand_in(page, script=True)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_nothing_that_is_typed_runs(visit: Visit) -> None:
    page = visit()
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    wild = "示例公司" + " ".join(PAYLOADS)
    tell_matter(page, wild)
    page.get_by_label("要投诉的是谁").fill(wild[:100])
    page.get_by_label("在哪里").fill(wild[-100:])
    on(page)
    on(page)
    choose(page, "实名")
    page.locator("#f-name").fill(wild[:60])
    page.get_by_label("您的电话").fill(wild[:60])
    on(page)
    expect(page.locator(".field-error")).to_have_count(2)
    page.locator("#f-name").fill("示例周")
    page.get_by_label("您的电话").fill("13800000001")
    on(page)
    expect(page.locator(".told")).to_contain_text("<script>alert(1)</script>")
    page.get_by_label("我已看过").check()
    on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到您的投诉")
    assert opened == []
