"""Following one's own complaint on its page: what is seen, what is done, and what nobody else gets to see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import FormData
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.service import Assistant
from domain.clock import ManualClock
from domain.complaints.events import Command
from domain.complaints.terms import Action, ComplaintKind, Identity, State
from tests.support import files
from tests.support.filed import draft_of, lead_to
from tests.web.phones import NOBODYS, Phone, filed, hidden, owner_of, state_of, words_of
from tests.web.reading import read


async def test_what_one_filed_is_listed_newest_first(phone: Phone, assistant: Assistant) -> None:
    assert "您还没有投诉" in (await phone.get("/p/complaints"))[1]
    first = await filed(assistant, respondent="示例甲店")
    assistant.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
    second = await filed(assistant, "in_progress", respondent="示例乙局")
    _, html = await phone.get("/p/complaints")
    assert html.index(second.number) < html.index(first.number)
    assert "现在由示例区农牧水务局办理" in words_of(html)


STATES = {
    "": "等窗口受理 最迟告知是否受理 11月25日星期三 还剩2个工作日",
    "need_info": "请您补充材料 请在这天前补充 要补的材料 请补验收单的照片",
    "accepted": "已受理，窗口正在定由谁办 最迟交给承办单位",
    "dispatched": "已交由示例区农牧水务局办理 最迟答复 12月14日星期一 还剩15个工作日",
    "in_progress": "现在由示例区农牧水务局办理 最迟答复 12月14日星期一",
    "asked": "承办单位问您 验收单的编号是多少",
    "looked_at": "示例区农牧水务局查看了您的姓名和电话 被查看过1次",
    "suspended": "暂缓办理 要等鉴定、检测的结果 12月21日星期一",
    "reply_review": "答复写好了，窗口正在审核 最迟答复 12月14日",
    "answered": "有关单位已答复，请您评价 请在这天前评价 补贴款已于11月20日拨付",
    "not_accepted": "没有受理这一件 已进入诉讼 示例办法第六条 向承办法官提出 12月7日星期一",
    "transferred": "已转送示例市市场监督管理局 等它联系您",
}


@pytest.mark.parametrize("goal", STATES)
async def test_a_case_says_who_has_it_and_until_when(phone: Phone, assistant: Assistant, goal: str) -> None:
    filing = await filed(assistant, goal)
    status, html = await phone.get(f"/p/complaints/{filing.number}")
    assert status == 200
    for words in STATES[goal].split():
        assert words in words_of(html)
    if goal != "looked_at":
        assert "没有人查看过您的姓名和手机号" in words_of(html)


async def test_the_department_sees_no_phone_and_the_page_shows_just_that(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant)
    _, html = await phone.get(f"/p/complaints/{filing.number}")
    assert "大棚改造验收合格" in html
    assert "13812345678" not in html
    assert "示例赵大" not in html


async def test_anothers_case_and_no_case_are_the_same_nothing(phone: Phone, assistant: Assistant) -> None:
    other = await filed(assistant, openid="o-resident-b")
    for path in ("", "/supplement", "/withdraw", "/rate", "/object", "/reopen"):
        theirs = await phone.get(f"/p/complaints/{other.number}{path}")
        assert theirs == await phone.get(f"/p/complaints/{NOBODYS}{path}")
        assert theirs[0] == 404
        assert other.copy.respondent not in theirs[1]


ACTS = ("supplement", "urge", "withdraw", "object", "reopen", "rate", "revive")


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_acts_on_anothers_case(phone: Phone, assistant: Assistant, act: str) -> None:
    other = await filed(assistant, openid="o-resident-b")
    mine = await filed(assistant)
    fields = hidden((await phone.get(f"/p/complaints/{mine.number}/withdraw"))[1])
    for number in (other.number, NOBODYS):
        form = FormData({**fields, "text": "话"}, default_to_multipart=act == "supplement")
        answer = await phone.client.post(f"/p/complaints/{number}/{act}", data=form)
        assert answer.status == 404
    assert len((await assistant.complaints.read(other.number)).events) == 1


async def test_a_number_and_its_code_open_a_case_that_nobody_is_known_for(
    stranger: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, kind=ComplaintKind.TIP, identity=Identity.ANONYMOUS, name="", phone="")
    assert (await stranger.get(f"/p/complaints/{filing.number}"))[0] == 404
    typed = filing.number.lower().replace("-", " ")
    answer = await stranger.send("/p/complaints", "/p/complaints", number=typed, code=filing.code.lower())
    assert answer.status == 303
    assert answer.headers["Location"] == f"/p/complaints/{filing.number}"
    status, html = await stranger.get(answer.headers["Location"])
    assert status == 200
    assert "匿名提交，这里没有您的姓名和手机号" in words_of(html)
    answer = await stranger.send(
        f"/p/complaints/{filing.number}/withdraw", f"/p/complaints/{filing.number}/withdraw"
    )
    assert answer.status == 303
    assert await state_of(assistant, filing.number) is State.WITHDRAWN


async def test_a_code_opens_one_case_and_no_other(stranger: Phone, assistant: Assistant) -> None:
    one, other = await filed(assistant), await filed(assistant)
    await stranger.send("/p/complaints", "/p/complaints", number=one.number, code=one.code)
    assert (await stranger.get(f"/p/complaints/{one.number}"))[0] == 200
    assert (await stranger.get(f"/p/complaints/{other.number}"))[0] == 404


async def test_a_wrong_code_and_a_number_of_nobody_are_answered_alike(
    stranger: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant)
    answers = []
    for number in (filing.number, NOBODYS):
        answer = await stranger.send("/p/complaints", "/p/complaints", number=number, code="0000-0000")
        answers.append((answer.status, (await answer.text()).replace(number, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert "没有查到" in answers[0][1]


async def test_an_incomplete_number_is_told_and_kept(stranger: Phone) -> None:
    answer = await stranger.send("/p/complaints", "/p/complaints", number="WH26-7K4Q", code="1")
    assert answer.status == 400
    html = await answer.text()
    assert "编号不完整" in html
    assert 'value="WH26-7K4Q"' in html


async def test_a_whole_number_with_a_wrong_character_is_not_called_incomplete(stranger: Phone) -> None:
    for number in ("WH26-7K4Q-9MZPU", "wh26 7k4q 9mzpu", "WH267K4Q9MZPU"):
        answer = await stranger.send("/p/complaints", "/p/complaints", number=number, code="4TXR-M2KD")
        html = await answer.text()
        assert "编号里有打错的字" in html
        assert "编号不完整" not in html


async def test_the_sixth_guess_is_not_even_looked_at_and_the_owner_still_gets_in(
    phone: Phone, stranger: Phone, assistant: Assistant, clock: ManualClock
) -> None:
    filing = await filed(assistant)
    for _ in range(5):
        answer = await stranger.send("/p/complaints", "/p/complaints", number=filing.number, code="0000-0000")
        assert answer.status == 404
    answer = await stranger.send("/p/complaints", "/p/complaints", number=filing.number, code=filing.code)
    assert answer.status == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 30 * 60 + 1
    assert "试得太多" in await answer.text()
    assert (await phone.get(f"/p/complaints/{filing.number}"))[0] == 200
    clock.advance(timedelta(minutes=31))
    answer = await stranger.send("/p/complaints", "/p/complaints", number=filing.number, code=filing.code)
    assert answer.status == 303


async def test_urging_is_done_once_and_the_page_says_from_when_again(
    phone: Phone, assistant: Assistant, clock: ManualClock
) -> None:
    filing = await filed(assistant, "in_progress")
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(case))[1])
    answers = [await phone.post(f"{case}/urge", **fields) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    file = await assistant.complaints.read(filing.number)
    assert [e.action for e in file.events].count(Action.URGE) == 1
    _, html = await phone.get(answers[0].headers["Location"])
    assert "催了" in words_of(html)
    assert "11月25日星期三起可以再催" in words_of(html)
    assert f"{case}/urge" not in html
    answer = await phone.post(f"{case}/urge", **fields | {"seen": str(len(file.events))})
    assert answer.status == 409
    assert "11月25日星期三起可以再催" in words_of(await answer.text())
    clock.advance(timedelta(days=2))
    await phone.arrive(assistant)
    assert f"{case}/urge" in (await phone.get(case))[1]


async def test_an_address_alone_claims_nothing_was_done(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    _, html = await phone.get(f"/p/complaints/{filing.number}?done=withdraw&refused=1.too_large")
    assert "撤回了" not in html


async def test_withdrawing_is_asked_once_more_and_ends_the_case(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "in_progress")
    case = f"/p/complaints/{filing.number}"
    _, html = await phone.get(f"{case}/withdraw")
    assert "撤回后不再办理" in html
    assert await state_of(assistant, filing.number) is State.IN_PROGRESS
    answer = await phone.post(f"{case}/withdraw", **hidden(html))
    assert answer.headers["Location"] == f"{case}?done=withdraw"
    _, html = await phone.get(answer.headers["Location"])
    assert "已撤回，不再办理" in words_of(html)
    assert "actionbar" not in html


async def test_what_happened_meanwhile_is_told_before_it_is_decided(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, "dispatched")
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/withdraw"))[1])
    await assistant.casework.act(filing.number, Command(Action.SIGN), "zhao")
    answer = await phone.post(f"{case}/withdraw", **fields)
    assert answer.status == 409
    html = await answer.text()
    assert "还没有撤回" in html
    assert "示例区农牧水务局已签收" in words_of(html)
    assert await state_of(assistant, filing.number) is State.IN_PROGRESS
    assert (await phone.post(f"{case}/withdraw", **hidden(html))).status == 303
    assert await state_of(assistant, filing.number) is State.WITHDRAWN


async def test_a_note_among_staff_is_no_news_to_the_resident(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "in_progress")
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/withdraw"))[1])
    await assistant.casework.act(filing.number, Command(Action.NOTE, "内部的话"), "zhao")
    assert (await phone.post(f"{case}/withdraw", **fields)).status == 303
    assert "内部的话" not in (await phone.get(case))[1]


def multipart(fields: dict[str, str], *uploads: bytes) -> FormData:
    form = FormData(fields, default_to_multipart=True)
    for number, content in enumerate(uploads):
        form.add_field("files", content, filename=f"示例赵大{number}.jpg", content_type="image/jpeg")
    return form


async def test_words_and_pictures_are_added_once_and_can_be_looked_at(
    phone: Phone, stranger: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, "need_info")
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/supplement"))[1]) | {"text": "验收单在这里。"}
    for _ in range(2):
        form = multipart(fields, files.jpeg())
        answer = await phone.client.post(f"{case}/supplement", data=form, allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"] == f"{case}?done=supplement"
    file = await assistant.complaints.read(filing.number)
    assert file.case.state is State.SUBMITTED
    assert [e.action for e in file.events].count(Action.SUPPLEMENT) == 1
    assert file.handed == 1
    assert len(list(assistant.vault.names())) == 2
    _, html = await phone.get(case)
    assert "验收单在这里。" in html
    assert "材料1件" in words_of(html)
    [picture] = {e.attributes["src"] for e in read(html).all("img")}
    answer = await phone.client.get(picture)
    assert answer.content_type == "image/jpeg"
    assert files.SECRET.encode() not in await answer.read()
    assert (await stranger.client.get(picture)).status == 404
    assert (await phone.client.get(picture.replace(filing.number, NOBODYS))).status == 404


async def test_a_document_is_only_ever_a_download(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    form = FormData(hidden((await phone.get(f"{case}/supplement"))[1]), default_to_multipart=True)
    form.add_field("files", files.pdf(), filename="a.pdf", content_type="application/pdf")
    assert (await phone.client.post(f"{case}/supplement", data=form)).status == 200
    links = [e.attributes["href"] for e in read((await phone.get(case))[1]).all("a")]
    [document] = [link for link in links if "/evidence/" in link]
    answer = await phone.client.get(document)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_evidence_is_gone_once_the_case_is_withdrawn(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/supplement"))[1])
    await phone.client.post(f"{case}/supplement", data=multipart(fields, files.jpeg()))
    [picture] = {e.attributes["src"] for e in read((await phone.get(case))[1]).all("img")}
    await phone.send(f"{case}/withdraw", f"{case}/withdraw")
    assert (await phone.client.get(picture)).status == 404
    assert "<img" not in (await phone.get(case))[1]


async def test_a_file_that_is_not_taken_is_told_and_the_rest_is_kept(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/supplement"))[1]) | {"text": "还有话说"}
    form = multipart(fields, files.jpeg(), files.HTML)
    answer = await phone.client.post(f"{case}/supplement", data=form)
    html = await answer.text()
    assert "第 2 个文件没有收。这个文件的内容和它的名称对不上" in html
    assert (await assistant.complaints.read(filing.number)).handed == 1


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_an_empty_supplement_is_no_supplement(phone: Phone, assistant: Assistant, text: str) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/supplement"))[1]) | {"text": text}
    answer = await phone.client.post(f"{case}/supplement", data=multipart(fields))
    assert answer.status == 400
    assert "还没有交上去" in await answer.text()
    answer = await phone.client.post(f"{case}/supplement", data=multipart(fields, files.HTML))
    assert answer.status == 400
    assert "第 1 个文件" in await answer.text()
    assert len((await assistant.complaints.read(filing.number)).events) == 1


async def test_a_form_that_is_too_large_keeps_what_was_written(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/supplement"))[1]) | {"text": "写了半天的话"}
    form = multipart(fields, *[b"x"] * 30)
    answer = await phone.client.post(f"{case}/supplement", data=form)
    assert answer.status == 413
    assert "写了半天的话" in await answer.text()


async def test_rating_wants_both_answers_and_keeps_those_given(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "answered")
    case = f"/p/complaints/{filing.number}"
    answer = await phone.send(f"{case}/rate", f"{case}/rate", solved="partly", text="还差一点")
    assert answer.status == 400
    html = await answer.text()
    assert "请选满意不满意" in html
    assert "请选问题解决了没有" not in html
    assert "还差一点" in html
    fields = hidden(html) | {"solved": "yes", "satisfied": "4", "reached": "no", "text": "谢谢"}
    for _ in range(2):
        assert (await phone.post(f"{case}/rate", **fields)).status == 303
    file = await assistant.complaints.read(filing.number)
    [rated] = [e.command for e in file.events if e.action is Action.RATE]
    assert (rated.satisfied, rated.reached, rated.text) == (4, False, "谢谢")
    assert file.case.state is State.CLOSED
    assert "您评价：解决了，满意" in words_of((await phone.get(case))[1])
    assert "您已经评价过了" in (await phone.get(f"{case}/rate"))[1]


async def test_what_is_not_solved_is_never_congratulated_and_comes_to_follow_up(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, "answered")
    case = f"/p/complaints/{filing.number}"
    answer = await phone.send(f"{case}/rate", f"{case}/rate", solved="no", satisfied="1")
    _, html = await phone.get(answer.headers["Location"])
    assert "已答复，等窗口回访" in words_of(html)
    assert "高兴" not in html


async def test_a_closed_case_is_reopened_once_and_not_without_a_reason(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, "answered")
    case = f"/p/complaints/{filing.number}"
    await phone.send(f"{case}/rate", f"{case}/rate", solved="yes", satisfied="5")
    answer = await phone.send(f"{case}/reopen", f"{case}/reopen", text=" ")
    assert answer.status == 400
    assert "请写几句" in await answer.text()
    answer = await phone.send(f"{case}/reopen", f"{case}/reopen", text="款没到账")
    assert answer.status == 303
    assert await state_of(assistant, filing.number) is State.IN_PROGRESS
    _, html = await phone.get(f"{case}/rate")
    assert "现在不用评价" in html
    assert "您已经评价过了" not in html


async def test_a_refusal_can_be_objected_to_with_a_reason(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "not_accepted")
    case = f"/p/complaints/{filing.number}"
    answer = await phone.send(f"{case}/object", f"{case}/object", text="法院没有受理")
    assert answer.status == 303
    assert await state_of(assistant, filing.number) is State.SUBMITTED
    assert "法院没有受理" in (await phone.get(case))[1]


async def test_what_was_written_for_an_act_that_came_too_late_is_given_back(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, "not_accepted")
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/object"))[1])
    await phone.post(f"{case}/object", text="另一个页面上的理由", **fields)
    answer = await phone.post(f"{case}/object", text="写了半天的理由", **fields)
    assert answer.status == 409
    html = await answer.text()
    assert "现在不能提异议" in html
    assert "写了半天的理由" in html


@pytest.mark.parametrize("act", ACTS)
async def test_every_form_is_bound_to_its_browser(phone: Phone, assistant: Assistant, act: str) -> None:
    filing = await filed(assistant, "in_progress")
    address = f"/p/complaints/{filing.number}/{act}"
    fields = hidden((await phone.get(f"/p/complaints/{filing.number}/withdraw"))[1]) | {"text": "话"}
    for bad, headers in (
        ({**fields, "form_token": ""}, {}),
        ({**fields, "form_token": "0" * 64}, {}),
        (fields, {"Sec-Fetch-Site": "cross-site"}),
        (fields, {"Sec-Fetch-Site": "same-site"}),
    ):
        form = FormData(bad, default_to_multipart=act == "supplement")
        answer = await phone.client.post(address, data=form, headers=headers)
        assert answer.status == 403
        assert "没有办成，什么也没有变" in await answer.text()
    assert await state_of(assistant, filing.number) is State.IN_PROGRESS


async def test_the_door_is_bound_to_its_browser_too(stranger: Phone) -> None:
    answer = await stranger.post("/p/complaints", number=NOBODYS, code="1")
    assert answer.status == 403


@pytest.mark.parametrize("act", ["urge", "revive"])
async def test_what_is_done_at_once_is_never_done_by_opening_an_address(
    phone: Phone, assistant: Assistant, act: str
) -> None:
    filing = await filed(assistant, "in_progress")
    answer = await phone.client.get(f"/p/complaints/{filing.number}/{act}")
    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"


async def test_opening_pages_changes_nothing(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "in_progress")
    before = await assistant.complaints.read(filing.number)
    for path in ("", "/supplement", "/withdraw", "/object", "/reopen", "/rate", "?done=urge"):
        await phone.get(f"/p/complaints/{filing.number}{path}")
    assert await assistant.complaints.read(filing.number) == before


async def test_pages_about_a_person_are_kept_nowhere(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "in_progress")
    for path in (
        "/p/complaints",
        f"/p/complaints/{filing.number}",
        f"/p/complaints/{filing.number}/supplement",
    ):
        answer = await phone.client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert len(await answer.read()) < 60_000


async def test_a_case_is_not_flooded(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    address = f"/p/complaints/{filing.number}/withdraw"
    fields = hidden((await phone.get(address))[1])
    answers = [await phone.post(address, **fields) for _ in range(21)]
    assert [answer.status for answer in answers] == [303] * 20 + [429]
    assert "先停一停" in await answers[-1].text()
    assert int(answers[-1].headers["Retry-After"]) > 0


def counting(assistant: Assistant) -> list[str]:
    """The statements that go to the database from now on."""
    told: list[str] = []

    @event.listens_for(assistant.engine.sync_engine, "before_cursor_execute")
    def tell(_c: object, _k: object, statement: str, *_: object) -> None:
        told.append(statement)

    return told


async def test_anothers_case_costs_the_same_work_as_none(phone: Phone, assistant: Assistant) -> None:
    other = await filed(assistant, "in_progress", openid="o-resident-b")
    told = counting(assistant)
    work = []
    for number in (other.number, NOBODYS):
        told.clear()
        await phone.get(f"/p/complaints/{number}")
        work.append(list(told))
    assert work[0] == work[1]
    assert work[0]


async def test_a_wrong_code_costs_the_same_work_as_a_number_of_nobody(
    stranger: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant)
    told = counting(assistant)
    work = []
    for number in (filing.number, NOBODYS):
        fields = hidden((await stranger.get("/p/complaints"))[1])
        told.clear()
        await stranger.post("/p/complaints", number=number, code="0000-0000", **fields)
        work.append(list(told))
    assert work[0] == work[1]
    assert work[0]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "{{ 12345 * 54321 }}{% raw %}",
    "javascript:alert(1)",
    "'-alert(1)-'",
)


async def test_whatever_anybody_wrote_is_shown_as_text(phone: Phone, assistant: Assistant) -> None:
    wild = " ".join(HOSTILE)
    filing = await filed(assistant, "in_progress", story=wild, respondent=wild[:200], place=wild)
    case = f"/p/complaints/{filing.number}"
    await assistant.casework.act(filing.number, Command(Action.CONTACT, wild), "zhao")
    form = multipart(hidden((await phone.get(f"{case}/supplement"))[1]) | {"text": wild})
    await phone.client.post(f"{case}/supplement", data=form)
    pages = [await phone.get(f"{case}{path}") for path in ("", "/supplement", "/withdraw", "/rate")]
    pages += [await phone.get("/p/complaints"), await phone.get("/p/me")]
    bad = await phone.send(f"{case}/withdraw", f"{case}/rate", text=wild, solved=wild)
    pages.append((bad.status, await bad.text()))
    for _, html in pages:
        page = read(html)
        assert not any(name.startswith("on") for e in page.elements for name in e.attributes)
        assert all(e.attributes["src"].startswith("/static/") for e in page.all("script"))
        assert not page.all("svg") or all("onload" not in e.attributes for e in page.all("svg"))
        assert not any(value.startswith("javascript:") for value in page.values("href"))
        assert "670592745" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0][1]


async def test_a_locked_database_gives_back_what_was_written(
    phone: Phone, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    fields = hidden((await phone.get(f"{case}/supplement"))[1]) | {"text": "写了半天的话"}

    async def locked(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(assistant.complaints, "hand_in", locked)
    answer = await phone.client.post(f"{case}/supplement", data=multipart(fields, files.jpeg()))
    assert answer.status == 503
    assert "写了半天的话" in await answer.text()
    assert list(assistant.vault.names()) == [], "what was sealed for nothing is gone again"


async def test_a_page_that_lay_too_long_gives_back_what_was_written(
    phone: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, "not_accepted")
    address = f"/p/complaints/{filing.number}/object"
    fields = hidden((await phone.get(address))[1]) | {"form_token": "0" * 64, "text": "写了半天的理由"}
    answer = await phone.post(address, **fields)
    assert answer.status == 403
    assert "写了半天的理由" in await answer.text()
    answer = await phone.client.post(address, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert "写了半天的理由" not in await answer.text(), "another site puts no words into our page"


async def test_a_merged_case_leads_to_its_master_only_where_that_is_ones_own(
    phone: Phone, assistant: Assistant
) -> None:
    mine, other = await filed(assistant), await filed(assistant, openid="o-resident-b")
    for master, is_shown in ((mine, True), (other, False)):
        merged = await filed(assistant)
        await assistant.casework.act(merged.number, Command(Action.MERGE, other=master.number), "li")
        _, html = await phone.get(f"/p/complaints/{merged.number}")
        assert "已和另一件合并办理" in words_of(html)
        assert (master.number in html) is is_shown


async def test_a_link_out_of_the_chat_leads_to_ones_own_complaints(
    stranger: Phone, assistant: Assistant
) -> None:
    filing = await filed(assistant, openid="sim_jia_01")
    act = {"resident": "sim_jia_01", "kind": "text", "text": "查进度"}
    told = await (await stranger.client.post("/simulator/send", json=act)).json()
    links = [part["page"] for block in told["answer"]["blocks"] for part in block["parts"] if "page" in part]
    case = f"/p/complaints/{filing.number}"
    [link] = [each for each in links if each.startswith(f"{case}?t=")]
    answer = await stranger.client.get(link)
    assert str(answer.url.relative()) == case, "nobody passes the token on"
    assert "等窗口受理" in await answer.text()


async def test_a_draft_that_was_begun_is_one_tap_away(phone: Phone, assistant: Assistant) -> None:
    draft = draft_of(assistant.content.desk.library)
    await assistant.drafts.keep(owner_of(assistant), draft, assistant.clock.now())
    _, html = await phone.get("/p/complaints")
    assert "接着写没交的那一份" in html
    assert "您还没有投诉" not in html


async def test_each_round_has_a_rating_of_its_own(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "answered")
    case = f"/p/complaints/{filing.number}"
    await phone.send(f"{case}/rate", f"{case}/rate", solved="no", satisfied="1", text="没到账")
    await assistant.casework.act(filing.number, Command(Action.REWORK), "wang")
    await lead_to(assistant, filing.number, "answered again")
    status, html = await phone.get(f"{case}/rate")
    assert status == 200
    assert "问题解决了吗" in html
    assert " checked" not in html
    answer = await phone.post(f"{case}/rate", **hidden(html), solved="yes", satisfied="5")
    assert answer.status == 303
    html = words_of((await phone.get(case))[1])
    assert "您评价：解决了，很满意" in html
    assert "您评价：没解决，很不满意" in html


async def test_a_day_that_has_passed_is_said_and_so_is_what_to_do(
    phone: Phone, assistant: Assistant, clock: ManualClock
) -> None:
    filing = await filed(assistant, "in_progress")
    clock.advance(timedelta(days=25))
    await phone.arrive(assistant)
    html = words_of((await phone.get(f"/p/complaints/{filing.number}"))[1])
    assert "已过期限" in html
    assert "您可以催办" in html
    assert "已过期限" in words_of((await phone.get("/p/complaints"))[1])


async def test_the_last_day_is_called_today(phone: Phone, assistant: Assistant, clock: ManualClock) -> None:
    filing = await filed(assistant, "in_progress")
    clock.advance(timedelta(days=21))
    await phone.arrive(assistant)
    html = words_of((await phone.get(f"/p/complaints/{filing.number}"))[1])
    assert "12月14日星期一就是今天" in html


async def test_a_day_in_a_year_without_a_calendar_is_said_to_be_reckoned(
    phone: Phone, assistant: Assistant, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=35))
    await phone.arrive(assistant)
    filing = await filed(assistant, "in_progress")
    html = words_of((await phone.get(f"/p/complaints/{filing.number}"))[1])
    assert "暂按法定节假日推算" in html
