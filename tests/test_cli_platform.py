"""The commands that speak with the platform, against a stand-in in a process of its own."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.menu import as_platform_menu
from cli.main import app
from config.settings import ROOT
from knowledge.loader import load_library
from tests.support.stand_in import StandIn

run = CliRunner()


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    started = StandIn()
    started.printed = started.env  # type: ignore[attr-defined]
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stand_in: StandIn) -> None:
    """The lines that the stand-in prints, as an operator would copy them."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, value in stand_in.printed.items():  # type: ignore[attr-defined]
        monkeypatch.setenv(name, value)


def menu_of_the_account(stand_in: StandIn) -> dict[str, object]:
    """Read with a token of our own, past the product."""
    env = stand_in.printed  # type: ignore[attr-defined]
    asked = {
        "grant_type": "client_credential",
        "appid": env["WECHAT_APPID"],
        "secret": env["WECHAT_APPSECRET"],
    }
    request = urllib.request.Request(f"{stand_in.base}/cgi-bin/stable_token", data=json.dumps(asked).encode())
    with urllib.request.urlopen(request, timeout=5) as answer:
        token = json.load(answer)["access_token"]
    with urllib.request.urlopen(
        f"{stand_in.base}/cgi-bin/menu/get?access_token={token}", timeout=5
    ) as answer:
        read: dict[str, object] = json.load(answer)["menu"]
    return read


def test_menu_is_pushed_and_read_back(stand_in: StandIn) -> None:
    result = run.invoke(app, ["menu", "push"])
    assert result.exit_code == 0, result.output
    assert "读回来和发出去的一样" in result.output
    names = [button["name"] for button in menu_of_the_account(stand_in)["button"]]  # type: ignore[index, attr-defined]
    assert names == ["问信用", "诚信故事", "投诉办事"]


def test_menu_that_comes_back_otherwise_is_told(stand_in: StandIn) -> None:
    stand_in.act("meddle", is_on=True)
    try:
        result = run.invoke(app, ["menu", "push"])
    finally:
        stand_in.act("meddle", is_on=False)
    assert result.exit_code == 1
    assert "不一样" in result.output


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "errcode", "errcode": 48001}, "没有这个接口的权限"),
        (
            {"kind": "errcode", "errcode": 40164, "errmsg": "invalid ip 203.0.113.9, not in whitelist"},
            "203.0.113.9",
        ),
        ({"kind": "html"}, "读不懂"),
        ({"kind": "redirect"}, "WECHAT_API_BASE"),
    ],
)
def test_refusal_is_told_in_a_sentence(stand_in: StandIn, fault: dict[str, object], told: str) -> None:
    stand_in.act("fault", path="/cgi-bin/menu/create", **fault)
    result = run.invoke(app, ["menu", "push"])
    assert result.exit_code == 1
    assert told in result.output.replace("\n", "")
    assert "Traceback" not in result.output


def test_wrong_secret_is_told_without_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_APPSECRET", "wr0ngs3cret")
    result = run.invoke(app, ["menu", "push"])
    assert result.exit_code == 1
    assert "AppSecret 不对" in result.output
    assert "wr0ngs3cret" not in result.output


@pytest.mark.parametrize("missing", ["WECHAT_APPID", "WECHAT_APPSECRET"])
@pytest.mark.parametrize("command", [["menu", "push"], ["qr", "create", "window_city", "--output", "x.png"]])
def test_without_an_account_it_is_told_what_to_fill_in(
    monkeypatch: pytest.MonkeyPatch, missing: str, command: list[str]
) -> None:
    monkeypatch.setenv(missing, "")
    result = run.invoke(app, command)
    assert result.exit_code == 1
    assert "WECHAT_APPID" in result.output


def test_pages_in_the_menu_need_an_address_that_phones_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_API_BASE", "https://api.weixin.qq.com")
    result = run.invoke(app, ["menu", "push"])
    assert result.exit_code == 1
    assert "PUBLIC_URL" in result.output


def test_menu_is_shown_as_the_phone_does() -> None:
    result = run.invoke(app, ["menu", "show"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    bar = next(number for number, line in enumerate(lines) if "≡ 问信用" in line)
    assert "≡ 诚信故事" in lines[bar]
    assert "≡ 投诉办事" in lines[bar]
    assert bar == len(lines) - 2, "the bar is at the foot"
    assert lines.index(next(line for line in lines if "我要投诉" in line)) < bar
    assert "显示不全" not in result.output


def test_menu_of_the_product_fits_the_platform() -> None:
    library = load_library(ROOT / "knowledge", ROOT / "config/city.yaml")
    assert len(as_platform_menu(library.menu, "https://xy.example.gov.cn")["button"]) == 3


@pytest.mark.parametrize(("suffix", "head"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_code_is_drawn(tmp_path: Path, suffix: str, head: bytes) -> None:
    output = tmp_path / "new" / f"code.{suffix}"
    result = run.invoke(app, ["qr", "create", "window_city", "--days", "7", "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert output.read_bytes().startswith(head)
    assert "7 天内有效" in result.output


def test_permanent_code_says_so(tmp_path: Path) -> None:
    output = tmp_path / "code.png"
    result = run.invoke(app, ["qr", "create", "story_any", "--permanent", "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert "永久有效" in result.output


@pytest.mark.parametrize(
    "command",
    [
        ["nowhere", "--output", "x.png"],
        ["window_city", "--output", "x.gif"],
        ["window_city", "--days", "31", "--output", "x.png"],
        ["window_city", "--days", "0", "--output", "x.png"],
        ["window_city"],
    ],
)
def test_code_that_cannot_be_is_told_before_the_platform_is_asked(command: list[str]) -> None:
    result = run.invoke(app, ["qr", "create", *command])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_code_holds_the_address_and_nothing_else(tmp_path: Path) -> None:
    import segno

    from cli.qr import draw

    address = "http://weixin.qq.com/q/02ZgY"
    draw(address, tmp_path / "a.svg")
    segno.make_qr(address, error="m").save(str(tmp_path / "b.svg"), scale=12, border=4)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
