"""News of a complaint reaches the phone once, by the best way that is open, or is told at the next visit."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.courier import Courier
from bot.parse import parse_message
from bot.platform import PlatformClient
from bot.service import Assistant
from bot.xml import parse_fields
from domain.clock import ManualClock
from domain.ids import blind_name
from domain.messages import ConsentChanged, Incoming, PushEnded, Subscribed, Text, Unsubscribed
from domain.platform_codes import TOKEN_CODES, PlatformCode
from domain.push_fields import Fact, PushTemplate
from domain.pushing import Pushes, PushState, Step, after_refusal
from storage.complaint_tables import outbox
from storage.deliveries import LEASE
from tests.bot.conftest import MakeClient
from tests.conftest import NOW
from tests.platform.world import Fault, World
from tests.support.filed import STORY
from tests.support.news import accept, courier_of, file_case, with_pushes
from tests.support.platform import Platform, words_of

CUSTOM, TEMPLATE, NOTICE = (
    f"/cgi-bin/message/{name}" for name in ("custom/send", "template/send", "subscribe/bizsend")
)
FIELDS = {"character_string1": Fact.NUMBER, "thing2": Fact.NEWS, "time3": Fact.MOMENT}
BOTH = Pushes(notice=PushTemplate("NOTICE", FIELDS), template=PushTemplate("TEMPLATE", FIELDS))
ONLY_NOTICE = replace(BOTH, template=PushTemplate())
ONLY_TEMPLATE = replace(BOTH, notice=PushTemplate())
OPENID = "o-resident-a"


class Stage:
    """A resident with one case, a platform, and a courier for the templates that a city has chosen."""

    def __init__(self, assistant: Assistant, platform: PlatformClient, world: World) -> None:
        self.assistant, self.platform, self.world = assistant, platform, world
        self.content = assistant.content
        self.courier = courier_of(assistant, platform)
        self.messages = 0
        assert isinstance(assistant.clock, ManualClock)
        self.clock = assistant.clock

    def chooses(self, pushes: Pushes) -> Courier:
        self.content = with_pushes(self.assistant.content, pushes)
        self.courier = self.another_process()
        return self.courier

    def another_process(self, platform: PlatformClient | None = None) -> Courier:
        return courier_of(self.assistant, platform or self.platform, self.content)

    async def sends(self, content: Any, openid: str = OPENID) -> str:
        """The resident does something, here and at the platform; returns the words that answer it."""
        kind = {Text: "message", Subscribed: "subscribe"}.get(type(content))
        if kind:
            self.world.touch(openid, kind)
        self.messages += 1
        second = int(self.clock.now().timestamp())
        incoming = Incoming(f"{openid}{self.messages}", openid, "gh", second, content)
        pipeline = replace(self.assistant.pipeline, content=self.content)
        return words_of((await pipeline.answer(incoming)).content)

    async def consents(self, times: int = 1) -> None:
        for _ in range(times):
            self.world.person(OPENID).consents["NOTICE"] += 1
            await self.sends(ConsentChanged((("NOTICE", True),), is_asked=True))

    async def has_news(self, openid: str = OPENID) -> str:
        self.world.person(openid)
        number = await file_case(self.assistant, openid)
        await accept(self.assistant, number)
        return number

    async def states(self) -> list[tuple[str, str, str]]:
        """(state, channel, fault) of every piece of news."""
        async with self.assistant.engine.connect() as connection:
            rows = await connection.execute(
                select(outbox.c.status, outbox.c.channel, outbox.c.fault).order_by(outbox.c.id)
            )
            return [tuple(row) for row in rows]  # type: ignore[misc]

    @property
    def ways(self) -> list[str]:
        return [sent["by"] for sent in self.world.sent]


@pytest.fixture
def stage(assistant: Assistant, platform: PlatformClient, world: World) -> Stage:
    return Stage(assistant, platform, world)


# --- which way ---


async def test_who_agreed_is_told_by_a_notice_and_each_consent_serves_once(stage: Stage) -> None:
    stage.chooses(BOTH)
    await stage.consents()
    await stage.has_news()
    await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.ways == ["notice", "template"]


async def test_without_templates_a_custom_message_says_it_while_the_window_is_open(stage: Stage) -> None:
    await stage.sends(Text("你好"))
    number = await stage.has_news()
    await stage.courier.deliver_due()
    text = words_of(stage.world.sent[0]["text"]["content"])
    assert f"{number} 已受理" in text
    assert "看进度" in text


async def test_who_cannot_be_reached_is_told_at_the_next_visit_and_then_not_again(stage: Stage) -> None:
    await stage.sends(Text("你好"))
    stage.clock.advance(timedelta(days=3))
    number = await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.world.sent == []
    assert number in await stage.sends(Text("信用修复"))
    assert number not in await stage.sends(Text("信用修复"))
    await stage.courier.deliver_due()
    assert stage.world.sent == []
    assert {state for state, _, _ in await stage.states()} == {"told"}


async def test_what_was_pushed_is_not_told_again_at_the_next_visit(stage: Stage) -> None:
    await stage.sends(Text("你好"))
    number = await stage.has_news()
    await stage.courier.deliver_due()
    assert number not in await stage.sends(Text("信用修复"))


async def test_five_custom_messages_and_the_sixth_waits_for_the_next_visit(stage: Stage) -> None:
    await stage.sends(Text("你好"))
    for _ in range(6):
        await stage.has_news()
    await stage.courier.deliver_due()
    assert len(stage.world.sent) == 5
    assert stage.world.calls[CUSTOM] == 5, "the ledger knows, the platform need not refuse"
    assert [state for state, _, _ in await stage.states()].count("kept") == 1


async def test_a_follower_of_a_minute_is_reached_and_one_of_an_hour_is_not(stage: Stage) -> None:
    await stage.sends(Subscribed())
    await stage.has_news()
    await stage.courier.deliver_due()
    stage.clock.advance(timedelta(hours=1))
    await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.ways == ["custom"]


async def test_who_unfollowed_is_left_alone_until_they_come_back(stage: Stage) -> None:
    stage.chooses(BOTH)
    await stage.sends(Unsubscribed())
    await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.world.calls[TEMPLATE] == 0
    await stage.sends(Subscribed())
    await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.ways == ["template"]


async def test_at_night_it_waits_for_the_morning(stage: Stage) -> None:
    stage.chooses(BOTH)
    stage.clock.advance(timedelta(hours=12))
    await stage.has_news()
    assert await stage.courier.deliver_due() == 1
    assert stage.world.sent == []
    stage.clock.advance(timedelta(hours=10, minutes=29))
    await stage.courier.deliver_due()
    assert stage.world.sent == []
    stage.clock.advance(timedelta(minutes=1))
    await stage.courier.deliver_due()
    assert stage.ways == ["template"]


async def test_a_push_holds_the_number_and_what_happened_and_nothing_else(stage: Stage) -> None:
    stage.chooses(BOTH)
    await stage.consents()
    await stage.sends(Text("你好"))
    numbers = [await stage.has_news() for _ in range(2)]
    await stage.courier.deliver_due()
    stage.chooses(Pushes())
    numbers.append(await stage.has_news())
    await stage.courier.deliver_due()
    assert stage.ways == ["notice", "template", "custom"]
    for sent in stage.world.sent[:2]:
        values = {name: value["value"] for name, value in sent["data"].items()}
        number = numbers[stage.world.sent.index(sent)]
        assert values == {"character_string1": number, "thing2": "已受理", "time3": "2026年11月23日 10:00"}
    everything = json.dumps(stage.world.sent, ensure_ascii=False)
    for secret in (STORY[:12], "13812345678", "示例", "乌达"):
        assert secret not in everything


# --- refusals ---


async def test_a_consent_taken_back_is_not_tried_again(stage: Stage) -> None:
    stage.chooses(BOTH)
    await stage.consents(3)
    stage.world.person(OPENID).consents.clear()
    await stage.has_news()
    await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.ways == ["template", "template"]
    assert stage.world.calls[NOTICE] == 1


@pytest.mark.parametrize("how", ["is_following", "is_blacklisted"])
async def test_who_left_without_a_word_is_not_tried_again(stage: Stage, how: str) -> None:
    stage.chooses(ONLY_TEMPLATE)
    person = stage.world.person(OPENID)
    setattr(person, how, how == "is_blacklisted")
    await stage.has_news()
    await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.world.calls[TEMPLATE] == 1
    assert {state for state, _, _ in await stage.states()} == {"kept"}


@pytest.mark.parametrize("errcode", [45015, 45047])
async def test_a_window_that_is_closed_after_all_leaves_it_to_the_next_visit(
    stage: Stage, errcode: int
) -> None:
    await stage.sends(Text("你好"))
    await stage.has_news()
    stage.world.faults.append(Fault("errcode", CUSTOM, errcode=errcode))
    await stage.courier.deliver_due()
    assert [state for state, _, _ in await stage.states()] == ["kept"]


async def test_a_day_quota_that_is_spent_waits_for_tomorrow(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    stage.world.quota[TEMPLATE] = 1
    for _ in range(2):
        await stage.has_news()
    await stage.courier.deliver_due()
    stage.clock.advance(timedelta(hours=10))
    await stage.courier.deliver_due()
    assert stage.ways == ["template"]
    stage.clock.advance(timedelta(hours=14))
    await stage.courier.deliver_due()
    assert stage.ways == ["template", "template"]


async def test_a_template_that_is_gone_is_asked_for_once_an_hour(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    stage.world.templates.clear()
    await stage.sends(Text("你好"))
    for _ in range(3):
        await stage.has_news()
    await stage.courier.deliver_due()
    assert stage.ways == ["custom"] * 3
    assert stage.world.calls[TEMPLATE] == 1


async def test_what_never_goes_out_is_given_up_told_in_chat_and_can_be_sent_again(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    number = await stage.has_news()
    stage.world.faults.append(Fault("errcode", TEMPLATE, times=100, errcode=-1))
    for _ in range(100):
        await stage.courier.deliver_due()
        stage.clock.advance(timedelta(hours=1))
    assert await stage.states() == [("dead", "", "system_busy")]
    deliveries = stage.courier.deliveries
    assert (await deliveries.counts())[PushState.DEAD] == 1
    letter = (await deliveries.listed([PushState.DEAD], 10))[0]
    assert (letter.number, letter.news, letter.tries) == (number, "accepted", 8)
    stage.world.faults.clear()
    assert await deliveries.revive(stage.clock.now()) == 1
    while not stage.world.sent:
        stage.clock.advance(timedelta(hours=1))
        await stage.courier.deliver_due()
    assert stage.ways == ["template"]


async def test_who_has_never_said_a_word_is_told_with_the_first_one(stage: Stage) -> None:
    number = await stage.has_news()
    await stage.courier.deliver_due()
    assert number in await stage.sends(Text("信用修复"))


async def test_what_was_given_up_is_told_at_the_next_visit(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    number = await stage.has_news()
    await stage.sends(Unsubscribed())
    stage.world.faults.append(Fault("errcode", TEMPLATE, times=100, errcode=-1))
    await stage.courier.deliver_due()
    assert number in await stage.sends(Text("信用修复"))


PLATFORMS_OWN = [code for code in PlatformCode if code > -1000]
LEFT_TO_THE_VISIT = {Step.NEXT_CHANNEL, Step.NEXT_VISIT}


@pytest.mark.parametrize("code", PLATFORMS_OWN, ids=lambda code: code.name)
async def test_each_code_is_handled_as_it_deserves_and_nothing_goes_out_twice(
    stage: Stage, code: PlatformCode
) -> None:
    """Refused once by the one channel there is: sent when trying again can help, else left to the next visit."""
    stage.chooses(ONLY_TEMPLATE)
    number = await stage.has_news()
    times = 2 if code in TOKEN_CODES else 1  # a token that is refused costs a retry at once
    stage.world.faults.append(Fault("errcode", TEMPLATE, times=times, errcode=code))
    for _ in range(60):
        await stage.courier.deliver_due()
        stage.clock.advance(timedelta(hours=1))
    if after_refusal(code, 0, NOW).step in LEFT_TO_THE_VISIT:
        assert stage.world.sent == []
        assert number in await stage.sends(Text("信用修复"))
    else:
        assert stage.ways == ["template"]
        assert number not in await stage.sends(Text("信用修复"))


async def test_what_is_left_lying_is_noticed(stage: Stage) -> None:
    deliveries = stage.chooses(ONLY_TEMPLATE).deliveries
    await stage.has_news()
    await stage.has_news()
    assert not await deliveries.is_stuck(stage.clock.now())
    stage.clock.advance(timedelta(minutes=16))
    assert await deliveries.is_stuck(stage.clock.now())
    stage.world.faults.append(Fault("errcode", TEMPLATE, errcode=45009))
    await stage.courier.deliver_due()
    stage.clock.advance(timedelta(hours=1))
    assert not await deliveries.is_stuck(stage.clock.now()), (
        "the second waits for the first, which waits for tomorrow"
    )


# --- how a push ended ---


async def test_a_template_message_that_did_not_arrive_is_told_at_the_next_visit(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    await stage.sends(Text("你好"))
    number = await stage.has_news()
    await stage.courier.deliver_due()
    async with stage.assistant.engine.connect() as connection:
        message_id = (await connection.execute(select(outbox.c.message_id))).scalar_one()
    await stage.sends(PushEnded(is_delivered=False, message_id=message_id))
    assert number in await stage.sends(Text("信用修复"))


async def test_a_notice_in_doubt_that_did_arrive_is_not_told_again(stage: Stage) -> None:
    stage.chooses(ONLY_NOTICE)
    await stage.sends(Text("你好"))
    await stage.consents()
    number = await stage.has_news()
    stage.world.faults.append(Fault("status", NOTICE))
    await stage.courier.deliver_due()
    assert await stage.states() == [("kept", "notice", "unsure")]
    await stage.sends(PushEnded(is_delivered=True, template="NOTICE"))
    assert await stage.states() == [("sent", "notice", "")]
    assert number not in await stage.sends(Text("信用修复"))


# --- nothing twice ---


class Crashes(Exception):
    """The process dies here."""


async def crash_after_sending(courier: Courier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform has taken the push; the process dies before it is stored."""

    async def die(*_: object, **__: object) -> None:
        raise Crashes

    with monkeypatch.context() as patched:
        patched.setattr(courier.deliveries, "sent", die)
        with pytest.raises(Crashes):
            await courier.deliver_due()


