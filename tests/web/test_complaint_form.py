"""The complaint form, as browsers with and without scripts send it."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.service import Assistant
from domain.clock import ManualClock
from domain.complaints.draft import Draft
from domain.complaints.records import CaseFile
from domain.complaints.terms import ComplaintKind
from domain.errors import StorageFull
from domain.ids import blind_name
from domain.messages import Incoming, Text
from storage.complaint_tables import complaints, drafts, evidence
from tests.support import files
from tests.support.complaint_form import CONTACT, HERE, MATTER, OPENID, PHONE, WHOM, Answered, Phone
from web.app import build_app
from web.complaint_screen import TRAP
from web.residents import RESIDENT

JPEG = ("合同.jpg", files.jpeg(), "image/jpeg")


@pytest_asyncio.fixture
async def phone(assistant: Assistant, clock: ManualClock) -> AsyncIterator[Phone]:
    async with TestClient(TestServer(build_app(assistant))) as client:
        yield Phone(client, assistant, clock)


@pytest_asyncio.fixture
async def other(assistant: Assistant, clock: ManualClock) -> AsyncIterator[Phone]:
    """Another phone."""
    async with TestClient(TestServer(build_app(assistant))) as client:
        yield Phone(client, assistant, clock)


def owner(phone: Phone) -> str:
    return blind_name(phone.assistant.pipeline.naming_key, OPENID)


async def draft_of(phone: Phone) -> Draft:
    draft = await phone.assistant.drafts.read(owner(phone))
    assert draft is not None
    return draft


async def cases(phone: Phone) -> int:
    async with phone.assistant.engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(complaints))).scalar_one()


async def only_case(phone: Phone) -> CaseFile:
    async with phone.assistant.engine.connect() as connection:
        number = (await connection.execute(select(complaints.c.number))).scalar_one()
    return await phone.assistant.complaints.read(number)


def codes(receipt: Answered) -> list[str]:
    return re.findall(r"<dd>((?:WH26-)?[0-9A-Z]{4}-[0-9A-Z]{4,5})</dd>", receipt.html)


# --- the way through


async def test_four_steps_lead_to_a_number_and_a_code(phone: Phone) -> None:
    await phone.come_from_chat()
    check = await phone.fill_in()
    assert "承办单位看到的就是这些" in check.html
    assert PHONE not in check.html
    answered = await phone.confirm()
    assert (answered.status, answered.where) == (303, f"{HERE}/receipt")
    receipt = await phone.get(answered.where)
    assert "11月25日" in receipt.html
    assert "在本微信查进度，用不着它" in receipt.html
    number, code = codes(receipt)
    case = await phone.assistant.complaints.by_code(number, code)
    assert case.owner == owner(phone)
    assert (await phone.assistant.complaints.person(number)).openid == OPENID
    content = await phone.assistant.complaints.content(number)
    assert content is not None
    assert content.story == MATTER["story"]
    assert content.consent_version == phone.assistant.content.desk.library.city.consent_version


async def test_somebody_who_is_not_known_can_complain_too(phone: Phone) -> None:
    await phone.fill_in()
    receipt = await phone.get((await phone.confirm()).where)
    assert "以后只能凭编号和查询码查" in receipt.html
    number, code = codes(receipt)
    case = await phone.assistant.complaints.by_code(number, code)
    assert case.owner == ""
    assert (await phone.assistant.complaints.person(number)).phone == f"+86{PHONE}"


async def test_anonymous_tip_keeps_nothing_of_who_it_was(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in(kind="tip", identity="anonymous")
    receipt = await phone.get((await phone.confirm()).where)
    assert "匿名" in receipt.html
    number, code = codes(receipt)
    case = await phone.assistant.complaints.by_code(number, code)
    assert case.owner == ""
    person = await phone.assistant.complaints.person(number)
    assert (person.openid, person.phone, person.name) == ("", "", "")


async def test_preview_is_exactly_what_the_units_will_see(phone: Phone) -> None:
    story = f"我叫示例周，电话{PHONE}，身份证 11010519491231002X。示例公司骗了我。"
    await phone.come_from_chat()
    check = await phone.fill_in(story=story, identity="named", name="示例周")
    for hidden in (PHONE, "11010519491231002X"):
        assert hidden not in check.html
    await phone.confirm(sensitive="yes")
    case = await only_case(phone)
    shown = next(e.text for e in check.page.elements if e.attributes.get("class") == "told")
    assert shown == case.copy.story


async def test_back_keeps_the_text_and_asks_nothing(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.open("1")
    await phone.send("1", **MATTER)
    await phone.open("2")
    answered = await phone.send("2", go="back", respondent="店", place="示例路")
    assert answered.where == f"{HERE}?step=1"
    assert (await phone.open("2")).value("place") == "示例路"


async def test_form_goes_on_where_it_was(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    assert (await phone.open()).value("respondent") == "示例装修公司", "the only one that the story names"
    await phone.open("2")
    await phone.send("2", **WHOM)
    assert "图片" in (await phone.open()).html
    await phone.open("4")
    await phone.send("4", **CONTACT)
    assert "核对并提交" in (await phone.open()).html
    assert (await phone.open("1")).value("story") == MATTER["story"]


async def test_without_a_draft_every_address_opens_the_first_step(phone: Phone) -> None:
    for step in ("2", "3", "4", "check", "door", "17"):
        assert "发生了什么" in (await phone.open(step)).html, step
    await phone.open("3")
    assert (await phone.hand_in(JPEG)).where == HERE
    assert list(phone.assistant.vault.names()) == []


async def test_inside_wechat_nobody_has_to_stay_unknown(assistant: Assistant, clock: ManualClock) -> None:
    signing_in = replace(assistant, settings=assistant.settings.model_copy(update={"wechat_signin": "on"}))
    async with TestClient(TestServer(build_app(signing_in))) as client:
        inside = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"}
        async with client.get(HERE, headers=inside, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, f"/p/signin?next={HERE}")
        async with client.get(HERE, allow_redirects=False) as answer:
            assert answer.status == 200


async def test_check_cannot_be_reached_before_all_is_told(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    assert (await phone.open("check")).where == f"{HERE}?step=2&edit=1"


async def test_what_is_changed_from_the_check_leads_back_to_it(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.open("2&edit=1")
    answered = await phone.send("2", edit=True, **WHOM | {"respondent": "示例物业公司"})
    assert answered.where == f"{HERE}?step=check"
    assert "示例物业公司" in (await phone.open("check")).html


async def test_draft_can_be_given_up(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.hand_in(JPEG)
    token = phone.hidden["3"]["form_token"]
    await phone.client.post(f"{HERE}/drop", data={"form_token": token})
    assert await phone.assistant.drafts.read(owner(phone)) is None
    async with phone.assistant.engine.connect() as connection:
        assert all((await connection.execute(select(evidence.c.removed_at))).scalars())


# --- what is wrong is said beside the field, and nothing that was typed is lost

LONG = "五" * 5000
WRONG = [
    ("1", {"domain": ""}, "domain", "请选一类"),
    ("1", {"kind": ""}, "kind", "请选一个"),
    ("1", {"kind": "bribe"}, "kind", "请选一个"),
    ("1", {"story": ""}, "story", "请写发生了什么"),
    ("1", {"story": " \n　 "}, "story", "请写发生了什么"),
    ("1", {"story": "骗钱😡"}, "story", "才 3 个字"),
    ("1", {"story": LONG}, "story", "写了 5000 字，最多 2000 字，请删掉 3000 字"),
    ("2", {"respondent": ""}, "respondent", "请写要投诉的是谁"),
    ("2", {"respondent": "店"}, "respondent", "至少 2 个字"),
    ("2", {"respondent": "店" * 101}, "respondent", "写了 101 字"),
    ("2", {"happened": "年" * 101}, "happened", "写了 101 字"),
    ("2", {"place": "路" * 300}, "place", "写了 300 字"),
    ("4", {"identity": ""}, "identity", "请选一种"),
    ("4", {"identity": "anonymous"}, "identity", "只能当举报线索查"),
    ("4", {"identity": "named", "name": ""}, "name", "实名的要写姓名"),
    ("4", {"identity": "named", "name": "😀😀"}, "name", "不带表情和数字"),
    ("4", {"identity": "named", "name": "周"}, "name", "2 到 30 个"),
    ("4", {"identity": "named", "name": "周1"}, "name", "不带表情和数字"),
    ("4", {"phone": ""}, "phone", "请留一个电话"),
    ("4", {"phone": "1380"}, "phone", "手机号应是 11 位，您填了 4 位"),
    ("4", {"phone": "138000000011"}, "phone", "您填了 12 位"),
    ("4", {"phone": "没有"}, "phone", "没看出电话号码"),
]


@pytest.mark.parametrize(("step", "change", "name", "said"), WRONG)
async def test_what_is_wrong_is_said_beside_it_and_above_and_the_text_stays(
    phone: Phone, step: str, change: dict[str, str], name: str, said: str
) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    fields = {"1": MATTER, "2": WHOM, "4": CONTACT}[step] | change
    await phone.open(step)
    answered = await phone.send(step, **fields)
    assert answered.came_back
    assert [said in error for error in answered.errors] == [True]
    assert said in answered.notice
    assert f'href="#f-{name}"' in answered.html
    assert re.search(r'role="alert" tabindex="-1" autofocus', answered.html)
    described = [e for e in answered.page.elements if e.attributes.get("aria-invalid")]
    assert f"e-{name}" in described[0].attributes["aria-describedby"]
    for field, text in fields.items():
        if field not in ("kind", "domain", "identity") or text in ("anonymous", "named", *MATTER.values()):
            assert answered.value(field).strip() == text.strip(), field


async def test_what_is_wrong_is_forgotten_once_the_step_is_right(phone: Phone) -> None:
    await phone.come_from_chat()
    refused = await phone.send("1", **MATTER | {"domain": ""})
    assert (refused.status, refused.where) == (303, f"{HERE}?step=1"), "an answer that Back can come to"
    await phone.send("1", **MATTER)
    again = await phone.open("1")
    assert again.errors == []
    assert again.value("domain") == MATTER["domain"]


async def test_going_back_to_what_was_filed_says_so(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.confirm(consent="")
    await phone.confirm()
    number = codes(await phone.get(f"{HERE}/receipt"))[0]
    again = await phone.open("check")
    assert "已经交上去了" in again.html
    assert number in again.html
    assert f'href="{HERE}/receipt"' in again.html


async def test_everything_empty_is_two_faults_and_no_draft(phone: Phone) -> None:
    await phone.come_from_chat()
    answered = await phone.send("1", wait_s=1)
    assert len(answered.errors) == 3
    assert await phone.assistant.drafts.read(owner(phone)) is None


async def test_what_is_right_beside_a_fault_is_kept(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER | {"domain": ""})
    draft = await draft_of(phone)
    assert (draft.story, draft.domain) == (MATTER["story"], None)


async def test_of_a_story_that_is_too_long_the_beginning_is_kept(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER | {"story": LONG})
    assert len((await draft_of(phone)).story) == 2000


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("１３８００００００１２", "+8613800000012"),
        ("+86 138-0000-0012", "+8613800000012"),
        ("0086 13800000012", "+8613800000012"),
        ("(0473)2012345", "+864732012345"),
        ("+1 415 555 2671", "+14155552671"),
        ("+976 9911 2233", "+97699112233"),
    ],
)
async def test_phones_of_every_kind_are_taken_and_shown_again(phone: Phone, typed: str, stored: str) -> None:
    await phone.come_from_chat()
    await phone.fill_in(phone=typed)
    assert (await draft_of(phone)).phone == stored
    again = await phone.open("4")
    await phone.send("4", identity="shielded", phone=again.value("phone"))
    assert (await draft_of(phone)).phone == stored


async def test_emoji_and_rare_characters_in_a_story_are_kept(phone: Phone) -> None:
    story = "老板说“👨‍👩‍👧 包退”，𠮷野家旁边，到现在不退。\x00\x07谢谢"
    await phone.come_from_chat()
    await phone.send("1", **MATTER | {"story": story})
    assert (await draft_of(phone)).story == story.replace("\x00", "").replace("\x07", "")


async def test_consent_is_needed_and_nothing_is_ticked_before(phone: Phone) -> None:
    await phone.come_from_chat()
    check = await phone.fill_in()
    assert all(
        "checked" not in e.attributes
        for e in check.page.all("input")
        if e.attributes.get("type") == "checkbox"
    )
    answered = await phone.confirm(consent="")
    assert answered.came_back
    assert "要您同意，才能交给窗口" in answered.errors[0]
    assert await cases(phone) == 0


async def test_child_is_asked_of_only_where_there_is_one_and_the_guardian_agrees(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    assert "当事的孩子多大" not in (await phone.open("2")).html
    await phone.open("1")
    await phone.send("1", **MATTER | {"story": "示例培训班收了我家孩子的学费，说好退费一直拖着。"})
    if "step=door" in (await phone.open("door")).where:
        await phone.send("door")
    assert "当事的孩子多大" in (await phone.open("2")).html
    assert "这件事说到孩子" in (await phone.send("2", **WHOM)).errors[0]
    await phone.send("2", **WHOM, child="yes")
    assert "监护人的电话" in (await phone.open("4")).html
    await phone.send("4", **CONTACT)
    check = await phone.open("check")
    assert "我是孩子的家长或监护人" in check.html
    refused = await phone.confirm()
    assert "家长或监护人同意" in refused.errors[0]
    assert (await phone.confirm(guardian="yes")).where == f"{HERE}/receipt"


async def test_anonymous_complaint_becomes_a_tip_when_the_resident_says_so(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.open("4")
    answered = await phone.send("4", identity="anonymous", as_tip="yes")
    assert answered.status == 303
    draft = await draft_of(phone)
    assert (draft.kind, draft.phone) == (ComplaintKind.TIP, "")


# --- other doors


@pytest.mark.parametrize(
    ("story", "door", "button"),
    [
        ("老板拖欠工资三个月了，一直不给。", "劳动监察", "还是在这里投诉"),
        ("在超市买的过期奶粉，不给退钱。", "12315", "接着填"),
        ("法院判了他还钱，到现在没执行到。", "承办法官", "还是在这里投诉"),
        ("镇里的干部收了好处才给办事。", "纪检监察", "还是在这里投诉"),
        ("现在有人拿刀堵在店门口，不让我走。", "110", "接着填"),
    ],
)
async def test_another_door_is_pointed_out_once_and_the_way_goes_on(
    phone: Phone, story: str, door: str, button: str
) -> None:
    await phone.come_from_chat()
    answered = await phone.send("1", **MATTER | {"story": story})
    assert answered.where == f"{HERE}?step=door"
    shown = await phone.open("door")
    assert door in shown.html
    assert button in shown.html
    answered = await phone.send("door")
    assert answered.where == f"{HERE}?step=2"
    assert (await draft_of(phone)).informed
    await phone.open("1")
    assert (await phone.send("1", **MATTER | {"story": story})).where == f"{HERE}?step=2"


# --- two tabs, two ways in


async def test_second_tab_does_not_wipe_out_the_first(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.open("1")
    first = dict(phone.hidden["1"])
    await phone.send("1", **MATTER | {"story": "第一页写的：示例装修公司收了钱不来人。"})
    phone.hidden["1"] = first
    answered = await phone.send("1", **MATTER | {"story": "第二页写的：示例装修公司电话也不接。"})
    assert answered.came_back
    assert "这一步刚在别处改过" in answered.notice
    assert answered.value("story").startswith("第二页写的")
    assert "第一页写的" in answered.html
    assert (await draft_of(phone)).story.startswith("第一页写的")
    await phone.send("1", **MATTER | {"story": answered.value("story")})
    assert (await draft_of(phone)).story.startswith("第二页写的")


async def test_tabs_on_different_steps_do_not_get_into_each_others_way(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.open("1")
    await phone.open("2")
    await phone.send("2", **WHOM)
    assert (await phone.send("1", **MATTER | {"domain": "society"})).status == 303
    draft = await draft_of(phone)
    assert (draft.respondent, draft.domain and draft.domain.value) == ("示例装修公司", "society")


async def test_what_changed_since_the_check_was_shown_is_shown_again_before_it_is_filed(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    shown = dict(phone.hidden["check"])
    await phone.open("2")
    await phone.send("2", **WHOM | {"respondent": "示例物业公司"})
    phone.hidden["check"] = shown
    answered = await phone.confirm()
    assert answered.came_back
    assert "请重新核对" in answered.notice
    assert "示例物业公司" in answered.html
    assert await cases(phone) == 0
    assert (await phone.confirm()).status == 303


async def test_tab_of_a_complaint_that_was_filed_leads_to_its_receipt(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.open("2")
    await phone.open("check")
    await phone.confirm()
    answered = await phone.send("2", **WHOM)
    assert answered.where == f"{HERE}/receipt"
    assert await phone.assistant.drafts.read(owner(phone)) is None


async def says(phone: Phone, text: str, key: str) -> str:
    """The chat's answer."""
    now_s = int(phone.clock.now().timestamp())
    outbound = await phone.assistant.pipeline.answer(Incoming(key, OPENID, "gh", now_s, Text(text)))
    return outbound.content


