"""Every interface of the platform that we call, against a stand-in that keeps the platform's rules."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.courier import SAME_MESSAGE_FOR
from bot.platform import PlatformClient
from bot.pushes import choices_message, image_message, news_message, text_message
from domain.clock import ManualClock
from domain.errors import AskOperator, Never, PlatformError, RetryLater, Unreachable
from domain.replies import Card
from tests.bot.conftest import MakeClient
from tests.platform.world import Fault, File, World

SEND, TEMPLATE, NOTICE = (
    f"/cgi-bin/message/{name}" for name in ("custom/send", "template/send", "subscribe/bizsend")
)
MENU = {"button": [{"type": "click", "name": "问一问", "key": "帮助"}]}


async def refused(work: Any, kind: type[PlatformError], errcode: int) -> None:
    with pytest.raises(kind) as caught:
        await work
    assert caught.value.errcode == errcode


# --- 客服消息 ---


async def test_each_kind_of_custom_message_arrives(platform: PlatformClient, world: World) -> None:
    world.files["M"] = File("image", b"x", "image/png", world.now())
    world.touch("o-a", "message")
    card = Card("标" * 80, "述" * 200, "/p/stories/x", "/static/x.png")
    messages = [
        text_message("您好，“引号”和 <b> 都在"),
        news_message(card, "https://xy.example.cn"),
        image_message("M"),
        choices_message("满意吗？", ["满意", "不满意"], "谢谢您。"),
    ]
    for message in messages:
        await platform.send_custom("o-a", message)
    assert [sent["msgtype"] for sent in world.sent] == ["text", "news", "image", "msgmenu"]
    assert world.sent[0]["text"]["content"] == "您好，“引号”和 <b> 都在"
    article = world.sent[1]["news"]["articles"][0]
    assert (len(article["title"]), len(article["description"])) == (64, 120)
    assert article["url"] == "https://xy.example.cn/p/stories/x"
    assert [item["id"] for item in world.sent[3]["msgmenu"]["list"]] == ["1", "2"]


async def test_five_messages_within_48_hours_of_one_of_theirs(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.touch("o-a", "message")
    for _ in range(5):
        await platform.send_custom("o-a", text_message("一"))
    await refused(platform.send_custom("o-a", text_message("六")), Never, 45047)
    world.touch("o-b", "message")
    clock.advance(timedelta(hours=48))
    await refused(platform.send_custom("o-b", text_message("晚")), Never, 45015)


@pytest.mark.parametrize("touch", ["click", "subscribe", "scan"])
async def test_three_messages_within_a_minute_of_a_touch(
    touch: str, platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.touch("o-a", touch)
    for _ in range(3):
        await platform.send_custom("o-a", text_message("一"))
    await refused(platform.send_custom("o-a", text_message("四")), Never, 45047)
    world.touch("o-b", touch)
    clock.advance(timedelta(seconds=60))
    await refused(platform.send_custom("o-b", text_message("晚")), Never, 45015)


async def test_who_cannot_be_reached_is_told_apart(platform: PlatformClient, world: World) -> None:
    for name in ("o-left", "o-black", "o-mute"):
        world.touch(name, "message")
    world.people["o-left"].is_following = False
    world.people["o-black"].is_blacklisted = True
    world.people["o-mute"].is_muted = True
    for name, errcode in [("o-left", 43004), ("o-black", 43019), ("o-mute", 48002), ("o-nobody", 40003)]:
        await refused(platform.send_custom(name, text_message("您好")), Never, errcode)


async def test_custom_messages_beyond_the_limits_are_refused(platform: PlatformClient, world: World) -> None:
    world.touch("o-a", "message")
    await refused(platform.send_custom("o-a", text_message("长" * 683)), Never, 45002)
    articles = {"msgtype": "news", "news": {"articles": [{}, {}]}}
    await refused(platform.send_custom("o-a", articles), Never, 45008)
    await refused(platform.send_custom("o-a", image_message("gone")), Never, 40007)


async def test_menu_message_needs_a_verified_account(platform: PlatformClient, world: World) -> None:
    world.kind = "test"
    world.touch("o-a", "message")
    await refused(platform.send_custom("o-a", choices_message("选", ["一"])), AskOperator, 40200)


async def test_typing_is_shown_only_to_who_just_spoke(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.touch("o-a", "message")
    await platform.start_typing("o-a")
    await refused(platform.start_typing("o-a"), Never, 45081)
    await platform.stop_typing("o-a")
    clock.advance(timedelta(seconds=31))
    await refused(platform.start_typing("o-a"), Never, 45080)


# --- 模板消息, 订阅通知 ---


async def test_template_message_arrives_once_for_one_id(platform: PlatformClient, world: World) -> None:
    world.person("o-a")
    sent = [
        await platform.send_template(
            "o-a",
            "TEMPLATE",
            {"thing1": "已受理"},
            url="https://xy.example.cn/p/complaints",
            client_id="push-1",
        )
        for _ in range(2)
    ]
    assert sent[0] == sent[1] > 0
    assert len(world.sent) == 1
    assert world.sent[0]["url"].startswith("https://")


async def test_the_platform_forgets_an_id_after_ten_minutes(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    """What ADR 8 rests on: sent again in time it is one message, later it may be two."""
    for openid in ("o-a", "o-b"):
        world.person(openid)
        await platform.send_template(openid, "TEMPLATE", {"thing1": "已受理"}, client_id="push-1")
    assert len(world.sent) == 2, "an id counts for one resident"
    clock.advance(SAME_MESSAGE_FOR)
    await platform.send_template("o-a", "TEMPLATE", {"thing1": "已受理"}, client_id="push-1")
    assert len(world.sent) == 2
    clock.advance(timedelta(minutes=1))
    await platform.send_template("o-a", "TEMPLATE", {"thing1": "已受理"}, client_id="push-1")
    assert len(world.sent) == 3


async def test_template_message_without_a_page_carries_none(platform: PlatformClient, world: World) -> None:
    world.person("o-a")
    await platform.send_template("o-a", "TEMPLATE", {"thing1": "已受理"})
    assert not {"url", "client_msg_id"} & set(world.sent[0])


@pytest.mark.parametrize("value", ["第一行\n第二行", "好\U0001f600", ""])
async def test_template_values_that_must_not_be_are_refused(
    value: str, platform: PlatformClient, world: World
) -> None:
    world.person("o-a")
    await refused(platform.send_template("o-a", "TEMPLATE", {"thing1": value}), AskOperator, 47003)


async def test_template_that_is_gone_and_resident_who_left(platform: PlatformClient, world: World) -> None:
    world.person("o-a").is_following = False
    await refused(platform.send_template("o-a", "OLD", {"thing1": "一"}), AskOperator, 40037)
    await refused(platform.send_template("o-a", "TEMPLATE", {"thing1": "一"}), Never, 43004)


async def test_one_consent_is_one_push(platform: PlatformClient, world: World) -> None:
    world.person("o-a").consents["NOTICE"] = 1
    await platform.send_notice(
        "o-a", "NOTICE", {"thing1": "已受理", "phrase2": "办理中"}, page="https://xy.cn/p"
    )
    await refused(platform.send_notice("o-a", "NOTICE", {"thing1": "已办结"}), Never, 43101)
    assert [sent["by"] for sent in world.sent] == ["notice"]


async def test_lasting_consent_is_not_spent(platform: PlatformClient, world: World) -> None:
    world.person("o-a").lasting.add("NOTICE")
    for _ in range(3):
        await platform.send_notice("o-a", "NOTICE", {"thing1": "已受理"})


@pytest.mark.parametrize(
    "data",
    [{"thing1": "长" * 21}, {"phrase1": "办理中啦呀呀"}, {"phrase1": "abc"}, {"character_string1": "汉字"}],
)
async def test_notice_fields_beyond_their_kind_are_refused(
    data: dict[str, str], platform: PlatformClient, world: World
) -> None:
    world.person("o-a").consents["NOTICE"] = 1
    await refused(platform.send_notice("o-a", "NOTICE", data), AskOperator, 47003)
    assert world.person("o-a").consents["NOTICE"] == 1


async def test_notice_to_a_wrong_page_or_from_a_test_account(platform: PlatformClient, world: World) -> None:
    world.person("o-a").consents["NOTICE"] = 1
    await refused(
        platform.send_notice("o-a", "NOTICE", {"thing1": "一"}, page="http://x"), AskOperator, 41030
    )
    await refused(platform.send_notice("o-a", "OLD", {"thing1": "一"}), AskOperator, 40037)
    world.kind = "test"
    await refused(platform.send_notice("o-a", "NOTICE", {"thing1": "一"}), AskOperator, 48001)


# --- 菜单, 二维码, 标签, 用户 ---


async def test_menu_is_made_read_and_deleted(platform: PlatformClient) -> None:
    assert await platform.menu() == {"button": []}
    await platform.create_menu(MENU)
    assert [button["name"] for button in (await platform.menu())["button"]] == ["问一问"]
    await platform.delete_menu()
    assert await platform.menu() == {"button": []}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "click", "name": "名", "key": "键"} | changes


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([button()] * 4, 40016),
        ([button(name="六个汉字超了")], 40018),
        ([button(key="键" * 43)], 40019),
        ([button(type="view", url="https://x/" + "a" * 1020)], 40020),
        ([{"name": "名", "sub_button": [button()] * 6}], 40023),
        ([{"name": "名", "sub_button": [button(name="字" * 21)]}], 40025),
        ([{"name": "名", "sub_button": [button(key="键" * 43)]}], 40026),
        ([{"name": "名", "sub_button": [button(type="view", url="")]}], 40027),
    ],
)
async def test_menu_beyond_the_limits_is_refused(
    buttons: list[Any], errcode: int, platform: PlatformClient
) -> None:
    await refused(platform.create_menu({"button": buttons}), AskOperator, errcode)


async def test_codes_are_made_within_their_limits(platform: PlatformClient, world: World) -> None:
    assert (await platform.create_temporary_qr("window_city", 30 * 86400)).startswith(
        "http://weixin.qq.com/q/"
    )
    assert await platform.create_permanent_qr("window_city")
    for work in (
        platform.create_temporary_qr("x", 30 * 86400 + 1),
        platform.create_temporary_qr("x" * 65, 60),
        platform.create_permanent_qr(""),
    ):
        await refused(work, AskOperator, 40053)
    world.permanent_codes = 100_000
    await refused(platform.create_permanent_qr("one_too_many"), AskOperator, 45029)


async def test_tags_are_made_listed_and_walked(platform: PlatformClient, world: World) -> None:
    tag = await platform.create_tag("窗口人员")
    assert await platform.tags() == {"窗口人员": tag}
    world.tagged[tag] = [f"o-{number}" for number in range(10_001)]
    first, place = await platform.tag_members(tag)
    rest, place = await platform.tag_members(tag, place)
    assert (*first, *rest) == tuple(world.tagged[tag])
    assert await platform.tag_members(tag, place) == ((), "")


async def test_tags_beyond_the_limits_are_refused(platform: PlatformClient, world: World) -> None:
    await platform.create_tag("一")
    await refused(platform.create_tag("一"), AskOperator, 45157)
    await refused(platform.create_tag("十一个汉字的标签名字啊"), AskOperator, 45158)
    world.tags = {str(number): number for number in range(100)}
    await refused(platform.create_tag("满了"), AskOperator, 45056)


async def test_following_is_known(platform: PlatformClient, world: World) -> None:
    world.person("o-a")
    world.person("o-b").is_following = False
    assert await platform.is_following("o-a")
    assert not await platform.is_following("o-b")
    await refused(platform.is_following("o-nobody"), Never, 40003)


async def test_callback_addresses_are_listed(platform: PlatformClient) -> None:
    assert await platform.callback_addresses() == ("203.0.113.10", "203.0.113.0/28")


# --- 网页授权 ---


async def test_code_tells_who_came_once_and_for_five_minutes(
    platform: PlatformClient, world: World, clock: ManualClock, stand_in: Any
) -> None:
    from tests.platform.world import Visit

    world.visits = {"new": Visit("o-a", world.now()), "shot": Visit("o-fake", world.now(), is_snapshot=True)}
    visitor = await platform.visitor("new")
    assert (visitor.openid, visitor.is_snapshot) == ("o-a", False)
    assert "o-a" not in repr(visitor)
    await refused(platform.visitor("new"), Never, 40163)
    await refused(platform.visitor("none"), Never, 40029)
    assert (await platform.visitor("shot")).is_snapshot
    world.visits["old"] = Visit("o-a", world.now())
    clock.advance(timedelta(seconds=301))
    await refused(platform.visitor("old"), Never, 40029)


# --- quotas ---


async def test_quota_of_the_day_and_of_the_minute(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.person("o-a")
    world.quota["/cgi-bin/user/info"] = 2
    for _ in range(2):
        await platform.is_following("o-a")
    await refused(platform.is_following("o-a"), RetryLater, 45009)
    clock.advance(timedelta(days=1))
    assert await platform.is_following("o-a")
    world.per_minute["/cgi-bin/user/info"] = 1
    await refused(platform.is_following("o-a"), RetryLater, 45011)


async def test_quota_is_cleared_ten_times_a_month(platform: PlatformClient, world: World) -> None:
    world.person("o-a")
    world.quota["/cgi-bin/user/info"] = 1
    for _ in range(10):
        await platform.is_following("o-a")
        await platform.clear_quota()
    await refused(platform.clear_quota(), AskOperator, 48006)


# --- accounts ---


async def test_account_that_is_not_who_it_says(make_client: MakeClient, world: World) -> None:
    await refused(make_client(appid="wx-other").menu(), AskOperator, 40013)
    await refused(make_client(secret="wrong").menu(), AskOperator, 40125)


async def test_address_that_is_not_in_the_whitelist_is_named(platform: PlatformClient, world: World) -> None:
    world.is_address_refused = True
    with pytest.raises(AskOperator) as caught:
        await platform.menu()
    assert (caught.value.errcode, caught.value.detail) == (40164, "203.0.113.7")


async def test_unverified_account_may_only_answer(platform: PlatformClient, world: World) -> None:
    world.kind = "unverified"
    world.person("o-a")
    for work in (
        platform.send_custom("o-a", text_message("一")),
        platform.send_template("o-a", "TEMPLATE", {"thing1": "一"}),
        platform.create_permanent_qr("x"),
        platform.is_following("o-a"),
        platform.ticket(),
    ):
        await refused(work, AskOperator, 48001)
    await platform.create_menu(MENU)


# --- answers that are none ---


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("html"), RetryLater),
        (Fault("broken"), RetryLater),
        (Fault("list"), RetryLater),
        (Fault("huge"), RetryLater),
        (Fault("status", status=502), RetryLater),
        (Fault("status", status=404), RetryLater),
        (Fault("cut"), Unreachable),
        (Fault("redirect"), AskOperator),
        (Fault("errcode", errcode=-1), RetryLater),
        (Fault("errcode", errcode=61007), AskOperator),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
async def test_answer_that_is_none(
    fault: Fault, kind: type[PlatformError], platform: PlatformClient, world: World
) -> None:
    await platform.menu()
    before = sum(world.calls.values())
    world.faults.append(fault)
    with pytest.raises(kind):
        await platform.create_menu(MENU)
    assert sum(world.calls.values()) == before + 1, "nothing is sent twice behind the caller's back"


async def test_slow_answer_is_given_up_and_may_have_worked(make_client: MakeClient, world: World) -> None:
    platform = make_client(within_s=0.2)
    await platform.menu()
    world.faults.append(Fault("slow", "/cgi-bin/menu/create", seconds=30))
    with pytest.raises(Unreachable) as caught:
        await platform.create_menu(MENU)
    assert caught.value.is_perhaps_done


@pytest.mark.parametrize("answer", [{}, {"menu": 7}, {"menu": ["x"]}, {"errcode": "7"}])
async def test_answer_without_what_it_must_have_cannot_be_read(
    answer: Any, platform: PlatformClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.delete_menu()

    async def odd(*_: Any) -> Any:
        return json.dumps(answer).encode()

    monkeypatch.setattr("bot.transport.read_limited", odd)
    with pytest.raises(RetryLater):
        await platform.menu()


async def test_uploaded_file_has_an_id(platform: PlatformClient, world: World) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    media_id = await platform.upload_media("image", picture, "image/png")
    assert world.files[media_id].content == picture
    await refused(platform.upload_media("poem", picture, "image/png"), Never, 40004)
    await refused(platform.upload_media("image", b"x", "image/png"), Never, 40006)


async def test_upload_whose_token_was_killed_is_sent_again_whole(
    platform: PlatformClient, world: World
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    await platform.menu()
    world.kill_tokens()
    media_id = await platform.upload_media("image", picture, "image/png")
    assert len(world.files[media_id].content) == 108