async def test_template_message_is_sent_again_after_a_crash_and_arrives_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crash_after_sending(
        stage.chooses(ONLY_TEMPLATE) if await stage.has_news() else stage.courier, monkeypatch
    )
    another = stage.another_process()
    assert await another.deliver_due() == 0, "the lease still holds"
    stage.clock.advance(LEASE)
    assert await another.deliver_due() == 1
    assert stage.ways == ["template"], "the platform makes one of the two"
    assert [state for state, _, _ in await stage.states()] == ["sent"]


async def test_template_message_of_long_ago_is_not_sent_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.sends(Text("你好"))
    number = await stage.has_news()
    await crash_after_sending(stage.chooses(ONLY_TEMPLATE), monkeypatch)
    stage.clock.advance(timedelta(hours=1))
    await stage.another_process().deliver_due()
    assert stage.ways == ["template"]
    assert number in await stage.sends(Text("信用修复")), "told, since nobody knows"


async def test_custom_message_is_not_sent_again_after_a_crash(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.sends(Text("你好"))
    await stage.has_news()
    await crash_after_sending(stage.courier, monkeypatch)
    stage.clock.advance(LEASE)
    await stage.another_process().deliver_due()
    assert stage.ways == ["custom"]
    assert await stage.states() == [("kept", "custom", "unsure")]


async def test_a_process_that_was_asleep_past_its_lease_sends_nothing(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    await stage.has_news()
    parcel = await stage.courier.deliveries.take(stage.clock.now())
    assert parcel
    stage.clock.advance(LEASE)
    await stage.another_process().deliver_due()
    await stage.courier._deliver(parcel)
    assert stage.ways == ["template"]


async def test_two_processes_share_the_work_and_send_nothing_twice(
    stage: Stage, make_client: MakeClient
) -> None:
    stage.chooses(ONLY_TEMPLATE)
    for resident in range(20):
        await stage.has_news(f"o-{resident}")
    couriers = [stage.another_process(make_client()) for _ in range(3)]
    counts = await asyncio.gather(*(courier.deliver_due() for courier in couriers))
    assert sum(counts) == 20
    assert sorted(sent["touser"] for sent in stage.world.sent) == sorted(f"o-{n}" for n in range(20))


async def test_one_residents_news_keep_their_order(stage: Stage) -> None:
    stage.chooses(ONLY_TEMPLATE)
    first, second = await stage.has_news(), await stage.has_news()
    stage.world.faults.append(Fault("errcode", TEMPLATE, errcode=-1))
    await stage.courier.deliver_due()
    assert stage.world.sent == [], "the second waits for the first"
    stage.clock.advance(timedelta(minutes=1))
    await stage.courier.deliver_due()
    numbers = [sent["data"]["character_string1"]["value"] for sent in stage.world.sent]
    assert numbers == [first, second]


@pytest.mark.parametrize("pushes", [ONLY_TEMPLATE, Pushes()], ids=["template", "custom"])
@pytest.mark.parametrize("kind", ["errcode", "status", "html", "broken", "cut"])
async def test_an_hour_without_the_platform_loses_nothing_and_sends_nothing_twice(
    stage: Stage, make_client: MakeClient, kind: Any, pushes: Pushes
) -> None:
    """News come in before, in and after the hour; two processes look every five seconds."""
    stage.chooses(pushes)
    couriers = [stage.another_process(make_client()) for _ in range(2)]
    outage = Fault(kind, times=10**6, errcode=-1)
    residents = 0
    for second in range(0, 75 * 60, 5):
        if second == 5 * 60:
            stage.world.faults.append(outage)
        if second == 65 * 60:
            stage.world.faults.clear()
        if second % 150 == 0:
            await stage.sends(Text("你好"), f"o-{residents}")
            await stage.has_news(f"o-{residents}")
            residents += 1
        if second % 30 == 0 or abs(second - 300) < 60:
            for courier in couriers:
                await courier.deliver_due()
        stage.clock.advance(timedelta(seconds=5))
    for _ in range(12):
        stage.clock.advance(timedelta(minutes=5))
        for courier in couriers:
            await courier.deliver_due()
    reached = [sent["touser"] for sent in stage.world.sent]
    assert len(reached) == len(set(reached)), "none twice"
    unsure = [state for state in await stage.states() if state[2] == "unsure"]
    assert len(reached) + len(unsure) == residents, "none lost"
    assert len(unsure) <= len(couriers), "at most what was on its way when the platform fell silent"
    if kind == "errcode":
        assert not unsure


async def test_a_day_without_a_token_spends_no_tries(stage: Stage, make_client: MakeClient) -> None:
    """The machine's address is not in the whitelist; the day after, somebody has put it there."""
    stage.chooses(ONLY_TEMPLATE)
    courier = stage.another_process(make_client())
    stage.world.is_address_refused = True
    for resident in range(3):
        await stage.has_news(f"o-{resident}")
    for _ in range(25 * 12):
        await courier.deliver_due()
        stage.clock.advance(timedelta(minutes=5))
    assert {state for state, _, _ in await stage.states()} == {"waiting"}
    stage.world.is_address_refused = False
    for _ in range(3):
        stage.clock.advance(timedelta(minutes=5))
        await courier.deliver_due()
    assert stage.ways == ["template"] * 3


async def test_consent_events_are_read_from_the_platforms_xml(stage: Stage) -> None:
    platform = Platform(now_s=int(stage.clock.now().timestamp()))
    xml = platform.event("subscribe_msg_popup_event").replace(
        "</xml>",
        "<SubscribeMsgPopupEvent>"
        "<List><TemplateId>OTHER</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        "<List><TemplateId>NOTICE</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        "</SubscribeMsgPopupEvent></xml>",
    )
    incoming = parse_message(parse_fields(xml.encode()))
    assert incoming.content == ConsentChanged((("OTHER", True), ("NOTICE", True)), is_asked=True)
    stage.chooses(BOTH)
    pipeline = replace(stage.assistant.pipeline, content=stage.content)
    for _ in range(3):
        assert (await pipeline.answer(incoming)).type == "none"
    await stage.has_news()
    parcel = await stage.courier.deliveries.take(stage.clock.now())
    assert parcel
    assert parcel.resident == blind_name(stage.assistant.pipeline.naming_key, OPENID)
    assert parcel.known.consent("NOTICE").times == 1, "delivered three times, counted once"
    assert parcel.known.consent("OTHER").times == 0
