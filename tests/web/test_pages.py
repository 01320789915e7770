"""The phone pages as a browser gets them."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from time import perf_counter

import pytest
from markupsafe import escape
from yarl import URL

from bot.service import Assistant
from domain.clock import ManualClock
from domain.entries import Standing
from services.desk import Desk
from tests.web.conftest import Client
from tests.web.reading import read
from web.assets import STATIC


def _policies_in(targets: tuple[str, ...], desk: Desk) -> list[str]:
    """The first five policies among targets that are still there."""
    names = [target.removeprefix("policy:") for target in dict.fromkeys(targets)]
    return [name for name in names if name in desk.library.policies][:5]


async def html_of(client: Client, path: str, **headers: str) -> str:
    response = await client.get(path, headers=headers)
    assert response.status == 200, path
    return await response.text()


async def test_every_kind_of_page_opens_within_its_limits(client: Client, pages: list[str]) -> None:
    for path in pages:
        html = await html_of(client, path)
        page = read(html)
        assert 0 < len(page.one("title").text) <= 8, path
        assert len(page.all("h1")) == 1, path
        assert page.one("html").attributes["lang"] == "zh-CN"
        assert "user-scalable" not in html
        assert {"style", "onclick", "onload", "onsubmit"}.isdisjoint(
            a for e in page.elements for a in e.attributes
        )
        assert not page.all("style")
        assert all(script.attributes.get("src") for script in page.all("script")), path


async def test_a_page_with_all_it_needs_stays_under_60_kilobytes(client: Client, pages: list[str]) -> None:
    for path in pages:
        html = await html_of(client, path)
        total = len(html.encode())
        for element in read(html).elements:
            source = element.attributes.get("src" if element.name == "script" else "href", "")
            if element.name in ("script", "link") and source.endswith((".js", ".css")):
                total += len(await (await client.get(source)).read())
        assert total < 60_000, path


async def test_nothing_is_asked_of_another_host(client: Client, pages: list[str]) -> None:
    for path in pages:
        page = read(await html_of(client, path))
        for name in ("src", "href", "action", "poster", "srcset"):
            assert all(value.startswith(("/", "tel:", "#")) for value in page.values(name)), path


async def test_every_link_and_picture_leads_somewhere(client: Client, pages: list[str], desk: Desk) -> None:
    entries = [f"/p/policies/{name}" for name in list(desk.library.policies)[::40]]
    stories = [f"/p/stories/{name}" for name in list(desk.library.stories)[::20]]
    wanted = set()
    for path in [*pages, *entries, *stories]:
        page = read(await html_of(client, path))
        wanted |= {v for name in ("href", "src") for v in page.values(name) if v.startswith("/")}
    for address in sorted(wanted):
        assert (await client.get(address)).status == 200, address


async def test_every_entry_has_a_page(client: Client, desk: Desk) -> None:
    for policy in desk.library.policies.values():
        html = await html_of(client, f"/p/policies/{policy.id}")
        assert str(escape(policy.question)) in html
        assert "{{" not in html
    for story in desk.library.stories.values():
        assert str(escape(story.moral)) in await html_of(client, f"/p/stories/{story.id}")


@pytest.mark.parametrize("path", ["/p/policies/nothing", "/p/stories/..%2Fx", "/p/nothing", "/nothing"])
async def test_a_page_that_is_not_there_says_so(client: Client, path: str) -> None:
    response = await client.get(path)
    assert response.status == 404
    assert "没有这一页" in await response.text()


async def test_a_wrong_method_is_told_in_words(client: Client) -> None:
    response = await client.post("/p/policies")
    assert response.status == 405
    assert response.headers["Allow"] == "GET,HEAD"
    assert "这一页打不开" in await response.text()


async def test_a_page_that_breaks_says_whose_fault_it_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages._today", lambda _: 1 / 0)
    response = await client.get("/p/policies")
    text = await response.text()
    assert response.status == 500
    assert "问题在我们这边" in text
    assert "ZeroDivisionError" not in text


async def test_a_form_that_is_too_large_is_told_so(client: Client) -> None:
    form = BytesIO(b"next=" + b"x" * 2_000_000)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await client.post("/p/display", data=form, headers=headers)
    assert response.status == 413
    assert "没有收下" in await response.text()


async def test_the_bare_address_leads_to_the_simulator_at_home(client: Client) -> None:
    response = await client.get("/", allow_redirects=False)
    assert response.headers["Location"] == "/simulator"


async def test_machines_get_no_error_page(client: Client) -> None:
    response = await client.get("/static/000000000000/nothing.css")
    assert response.status == 404
    assert "<html" not in await response.text()


async def test_security_headers_stand_on_every_answer(client: Client, pages: list[str]) -> None:
    for path in [*pages, "/p/nothing", "/wechat", "/static/covers/zengzi-sha-zhi.svg", "/healthz"]:
        headers = (await client.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()", path
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        assert "default-src 'self'" in policy, path
        assert ("frame-ancestors 'self'" in policy) == path.startswith("/p/"), path


@pytest.mark.parametrize(
    "query",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "' OR 1=1 --", "\0\x07"],
)
async def test_what_is_searched_for_is_shown_as_text(client: Client, query: str) -> None:
    page = read(await (await client.get("/p/policies", params={"q": query})).text())
    assert all(script.attributes.get("src", "").startswith("/static/") for script in page.all("script"))
    assert not [image for image in page.all("img") if "onerror" in image.attributes]
    assert "49" not in page.one("h1").text
    field = next(e for e in page.all("input") if e.attributes.get("name") == "q")
    assert field.attributes["value"].strip("\0\x07") == query.strip("\0\x07")


@pytest.mark.parametrize("query", ["修", "修复", "修复 材料", "36号", "ＸＩＮ", "征信逾期"])
async def test_a_part_of_a_word_already_finds(client: Client, query: str) -> None:
    html = await html_of(client, f"/p/policies?q={query}")
    page = read(html)
    assert next(e for e in page.elements if e.attributes.get("role") == "status").text
    if query in ("修", "修复", "征信逾期"):
        assert page.all("article")
    if query in ("修", "修复"):
        assert {mark.text for mark in page.all("mark")} == {query}


async def test_the_question_a_resident_would_ask_comes_first(client: Client) -> None:
    page = read(await html_of(client, "/p/policies?q=罚款一万多多久能修复"))
    assert page.all("article")
    assert "公示多久能申请修复" in page.one("article").text


@pytest.mark.parametrize("mode", ["", ".elder.0"])
async def test_what_is_asked_most_stands_above_the_whole_library(
    client: Client, assistant: Assistant, desk: Desk, mode: str
) -> None:
    asked = ("policy:pc-five-years", "story:zengzi-sha-zhi", "policy:gone", *desk.library.popular)
    assistant.content.popular = tuple(dict.fromkeys(asked))
    page = read(await html_of(client, "/p/policies", **({"Cookie": f"display={mode}"} if mode else {})))
    assert ("data-mode" in page.one("html").attributes) == bool(mode)
    group = next(e for e in page.all("nav") if e.attributes.get("aria-label") == "大家常问")
    cells = [desk.library.policies[name].title for name in _policies_in(asked, desk)]
    assert [title for title in cells if title in group.text] == cells
    assert desk.library.stories["zengzi-sha-zhi"].title not in group.text
    first = next(iter(desk.library.policies))
    rows = [e.attributes["href"] for e in page.all("a") if e.attributes.get("class", "") != "cell"]
    assert next(href for href in rows if href.startswith("/p/policies/")) == f"/p/policies/{first}"


@pytest.mark.parametrize("mode", ["", ".elder.0"])
async def test_whoever_searches_can_narrow_it_by_audience_and_topic(client: Client, mode: str) -> None:
    cookie = {"Cookie": f"display={mode}"} if mode else {}
    page = read(await html_of(client, "/p/policies?q=修复&audience=merchant", **cookie))
    links = [e.attributes["href"] for e in page.all("a")]
    topics = [URL(each).query for each in links if "topic=credit_repair" in each]
    assert [(dict(each)["q"], each["audience"]) for each in topics] == [("修复", "merchant")]
    assert any("audience=" in each and "audience=merchant" not in each for each in links)


@pytest.mark.parametrize("query", ["q=征信", "topic=credit_repair", "audience=merchant", "page=2"])
async def test_whoever_looks_for_something_is_not_told_what_others_ask(client: Client, query: str) -> None:
    assert "大家常问" not in await html_of(client, f"/p/policies?{query}")


async def test_filters_hold_while_turning_pages(client: Client, desk: Desk) -> None:
    page = read(await html_of(client, "/p/policies?topic=credit_repair&audience=merchant"))
    following = next(e.attributes["href"] for e in page.all("a") if e.attributes.get("rel") == "next")
    assert "topic=credit_repair" in following
    assert "audience=merchant" in following
    seen = [e.attributes["href"] for e in page.all("a") if e.attributes["href"].startswith("/p/policies/")]
    for address in seen:
        policy = desk.library.policies[address.removeprefix("/p/policies/")]
        assert policy.topic.value == "credit_repair"
        assert "merchant" in {audience.value for audience in policy.audience}


@pytest.mark.parametrize("number", ["0", "-1", "999999999", "x", "²"])
async def test_a_page_number_out_of_range_shows_the_nearest(client: Client, number: str) -> None:
    assert read(await html_of(client, f"/p/policies?page={number}")).all("article")


async def test_what_is_repealed_is_badged_in_the_list_and_on_its_page(client: Client, desk: Desk) -> None:
    repealed = next(p for p in desk.library.policies.values() if p.standing is Standing.REPEALED)
    assert "badge badge-dead" in await html_of(client, f"/p/policies/{repealed.id}")
    assert "row row-dead" in await html_of(client, f"/p/policies?q={repealed.question}")


async def test_a_basis_that_was_repealed_says_what_took_its_place(client: Client, desk: Desk) -> None:
    library = desk.library
    policy, document = next(
        (policy, library.documents[c.document])
        for policy in library.policies.values()
        for c in policy.basis
        if library.documents[c.document].repealed_by
    )
    html = await html_of(client, f"/p/policies/{policy.id}")
    assert "已废止" in html
    assert library.documents[document.repealed_by].title in html


async def test_an_expired_entry_answers_as_past(client: Client, desk: Desk, clock: ManualClock) -> None:
    policy = next(p for p in desk.library.policies.values() if p.expires_on)
    assert policy.expires_on
    clock.at += timedelta(days=max(0, (policy.expires_on - clock.at.date()).days + 2))
    page = read(await html_of(client, f"/p/policies/{policy.id}"))
    lead = next(e for e in page.elements if e.attributes.get("class") == "lead")
    assert lead.text.replace("\u00a0", " ") == policy.expired_answer
    assert "已结束" in page.one("article").text


async def test_steps_and_points_of_the_body_are_drawn(client: Client, desk: Desk) -> None:
    policy = next(p for p in desk.library.policies.values() if "\n1. **" in p.body and "\n- " in p.body)
    html = await html_of(client, f"/p/policies/{policy.id}")
    assert '<ol class="steps">' in html
    assert '<ul class="points">' in html
    assert "**" not in html


async def test_the_day_chooses_the_saying_and_the_order(client: Client, clock: ManualClock) -> None:
    today = await html_of(client, "/p/stories")
    assert await html_of(client, "/p/stories") == today
    clock.at += timedelta(days=1)
    assert await html_of(client, "/p/stories") != today


async def test_stories_can_be_walked_from_the_first_to_the_last(client: Client, desk: Desk) -> None:
    address, seen = f"/p/stories/{next(iter(desk.library.stories))}", set()

    async def turn(way: str) -> str:
        links = read(await html_of(client, address)).all("a")
        return next((e.attributes["href"] for e in links if e.attributes.get("rel") == way), "")

    while before := await turn("prev"):
        address = before
    while address:
        seen.add(address)
        address = await turn("next")
    assert len(seen) == len(desk.library.stories)


async def test_shared_pages_carry_title_sentence_and_picture(client: Client, desk: Desk) -> None:
    story = next(iter(desk.library.stories.values()))
    html = await html_of(client, f"/p/stories/{story.id}")
    shown = dict(re.findall(r'<meta property="(og:[a-z]+)" content="([^"]*)">', html))
    assert shown["og:title"].startswith(story.title)
    assert shown["og:description"] == str(escape(story.summary))
    assert re.fullmatch(r"https?://[^/]+/static/covers/[a-z0-9-]+\.png", shown["og:image"])


async def test_a_page_that_did_not_change_is_not_sent_again(client: Client) -> None:
    first = await client.get("/p/policies")
    again = await client.get("/p/policies", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    assert await again.read() == b""


async def test_static_files_may_be_kept_for_good_and_change_their_address(client: Client) -> None:
    page = read(await html_of(client, "/p/policies"))
    sheets = [e.attributes["href"] for e in page.all("link") if e.attributes["rel"] == "stylesheet"]
    assert len(sheets) == 1
    response = await client.get(sheets[0])
    assert "immutable" in response.headers["Cache-Control"]
    assert ".mock" not in await response.text()
    outdated = await client.get(re.sub(r"/static/[0-9a-f]{12}/", "/static/0123456789ab/", sheets[0]))
    assert outdated.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["../pages.py", "js/../../pages.py", "css/base.css", "%2e%2e/pages.py"])
async def test_nothing_but_the_static_files_is_served(client: Client, path: str) -> None:
    response = await client.get(f"/static/0123456789ab/{path}")
    assert response.status == 404


async def test_every_story_has_its_covers(desk: Desk) -> None:
    missing = [
        story.id
        for story in desk.library.stories.values()
        for name in (f"{story.id}.svg", f"{story.id}-wide.svg", f"{story.id}.png")
        if not (STATIC / "covers" / name).exists()
    ]
    assert not missing, "run: python tools/draw_covers.py --missing"
    heaviest = max(path.stat().st_size for path in (STATIC / "covers").iterdir())
    assert heaviest < 16_000


async def test_a_cover_that_is_not_drawn_yet_is_neutral(client: Client) -> None:
    for name, kind in (
        ("new.svg", "image/svg+xml"),
        ("new-wide.svg", "image/svg+xml"),
        ("new.png", "image/png"),
    ):
        response = await client.get(f"/static/covers/{name}")
        assert (response.status, response.content_type) == (200, kind)
        assert response.headers["Cache-Control"] == "no-cache"


async def test_a_policy_page_is_made_in_under_five_milliseconds(client: Client, desk: Desk) -> None:
    path = f"/p/policies/{next(iter(desk.library.policies))}"
    await client.get(path)
    times = []
    for _ in range(15):
        began = perf_counter()
        await client.get(path)
        times.append(perf_counter() - began)
    assert min(times) < 0.005
