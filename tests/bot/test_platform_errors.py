"""Every error code has a kind and a sentence, and none of them gives anything away."""

from __future__ import annotations

import io
import logging
import re
import traceback
from pathlib import Path

import pytest

from bot.platform_errors import refusal, sentence_of
from bot.pushes import text_message
from config.logging import set_up_logging
from config.settings import ROOT, Settings
from domain.errors import AskOperator, MediaGone, Never, PlatformError, RetryLater, TokenRefused
from domain.platform_codes import PlatformCode, Remedy, code_of
from services.desk import Desk
from tests.bot.conftest import MakeClient
from tests.platform.world import Fault, World

SEND = "/cgi-bin/message/custom/send"
# the codes that an account meets in practice; each must be known by its number
NAMED = [
    -1, 40001, 40003, 40013, 40014, 40029, 40037, 40163, 40164, 40200, 41030, 42001, 43004, 43019, 43101, 45002,
    45008, 45009, 45011, 45015, 45047, 45080, 45081, 48001, 48002, 48004, 48006,
]  # fmt: skip
KINDS = {Remedy.RETRY: RetryLater, Remedy.NEVER: Never, Remedy.OPERATOR: AskOperator}
PLATFORMS_OWN = [code for code in PlatformCode if code > -1000]


@pytest.mark.parametrize("errcode", NAMED)
def test_named_code_is_known(errcode: int) -> None:
    assert code_of(errcode) == errcode


@pytest.mark.parametrize("code", PLATFORMS_OWN, ids=lambda code: code.name)
async def test_each_code_comes_back_as_its_kind_with_a_sentence(
    code: PlatformCode, make_client: MakeClient, world: World, desk: Desk
) -> None:
    platform = make_client()
    world.touch("o-a", "message")
    world.faults.append(Fault("errcode", SEND, times=9, errcode=code, errmsg="some hint: [secret-ish] o-a"))
    with pytest.raises(KINDS[code.remedy]) as caught:
        await platform.send_custom("o-a", text_message("您好"))
    sentence = sentence_of(caught.value, desk.texts)
    assert str(int(code)) in sentence
    assert sentence.endswith(("。", "次。")), sentence
    assert "{" not in sentence
    assert "o-a" not in str(caught.value)


@pytest.mark.parametrize("code", PlatformCode, ids=lambda code: code.name)
def test_each_code_of_ours_has_a_sentence_too(code: PlatformCode, desk: Desk) -> None:
    assert re.search("[\u4e00-\u9fff]", sentence_of(PlatformError("call", code), desk.texts))


def test_code_that_nobody_documented_asks_the_operator_and_names_itself(desk: Desk) -> None:
    error = refusal("call", {"errcode": 99999, "errmsg": "?"})
    assert isinstance(error, AskOperator)
    assert "99999" in sentence_of(error, desk.texts)


def test_success_is_no_refusal() -> None:
    assert refusal("call", {"errcode": 0, "errmsg": "ok"}) is None
    assert refusal("call", {"ticket": "x"}) is None


def test_bad_tokens_are_their_own_kind() -> None:
    assert isinstance(refusal("call", {"errcode": 42001}), TokenRefused)
    assert issubclass(MediaGone, Never)


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 64-a", "203.0.113.7"),
        ("invalid ip 2001:db8:0:1::7, not in whitelist", "2001:db8:0:1::7"),
        ("not in whitelist", ""),
    ],
)
def test_address_for_the_whitelist_is_read(errmsg: str, address: str, desk: Desk) -> None:
    error = refusal("call", {"errcode": 40164, "errmsg": errmsg})
    assert error
    assert error.detail == address
    assert (address or "没有写明") in sentence_of(error, desk.texts)


