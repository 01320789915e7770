"""The door: who gets in, in each mode, and what is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto

from bot.callback import BODY_LIMIT, Callback
from bot.parse import parse_message
from bot.xml import cdata, parse_fields
from config.settings import Settings
from domain.clock import ManualClock
from domain.errors import BodyMalformed, BodyTooLarge, CipherRefused, ProtocolError, SignatureRefused
from domain.messages import Text
from tests.support.platform import ACCOUNT, Platform, SealedPlatform

KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
OLD_KEY = base64.b64encode(bytes(range(1, 33))).decode().rstrip("=")
APPID = "wx0123456789abcdef"


def door(clock: ManualClock, mode: str = "plain", **more: Any) -> Callback:
    keys = {} if mode == "plain" else {"wechat_appid": APPID, "wechat_aes_key": KEY}
    return Callback(Settings(_env_file=None, wechat_token="t0ken", wechat_mode=mode, **keys, **more), clock)


def seconds(clock: ManualClock) -> int:
    return int(clock.now().timestamp())


@pytest.fixture
def platform(clock: ManualClock) -> Platform:
    return Platform(now_s=seconds(clock))


@pytest.fixture
def sealed(clock: ManualClock) -> SealedPlatform:
    return SealedPlatform(WeChatCrypto("t0ken", KEY, APPID), "t0ken", seconds(clock))


def test_address_check_echoes_only_what_is_signed(clock: ManualClock, platform: Platform) -> None:
    query = platform.query(echostr="4375120948345356249")
    assert door(clock).verify_url(query) == "4375120948345356249"
    with pytest.raises(SignatureRefused):
        door(clock).verify_url(query | {"signature": "f" * 40})
    with pytest.raises(SignatureRefused):
        door(clock).verify_url({"echostr": "x"})


def test_plain_message_comes_in(clock: ManualClock, platform: Platform) -> None:
    delivery = door(clock).admit(platform.query(), platform.text("你好").encode())
    assert delivery.incoming.content == Text("你好")
    assert delivery.envelope is None


@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_sealed_message_comes_in_and_the_answer_goes_back_sealed(
    mode: str, clock: ManualClock, platform: Platform, sealed: SealedPlatform
) -> None:
    query, body = sealed.seal(platform.text("征信怎么查"))
    callback = door(clock, mode)
    delivery = callback.admit(query, body.encode())
    assert delivery.incoming.content == Text("征信怎么查")
    assert (
        sealed.open(callback.seal(delivery, "<xml><Content>好</Content></xml>"))
        == "<xml><Content>好</Content></xml>"
    )


def test_answer_goes_back_in_the_key_that_fitted(clock: ManualClock, platform: Platform) -> None:
    """While the platform still uses the old key, so do we."""
    old = SealedPlatform(WeChatCrypto("t0ken", OLD_KEY, APPID), "t0ken", seconds(clock))
    callback = door(clock, "safe", wechat_aes_key_previous=OLD_KEY)
    query, body = old.seal(platform.text("你好"))
    delivery = callback.admit(query, body.encode())
    assert old.open(callback.seal(delivery, "<xml/>")) == "<xml/>"


def test_safe_mode_cannot_be_talked_down(
    clock: ManualClock, platform: Platform, sealed: SealedPlatform
) -> None:
    callback = door(clock, "safe")
    plain = platform.text("你好").encode()
    query, body = sealed.seal(platform.text("你好"))
    attempts = [
        (platform.query(), plain),
        (platform.query(encrypt_type="raw"), plain),
        (platform.query(encrypt_type=""), plain),
        (platform.query(encrypt_type="aes"), plain),
        (platform.query(encrypt_type="aes", msg_signature=platform.query()["signature"]), plain),
        # a valid `signature` never stands in for `msg_signature`
        ({**platform.query(), "encrypt_type": "aes"}, body.encode()),
        (query | {"msg_signature": ""}, body.encode()),
    ]
    for attempt in attempts:
        with pytest.raises(ProtocolError):
            callback.admit(*attempt)


def test_sealed_for_another_account_is_refused(clock: ManualClock, platform: Platform) -> None:
    other = SealedPlatform(WeChatCrypto("t0ken", KEY, "wxffffffffffffffff"), "t0ken", seconds(clock))
    query, body = other.seal(platform.text("你好"))
    with pytest.raises(CipherRefused):
        door(clock, "safe").admit(query, body.encode())


def test_message_to_another_account_is_refused(clock: ManualClock, platform: Platform) -> None:
    body = platform.text("你好").encode()
    assert door(clock, wechat_account_id=ACCOUNT).admit(platform.query(), body)
    with pytest.raises(SignatureRefused):
        door(clock, wechat_account_id="gh_other").admit(platform.query(), body)


@pytest.mark.parametrize(
    ("age_s", "gets_in"), [(0, True), (15, True), (299, True), (-299, True), (301, False), (-301, False)]
)
def test_time_window_lets_retries_in_and_old_urls_not(age_s: int, gets_in: bool, clock: ManualClock) -> None:
    platform = Platform(now_s=seconds(clock) - age_s)
    admit = lambda: door(clock).admit(platform.query(), platform.text("你好").encode())  # noqa: E731
    if gets_in:
        assert admit() and admit(), "the platform repeats signature, timestamp and nonce"
    else:
        with pytest.raises(SignatureRefused):
            admit()


@pytest.mark.parametrize("timestamp", ["", "now", "١٢٣", "-1", "1e9", "9" * 400])
def test_odd_timestamps_are_refused(timestamp: str, clock: ManualClock) -> None:
    platform = Platform()
    platform.now_s = timestamp  # type: ignore[assignment]
    with pytest.raises(SignatureRefused):
        door(clock).admit(platform.query(), b"<xml/>")


def test_oversize_body_is_refused(clock: ManualClock, platform: Platform) -> None:
    with pytest.raises(BodyTooLarge):
        door(clock).admit(platform.query(), b"x" * (BODY_LIMIT + 1))


HOSTILE = {
    "empty": b"",
    "text": "你好".encode(),
    "json": b'{"MsgType":"text"}',
    "unclosed": b"<xml><Content>",
    "xxe": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>',
    "external dtd": b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
    "undeclared entity": b"<xml><Content>&nope;</Content></xml>",
    "deep": b"<a>" * 200 + b"</a>" * 200,
    "binary": bytes(range(256)),
    "bad utf-8": b"<xml><Content>\xff\xfe\xfa</Content></xml>",
    "odd encoding": b'<?xml version="1.0" encoding="no-such"?><xml/>',
    "no sender": b"<xml><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>",
    "no kind": b"<xml><FromUserName>a</FromUserName><ToUserName>b</ToUserName><CreateTime>1</CreateTime></xml>",
    "bad time": b"<xml><FromUserName>a</FromUserName><ToUserName>b</ToUserName><MsgType>text</MsgType><CreateTime>x</CreateTime></xml>",
    "two roots": b"<xml/><xml/>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_body_is_refused_as_malformed(body: bytes, clock: ManualClock, platform: Platform) -> None:
    with pytest.raises(BodyMalformed):
        door(clock).admit(platform.query(), body)


@pytest.mark.parametrize(
    "cipher",
    [
        "",
        "AAAA",
        "A" * 43,
        "not base64 ☂",
        base64.b64encode(bytes(64)).decode(),
        base64.b64encode(bytes(15)).decode(),
    ],
)
def test_broken_cipher_is_refused(cipher: str, clock: ManualClock, platform: Platform) -> None:
    from bot.signature import sign

    query = platform.query(encrypt_type="aes")
    query["msg_signature"] = sign("t0ken", query["timestamp"], query["nonce"], cipher)
    with pytest.raises(ProtocolError):
        door(clock, "safe").admit(query, f"<xml><Encrypt>{cdata(cipher)}</Encrypt></xml>".encode())


def test_control_characters_of_a_user_are_dropped(clock: ManualClock, platform: Platform) -> None:
    body = platform.text("X").encode().replace(b"X", b"\x00a\x08b\x1f\x0bc")
    assert door(clock).admit(platform.query(), body).incoming.content == Text("abc")


def test_cdata_cannot_be_ended_from_inside() -> None:
    text = "a]]>b<c>&d]]]]>>"
    assert parse_fields(f"<xml><Content>{cdata(text)}</Content></xml>".encode())["Content"] == text


@pytest.mark.parametrize(
    "kind", ["text", "image", "voice", "video", "shortvideo", "location", "link", "file", "event", "hologram"]
)
def test_message_with_nothing_in_it_is_still_a_message(kind: str, platform: Platform) -> None:
    incoming = parse_message(parse_fields(platform.message("o1", kind).encode()))
    assert incoming.sender == "o1"


def test_key_is_the_same_for_a_retry_and_differs_for_anything_else(platform: Platform) -> None:
    def key(xml: str) -> str:
        return parse_message(parse_fields(xml.encode())).key

    first = platform.text("你好", msg_id=7)
    assert key(first) == key(first)
    others = [
        platform.text("你好", msg_id=8),
        platform.text("你好", msg_id=7, sender="o-other"),
        platform.event("CLICK", "a"),
        platform.event("CLICK", "b"),
        platform.event("SCAN", "a"),
        platform.event("CLICK", "a", sender="o-other"),
    ]
    keys = [key(first), *map(key, others)]
    assert len(set(keys)) == len(keys)