async def test_what_the_chat_began_the_form_goes_on_with_and_the_other_way_round(phone: Phone) -> None:
    for key, text in enumerate(["我要投诉", "同意", "投诉", "2", "示例装修公司收了八千定金一直不来人"]):
        await says(phone, text, f"a{key}")
    opened = await phone.come_from_chat()
    assert "要投诉的是谁" in opened.html
    assert (await phone.open("1")).value("story") == "示例装修公司收了八千定金一直不来人"
    await phone.open("2")
    await phone.send("2", **WHOM)
    assert "您有一份没交的" in await says(phone, "我要投诉", "b0")
    assert "发图片" in await says(phone, "接着填", "b1") or "要让承办单位知道您是谁吗" in await says(
        phone, "继续", "b2"
    )
    assert (await draft_of(phone)).respondent == "示例装修公司"


async def test_draft_that_the_form_began_is_not_thrown_away_by_the_chat(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    assert "您有一份没交的" in await says(phone, "我要投诉", "c0")
    answer = await says(phone, "接着填", "c1")
    assert "同意就开始" in answer, "the chat asks for consent before it goes on"
    assert "要投诉的是谁" in await says(phone, "同意", "c2")
    assert (await draft_of(phone)).story == MATTER["story"]


async def test_chat_does_not_take_words_for_answers_once_the_form_has_filed(phone: Phone) -> None:
    for key, text in enumerate(["我要投诉", "同意", "投诉", "2"]):
        await says(phone, text, f"d{key}")
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.confirm()
    await says(phone, "谢谢", "d9")
    assert await phone.assistant.drafts.read(owner(phone)) is None


async def test_double_tap_is_one_complaint_and_one_receipt(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    answers = await asyncio.gather(*(phone.confirm() for _ in range(3)))
    assert {(a.status, a.where) for a in answers} == {(303, f"{HERE}/receipt")}
    assert await cases(phone) == 1
    first, again = [await phone.get(f"{HERE}/receipt") for _ in range(2)]
    assert codes(first) == codes(again)
    assert len(codes(first)) == 2


async def test_going_back_after_the_receipt_files_nothing_again(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    sent = dict(phone.hidden["check"])
    await phone.confirm()
    phone.hidden["check"] = sent
    assert (await phone.confirm()).where == f"{HERE}/receipt"
    assert "发生了什么" in (await phone.open("check")).html
    assert await cases(phone) == 1


async def test_receipt_is_for_this_browser_and_for_a_while(phone: Phone, other: Phone) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.confirm()
    assert codes(await other.get(f"{HERE}/receipt")) == []
    phone.clock.advance(timedelta(minutes=11))
    assert codes(await phone.get(f"{HERE}/receipt")) == []


async def test_answer_that_was_lost_is_given_again(phone: Phone) -> None:
    """The process was killed after the case was stored: the same form again gets the same number and code."""
    await phone.come_from_chat()
    await phone.fill_in()
    sent = dict(phone.hidden["check"])
    await phone.confirm()
    first = codes(await phone.get(f"{HERE}/receipt"))
    phone.client.session.cookie_jar.clear(lambda cookie: cookie.key == "receipt")
    phone.hidden["check"] = sent
    await phone.confirm()
    assert codes(await phone.get(f"{HERE}/receipt")) == first


# --- who may send what


async def test_form_of_another_browser_or_site_is_refused(phone: Phone, other: Phone) -> None:
    await phone.come_from_chat()
    await phone.open("1")
    await other.open("1")
    foreign = other.hidden["1"]["form_token"]
    for token in ("", foreign):
        assert (await phone.send("1", form_token=token, **MATTER)).status == 403
    site = {"Sec-Fetch-Site": "cross-site"}
    assert (await phone.send("1", headers=site, **MATTER)).status == 403
    assert (await phone.send("3", headers=site)).status == 403
    for path in (f"{HERE}/draft?step=1", f"{HERE}/drop"):
        assert (await phone.client.post(path, data=MATTER)).status == 403
    assert await phone.assistant.drafts.read(owner(phone)) is None


async def test_field_that_nobody_sees_catches_who_fills_in_all(phone: Phone) -> None:
    await phone.come_from_chat()
    answered = await phone.send("1", **MATTER, **{TRAP: "https://spam.example"})
    assert answered.came_back
    assert answered.value(TRAP) == ""
    assert answered.value("story") == MATTER["story"]
    assert (await phone.send("1", **MATTER)).status == 303


async def test_form_that_comes_back_at_once_is_asked_to_wait_and_keeps_its_text(phone: Phone) -> None:
    await phone.come_from_chat()
    answered = await phone.send("1", wait_s=4, **MATTER)
    assert answered.came_back
    assert "点得太快了" in answered.notice
    assert answered.value("story") == MATTER["story"]
    assert (await phone.send("1", wait_s=2, **MATTER)).status == 303


async def test_who_was_forgotten_meanwhile_is_told_and_keeps_the_text(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.open("2")
    phone.client.session.cookie_jar.clear(lambda cookie: cookie.key == RESIDENT.name)
    answered = await phone.send("2", **WHOM)
    assert answered.status == 403
    assert "认不出您了" in answered.notice
    assert answered.value("respondent") == WHOM["respondent"]
    kept = phone.hidden["2"]
    await phone.come_from_chat()
    phone.hidden["2"] = kept
    assert (await phone.send("2", **WHOM)).status == 303


async def test_resident_at_work_is_not_forgotten(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    for step, fields in (("2", WHOM), ("4", CONTACT)):
        phone.clock.advance(RESIDENT.lasts - timedelta(minutes=1))
        await phone.open(step)
        await phone.send(step, **fields)
    assert (await draft_of(phone)).phone


async def test_old_link_says_so_and_the_form_still_opens(phone: Phone) -> None:
    link = phone.assistant.links.personal(HERE, OPENID, int(phone.clock.now().timestamp()))
    phone.clock.advance(timedelta(minutes=16))
    expired = await phone.get(link)
    assert expired.status == 410
    assert f'href="{HERE}"' in expired.html
    assert (await phone.open()).status == 200


async def test_nobody_reads_another_ones_draft_or_files(phone: Phone, other: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.hand_in(JPEG)
    picture = (await draft_of(phone)).evidence[0].id
    assert (await phone.client.get(f"{HERE}/files/{picture}")).status == 200
    assert (await other.client.get(f"{HERE}/files/{picture}")).status == 404
    assert (await other.open("1")).value("story") == ""


async def test_complaints_in_a_row_are_bounded_and_the_draft_waits(phone: Phone) -> None:
    await phone.come_from_chat()
    for number in range(3):
        await phone.fill_in(respondent=f"示例{number}公司")
        assert (await phone.confirm()).where == f"{HERE}/receipt"
        phone.clock.advance(timedelta(seconds=10))
    await phone.fill_in()
    answered = await phone.confirm()
    assert answered.came_back
    assert "次数太多了" in answered.notice
    phone.clock.advance(timedelta(minutes=10))
    await phone.come_from_chat()
    await phone.open("check")
    assert (await phone.confirm()).where == f"{HERE}/receipt"


async def test_another_complaint_of_the_same_against_the_same_is_pointed_out_and_not_stopped(
    phone: Phone,
) -> None:
    await phone.come_from_chat()
    await phone.fill_in()
    await phone.confirm()
    number = (await only_case(phone)).number
    check = await phone.fill_in()
    assert f'href="/p/complaints/{number}"' in check.html
    assert (await phone.confirm()).where == f"{HERE}/receipt"


# --- pictures and documents


async def test_pictures_and_documents_are_taken_refused_and_taken_back(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    answered = await phone.hand_in(
        JPEG,
        ("大棚.mov", files.MP4, "video/quicktime"),
        ("假的.jpg", files.HTML, "image/jpeg"),
        ("同一张.jpg", files.jpeg(), "image/jpeg"),
        ("空的.png", b"", "image/png"),
        ("办法.pdf", files.pdf(), "application/pdf"),
    )
    assert answered.came_back
    assert [error.partition("：")[0] for error in answered.errors] == [
        "“大棚.mov”",
        "“假的.jpg”",
        "“同一张.jpg”",
        "“空的.png”",
    ]
    draft = await draft_of(phone)
    assert (draft.pictures, draft.documents) == (1, 1)
    assert "第 1 张图片" in answered.html
    await phone.open("3")
    answered = await phone.send("3", remove=draft.evidence[0].id)
    assert answered.where == f"{HERE}?step=3"
    assert (await draft_of(phone)).pictures == 0
    assert (await phone.send("3")).where == f"{HERE}?step=4"


async def test_nine_pictures_and_three_documents_are_all(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    pictures = [(f"{n}.jpg", files.jpeg(100 + n, 80), "image/jpeg") for n in range(10)]
    documents = [(f"{n}.pdf", files.pdf(1 + n), "application/pdf") for n in range(4)]
    answered = await phone.hand_in(*pictures, *documents)
    assert len(answered.errors) == 2
    assert all("没有收" in error for error in answered.errors)
    draft = await draft_of(phone)
    assert (draft.pictures, draft.documents) == (9, 3)
    opened = await phone.open("3")
    assert not [e for e in opened.page.all("input") if e.attributes.get("type") == "file"]


async def test_files_go_with_the_complaint(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.hand_in(JPEG)
    check = await phone.fill_in()
    assert "图片 1 张" in check.html
    await phone.confirm(sensitive="yes")
    case = await only_case(phone)
    assert case.handed == 1
    assert len(list(phone.assistant.vault.names())) == 2


async def test_full_disk_is_told_and_the_draft_stays(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)

    def full(*_: object) -> None:
        raise StorageFull

    with monkeypatch.context() as broken:
        broken.setattr("web.uploads._temporary_file", full)
        answered = await phone.hand_in(JPEG)
    assert answered.status == 507
    assert "眼下存不下新文件" in answered.notice
    assert (await draft_of(phone)).story == MATTER["story"]
    assert (await phone.hand_in(JPEG)).where == f"{HERE}?step=4"


async def test_upload_that_breaks_off_is_told(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with phone.client.post(f"{HERE}?step=3", data=b"--x\r\nnothing", headers=headers) as response:
        assert "没有传完" in await response.text()


async def test_files_are_bounded(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    for _ in range(60):
        assert (
            await phone.assistant.attempts.take(
                [f"files:{owner(phone)}"],
                (_bound(phone),),
                phone.clock.now(),
            )
            is None
        )
    assert "次数太多了" in (await phone.hand_in(JPEG)).notice
    assert list(phone.assistant.vault.names()) == []


def _bound(phone: Phone):  # type: ignore[no-untyped-def]
    from services.submission import file_bounds

    return file_bounds(phone.assistant.content.desk.library.limits)[0]


# --- storage that fails, drafts of other versions


async def test_locked_database_is_told_and_the_text_stays(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    await phone.open("2")
    with closing(sqlite3.connect(phone.assistant.settings.data_dir / "credit.db")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        answered = await phone.send("2", **WHOM)
        somebody.rollback()
    assert answered.status == 503
    assert "没有存上" in answered.notice
    assert answered.value("respondent") == WHOM["respondent"]
    assert (await phone.send("2", **WHOM)).status == 303


async def test_complaint_that_could_not_be_stored_is_told_and_does_not_count(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await phone.come_from_chat()
    await phone.fill_in()

    async def locked(*_: object) -> None:
        raise OperationalError("INSERT", None, Exception("database is locked"))

    with monkeypatch.context() as broken:
        broken.setattr("storage.casefiles.file_case", locked)
        for _ in range(4):
            answered = await phone.confirm()
            assert answered.status == 503
            assert "没有存上" in answered.notice
    assert (await phone.confirm()).where == f"{HERE}/receipt"


async def test_draft_of_an_older_version_opens_with_what_it_holds(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    seals, place = phone.assistant.seals, f"drafts:{owner(phone)}:sealed_draft"
    told = {"id": "a" * 32, "story": "老版本里写的事，还在。", "gone": 1, "format": 0}
    async with phone.assistant.engine.begin() as connection:
        sealed = seals.fields.seal(json.dumps(told).encode(), place)
        await connection.execute(update(drafts).values(sealed_draft=sealed))
    opened = await phone.open("1")
    assert opened.value("story") == "老版本里写的事，还在。"
    assert (await phone.send("1", **MATTER | {"story": opened.value("story")})).status == 303


# --- typing, from the script


async def test_what_is_being_typed_is_stored(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.open("1")

    async def typing(wait_s: float = 6, **fields: str) -> tuple[int, dict[str, str]]:
        phone.clock.advance(timedelta(seconds=wait_s))
        data = phone.hidden["1"] | fields
        async with phone.client.post(f"{HERE}/draft?step=1", data=data) as response:
            told = await response.json()
        phone.hidden["1"] |= told
        return response.status, told

    assert (await typing(1, story="示例装修公司收了八千"))[0] == 429
    status, told = await typing(story="示例装修公司收了八千，老板拖欠工资")
    assert (status, told["door"]) == (200, "wages")
    assert (await draft_of(phone)).story == "示例装修公司收了八千，老板拖欠工资"
    await phone.assistant.drafts.keep(
        owner(phone), replace(await draft_of(phone), story="聊天里改的：示例装修公司"), phone.clock.now()
    )
    assert (await typing(story="网页上接着写"))[0] == 409
    assert (await draft_of(phone)).story == "聊天里改的：示例装修公司"


# --- what pages hold


async def test_every_screen_keeps_the_house_rules(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER | {"story": "示例培训班收了我家孩子的学费，不给退钱。"})
    shown = [await phone.open("door")]
    await phone.send("door")
    shown += [await phone.open("1"), await phone.open("2")]
    await phone.send("2", **WHOM, child="no")
    await phone.hand_in(JPEG)
    shown += [await phone.open("3"), await phone.open("4")]
    await phone.send("4", **CONTACT)
    shown.append(await phone.open("check"))
    await phone.confirm(sensitive="yes")
    shown.append(await phone.get(f"{HERE}/receipt"))
    for answered in shown:
        page = answered.page
        assert len(page.all("h1")) == 1
        assert len(page.one("title").text) <= 8
        assert not page.all("style")
        assert not {"style", "onclick"} & {a for e in page.elements for a in e.attributes}
        total = len(answered.html.encode())
        for element in page.elements:
            source = element.attributes.get("src" if element.name == "script" else "href", "")
            if element.name in ("script", "link") and source.endswith((".js", ".css")):
                total += len(await (await phone.client.get(source)).read())
        assert total < 60_000, answered.where
        ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", [HERE, f"{HERE}?step=2", f"{HERE}?step=3", f"{HERE}?step=4"])
async def test_nothing_is_kept_on_the_way_and_only_the_form_may_ask_for_camera_and_place(
    phone: Phone, path: str
) -> None:
    headers = (await phone.client.get(path)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Permissions-Policy"] == "camera=(self), microphone=(), geolocation=(self)"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "camera=()" in (await phone.client.get("/p/policies")).headers["Permissions-Policy"]


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    '" autofocus onfocus="alert(1)',
    "<a href=//evil.example>点我</a>",
    "&lt;script&gt;alert(1)",
    "<!--><script>alert(1)</script>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_whatever_is_typed_stays_text(phone: Phone, payload: str) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER | {"story": f"示例装修公司骗人{payload}", "kind": payload})
    await phone.open("1")
    await phone.send("1", **MATTER | {"story": f"示例装修公司骗人{payload}"})
    await phone.open("2")
    await phone.send("2", **dict.fromkeys(("respondent", "happened", "place", "area", "latitude"), payload))
    await phone.open("4")
    bad = await phone.send("4", identity="named", name=payload, phone=payload)
    await phone.send("4", **CONTACT)
    shown = [await phone.open(step) for step in ("1", "2", "4", "check")] + [bad]
    for answered in shown:
        for hostile in ("<script>alert", "<img src=x", "<svg onload", "<a href=//evil"):
            assert hostile not in answered.html, answered.where
        assert all("onfocus" not in e.attributes for e in answered.page.elements)
    assert payload.replace("\n", " ") in shown[1].value("respondent")


async def test_nothing_of_a_person_reaches_a_log(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "金丝雀"
    with capture_logs() as logs:
        await phone.come_from_chat()
        await phone.fill_in(respondent=f"{canary}公司", story=f"{canary}收了定金一直不来人，电话{PHONE}")
        await phone.hand_in((f"{canary}.mov", files.MP4, "video/mp4"))
        await phone.send("4", phone=f"{canary}1")
        await phone.open("check")
        await phone.confirm()
    assert canary not in str(logs)
    assert PHONE not in str(logs)


async def test_looking_changes_nothing(phone: Phone) -> None:
    await phone.come_from_chat()
    await phone.send("1", **MATTER)
    before = await draft_of(phone)
    for step in ("", "1", "2", "3", "4", "check", "door"):
        await phone.open(step)
    assert await draft_of(phone) == before
    form = FormData({"form_token": "x"}, default_to_multipart=True)
    assert (await phone.client.post(f"{HERE}?step=3", data=form)).status == 403