async def everything_that_fails(make_client: MakeClient, world: World) -> list[BaseException]:
    """Each way to fail, at the token, at a call and at the sign-in, and what was raised."""
    raised: list[BaseException] = []
    picture = b"x" * 100
    kinds = ["html", "broken", "list", "status", "cut", "redirect", "slow", "errcode"]
    for path in ("/cgi-bin/stable_token", SEND, "/sns/oauth2/access_token", "/cgi-bin/media/get"):
        for kind in kinds:
            platform = make_client(within_s=0.1)
            if path != "/cgi-bin/stable_token":
                await platform.menu()
            echo = f"access_token {world.secret} {world.tokens[-1].value if world.tokens else ''}"
            world.faults = [Fault(kind, path, times=3, errcode=40013, errmsg=echo, seconds=0.3)]  # type: ignore[arg-type]
            for work in (
                platform.send_custom("o-resident", text_message("您好")),
                platform.visitor("the-signin-code"),
                platform.receive_media("m", None),  # type: ignore[arg-type]
                platform.upload_media("image", picture, "image/png"),
            ):
                try:
                    await work
                except PlatformError as error:
                    raised.append(error)
            world.faults = []
    unreachable = make_client(base="http://127.0.0.1:1")
    for work in (unreachable.menu(), unreachable.visitor("the-signin-code")):
        with pytest.raises(PlatformError) as caught:
            await work
        raised.append(caught.value)
    return raised


def whole_text_of(error: BaseException) -> str:
    """Everything that a handler could print of an error, locals of its frames excepted."""
    return "".join(
        repr(one) + str(one) + "".join(traceback.format_exception(one)) + repr(one.__dict__)
        for one in chain_of(error)
    )


def chain_of(error: BaseException) -> list[BaseException]:
    """An error and everything it drags along, told or not."""
    chain, todo = [], [error]
    while todo:
        one = todo.pop()
        if one not in chain:
            chain.append(one)
            todo += [inner for inner in (one.__cause__, one.__context__) if inner]
    return chain


async def test_no_secret_no_token_and_nobody_in_any_log_or_error(
    make_client: MakeClient, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handled = io.StringIO()
    before = logging.getLogger().handlers
    set_up_logging("DEBUG")
    plain = logging.StreamHandler(handled)  # what a library logs, before any of it is struck out
    logging.getLogger().addHandler(plain)
    try:
        world.touch("o-resident", "message")
        raised = await everything_that_fails(make_client, world)
        for error in raised:
            logging.getLogger("some.handler").error("failed", exc_info=error)
    finally:
        logging.getLogger().handlers = before
    assert len(raised) > 40
    logged = handled.getvalue() + capsys.readouterr().err
    assert "platform_refused" in logged
    told = logged + "".join(map(whole_text_of, raised)) + repr(make_client())
    hidden = [
        world.secret,
        "the-signin-code",
        "o-resident",
        "access_token=",
        *(t.value for t in world.tokens),
    ]
    for secret in hidden:
        assert secret not in told, secret[:12]
    for error in raised:  # those of the HTTP library carry addresses, and addresses carry tokens
        assert not [one for one in chain_of(error) if not isinstance(one, PlatformError)]


def test_settings_do_not_show_their_secrets() -> None:
    secrets = {
        "wechat_token": "t0kenvalue",
        "wechat_appsecret": "s3cretvalue",
        "wechat_aes_key": "k" * 43,
        "secret_keys": "k1:v4lue",
        "database_url": "postgresql://u:passw0rd@h/d",
        "redis_url": "redis://:passw0rd@h/0",
    }
    shown = repr(Settings(_env_file=None, wechat_appid="wx1", **secrets))  # type: ignore[arg-type]
    for secret in secrets.values():
        assert secret not in shown


def test_secret_travels_in_bodies_but_where_the_platform_knows_no_other_way() -> None:
    """Only the sign-in takes the secret in its address; no other call may begin to."""
    source = (ROOT / "bot/platform.py").read_text(encoding="utf-8")
    assert source.count("self._identity.secret") == 2
