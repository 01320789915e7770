"""我的信息 on its page: seen, copied, put right and deleted by its owner, and by nobody else."""

from __future__ import annotations

import pytest

from bot.service import Assistant
from domain.complaints.terms import State
from domain.evidence import Kept
from storage.evidence import Holder, add_evidence
from tests.support import files
from tests.web.phones import Phone, filed, hidden, state_of, words_of


async def withdrawn(phone: Phone, assistant: Assistant) -> str:
    """The number of a case that is over."""
    filing = await filed(assistant)
    await phone.send(f"/p/complaints/{filing.number}/withdraw", f"/p/complaints/{filing.number}/withdraw")
    assert await state_of(assistant, filing.number) is State.WITHDRAWN
    return filing.number


async def test_all_that_is_held_is_shown_to_its_owner(phone: Phone, assistant: Assistant) -> None:
    assert "没有存着您的信息" in (await phone.get("/p/me"))[1]
    filing = await filed(assistant)
    _, html = await phone.get("/p/me")
    assert filing.number in html
    assert "示例赵大" in html
    assert "138****5678" in html
    assert "13812345678" not in html
    assert "还没办完，现在不能删" in words_of(html)


async def test_a_stranger_is_shown_nothing(stranger: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    status, html = await stranger.get("/p/me")
    assert status == 200
    assert "这里认不出是您" in html
    assert filing.number not in html
    for path in (f"/p/me/correct/{filing.number}", f"/p/me/delete/{filing.number}"):
        assert (await stranger.get(path))[0] == 404


async def test_the_copy_holds_ones_own_words_and_is_a_download(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    answer = await phone.send("/p/me", "/p/me/copy")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    told = await answer.json()
    assert told["complaints"][0]["number"] == filing.number
    assert "13812345678" in told["complaints"][0]["told"]["story"]
    assert (await phone.client.get("/p/me/copy")).status == 405


async def test_name_and_number_are_put_right(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "in_progress")
    page = f"/p/me/correct/{filing.number}"
    answer = await phone.send(page, page, name="", phone="１３９ 8765 4321")
    assert answer.status == 303
    _, html = await phone.get(answer.headers["Location"])
    assert "改好了" in html
    assert "139****4321" in html
    assert "示例赵大" in html


@pytest.mark.parametrize(
    ("name", "phone_number", "told"),
    [
        ("", "1380", "手机号应是 11 位，您填了 4 位"),
        ("😀😀", "", "姓名用汉字或字母"),
        (" ", "", "两项都空着"),
        ("", "12345678901", "没有这样的号码"),
    ],
)
async def test_what_is_no_name_or_number_is_told_and_kept(
    phone: Phone,
    assistant: Assistant,
    name: str,
    phone_number: str,
    told: str,
) -> None:
    filing = await filed(assistant)
    page = f"/p/me/correct/{filing.number}"
    answer = await phone.send(page, page, name=name, phone=phone_number)
    assert answer.status == 400
    html = await answer.text()
    assert told in html
    assert f'value="{phone_number}"' in html


async def test_a_case_that_is_over_can_be_deleted_and_is_gone(phone: Phone, assistant: Assistant) -> None:
    number = await withdrawn(phone, assistant)
    assert "删了找不回来" in (await phone.get(f"/p/me/delete/{number}"))[1]
    answer = await phone.send(f"/p/me/delete/{number}", f"/p/me/delete/{number}")
    assert answer.status == 303
    assert "删掉了" in (await phone.get(answer.headers["Location"]))[1]
    assert (await phone.get(f"/p/complaints/{number}"))[0] == 404
    assert (await phone.get(f"/p/me/delete/{number}"))[0] == 404


async def test_a_purged_case_is_closed_to_its_query_code_as_well(
    phone: Phone,
    stranger: Phone,
    assistant: Assistant,
) -> None:
    filing = await filed(assistant)
    case = f"/p/complaints/{filing.number}"
    await stranger.send("/p/complaints", "/p/complaints", number=filing.number, code=filing.code)
    assert (await stranger.get(case))[0] == 200
    await phone.send(f"{case}/withdraw", f"{case}/withdraw")
    await phone.send(f"/p/me/delete/{filing.number}", f"/p/me/delete/{filing.number}")
    assert (await stranger.get(case))[0] == 404
    answer = await stranger.send("/p/complaints", "/p/complaints", number=filing.number, code=filing.code)
    assert answer.status == 404


async def test_what_was_handed_in_goes_with_its_case(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "answered")
    case = f"/p/complaints/{filing.number}"
    upload = files.upload(files.jpeg())
    [kept] = await assistant.intake.take([upload])
    assert isinstance(kept, Kept)
    async with assistant.engine.begin() as connection:
        await add_evidence(connection, "0" * 32, kept, Holder(number=filing.number), assistant.clock.now())
    picture = f"{case}/evidence/{'0' * 32}"
    assert (await phone.client.get(picture)).status == 200
    await phone.send(f"{case}/rate", f"{case}/rate", solved="yes", satisfied="5")
    await phone.send(f"/p/me/delete/{filing.number}", f"/p/me/delete/{filing.number}")
    assert (await phone.client.get(picture)).status == 404
    assert list(assistant.vault.names()) == []


async def test_an_open_case_is_kept_and_the_way_out_is_shown(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant, "in_progress")
    _, html = await phone.get(f"/p/me/delete/{filing.number}")
    assert "现在还不能删" in html
    assert f"/p/complaints/{filing.number}/withdraw" in html
    fields = hidden((await phone.get("/p/me"))[1])
    answer = await phone.post(f"/p/me/delete/{filing.number}", **fields)
    assert answer.status == 409
    assert await state_of(assistant, filing.number) is State.IN_PROGRESS


async def test_everything_that_can_be_is_deleted_at_once(phone: Phone, assistant: Assistant) -> None:
    gone, kept = await withdrawn(phone, assistant), await filed(assistant, "in_progress")
    _, html = await phone.get("/p/me/delete/all")
    assert f"{kept.number}：还没办完，不删" in html
    answer = await phone.post("/p/me/delete/all", **hidden(html))
    _, html = await phone.get(answer.headers["Location"])
    assert "能删的都删了" in html
    assert kept.number in html
    assert gone not in html


@pytest.mark.parametrize("act", ["copy", "leave", "delete/all", "delete/talk", "delete/{}", "correct/{}"])
async def test_no_other_site_can_send_these_forms(phone: Phone, assistant: Assistant, act: str) -> None:
    number = await withdrawn(phone, assistant)
    fields = hidden((await phone.get("/p/me"))[1])
    for bad, headers in (
        ({}, {}),
        (fields | {"form_token": "x"}, {}),
        (fields, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = await phone.client.post(f"/p/me/{act.format(number)}", data=bad, headers=headers)
        assert answer.status == 403
    assert number in (await phone.get("/p/me"))[1]


async def test_leaving_forgets_who_it_is_on_this_phone(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    answer = await phone.send("/p/me", "/p/me/leave")
    assert answer.status == 303
    assert filing.number not in (await phone.get("/p/me"))[1]


async def test_the_notice_tells_its_version_and_the_periods_in_force(
    phone: Phone,
    assistant: Assistant,
) -> None:
    library = assistant.content.desk.library
    _, html = await phone.get("/p/privacy")
    assert f"告知书版本{library.city.consent_version}" in words_of(html)
    assert f"办结后{library.limits.kept['complaint'].value}年" in words_of(html)
    assert "请打12345问" in words_of(html)
