"""The whole way of a complaint at the terminal: every state is reached by a command somebody can type."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bot.office
import cli.common
from cli.main import app
from config.settings import load_settings
from domain.clock import ManualClock
from domain.entries import Library
from domain.evidence import Accepted, EvidenceKind, Kept, MediaType, Scan
from domain.ids import new_id
from storage.evidence import Holder, add_evidence
from tests.conftest import NOW

UNIT = "示例区市场监管局"
REPLY = "查明属实\n\n已经退款\n\n依据示例条款\n\n联系人示例"
STAFF = {
    "wang": ("窗口经办", ""),
    "liu": ("窗口经办", ""),
    "li": ("窗口主管", ""),
    "zhao": ("承办经办", UNIT),
    "qian": ("承办审签", UNIT),
    "sun": ("身份保管员", ""),
    "du": ("督查", ""),
    "shen": ("审计员", ""),
}
run = CliRunner()


class Terminal:
    """Types commands on a machine of its own, whose clock can be moved."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.database = folder / "credit.db"
        self.clock = clock

    def type(self, *words: str, fails: bool = False) -> str:
        result = run.invoke(app, list(words))
        told = result.output + (result.stderr or "")
        assert (result.exit_code != 0) == fails, (words, told, result.exception)
        return told

    def file(self, *more: str, who: str = "wang") -> str:
        told = self.type(
            "case", "file", "--by", who, "--kind", "投诉", "--domain", "商务诚信",
            "--respondent", "示例商行", "--story", "卖的取暖器是坏的，老板不给退",
            "--phone", "138 0000 0001", "--consented", *more,
        )  # fmt: skip
        found = re.search(r"WH26-\w{4}-\w{5}", told)
        assert found, told
        return found[0]

    def do(self, number: str, who: str, action: str, *more: str, fails: bool = False) -> str:
        return self.type("case", "do", number, action, "--by", who, *more, fails=fails)

    def state(self, number: str) -> str:
        with sqlite3.connect(self.database) as connection:
            (state,) = connection.execute(
                "SELECT state FROM complaints WHERE number = ?", (number,)
            ).fetchone()
        return str(state)

    def dispatched(self) -> str:
        number = self.file()
        self.type("case", "accept", number, "--by", "wang")
        self.type("case", "dispatch", number, "--by", "wang", "--to", UNIT)
        return number

    def answered(self) -> str:
        number = self.dispatched()
        self.do(number, "zhao", "签收")
        self.type("case", "answer", number, "--by", "zhao", "--result", "解决", "--text", REPLY)
        self.do(number, "qian", "审签答复")
        assert self.state(number) == "reply_review"
        self.do(number, "wang", "发出答复")
        return number


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: Library) -> Terminal:
    clock = ManualClock(NOW)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(bot.office, "load_library", lambda *_: library)
    monkeypatch.setattr(bot.office, "SystemClock", lambda: clock)
    terminal = Terminal(tmp_path, clock)
    for who, (role, unit) in STAFF.items():
        terminal.type("staff", "add", who, "--role", role, "--unit", unit, "--name", f"示例{who}")
    return terminal


def test_from_the_counter_to_the_end(terminal: Terminal) -> None:
    number = terminal.file()
    assert terminal.state(number) == "submitted"
    terminal.type("case", "accept", number, "--by", "wang", "--simple")
    assert terminal.state(number) == "accepted"
    terminal.type("case", "dispatch", number, "--by", "wang", "--to", UNIT, "--co", "示例协办局")
    assert terminal.state(number) == "dispatched"
    terminal.do(
        number, "zhao", "申请退单", "--reason", "不是本单位的职责", "--basis", "示例", "--text", "不归我们"
    )
    terminal.do(number, "wang", "退单")
    assert terminal.state(number) == "accepted"
    terminal.type("case", "dispatch", number, "--by", "wang", "--to", UNIT)
    terminal.do(number, "zhao", "签收")
    assert terminal.state(number) == "in_progress"
    terminal.do(number, "zhao", "联系诉求人", "--text", "您好，正在核实", "--reached")
    terminal.do(
        number, "zhao", "申请延期", "--reason", "情况复杂，需要更多时间", "--text", "要鉴定", "--days", "5"
    )
    terminal.do(number, "li", "延期")
    terminal.do(
        number,
        "zhao",
        "申请中止",
        "--reason",
        "要等鉴定、检测的结果",
        "--text",
        "等鉴定",
        "--until",
        "2026-12-10",
    )
    terminal.do(number, "li", "中止")
    assert terminal.state(number) == "suspended"
    terminal.do(number, "li", "恢复办理")
    terminal.do(number, "zhao", "申请补正", "--text", "请补收据")
    terminal.do(number, "wang", "同意补正")
    assert terminal.state(number) == "need_info"
    assert "逾期" not in terminal.type("case", "list", "--by", "li")


def test_answered_by_whom_and_read_by_whom(terminal: Terminal) -> None:
    number = terminal.answered()
    assert terminal.state(number) == "answered"
    shown = terminal.type("case", "show", number, "--by", "li")
    assert "已经退款" in shown and "0001" not in shown
    assert "li" in terminal.type("audit", "who", "--by", "shen", "--case", number)
    assert "打开看" in terminal.type("audit", "who", "--by", "shen", "--staff", "li")
    terminal.type("audit", "who", "--by", "wang", "--case", number, fails=True)
    assert "审计链完整" in terminal.type("audit", "verify")
    assert "都对得上" in terminal.type("case", "check")


def sweep() -> None:
    """What the server does by itself."""

    async def once() -> None:
        async with bot.office.open_office(load_settings()) as office:
            await office.casework.sweep()

    asyncio.run(once())


def test_a_refusal_says_whose_it_is_or_when(terminal: Terminal) -> None:
    number = terminal.file()
    assert "“受理”是窗口经办、窗口主管的事，承办经办不能办" in terminal.do(number, "zhao", "受理", fails=True)
    told = terminal.do(number, "wang", "派单", "--unit", UNIT, fails=True)
    assert "现在是“待受理”，不能“派单”；要到已受理待派单时才行" in told
    terminal.type("case", "accept", number, "--by", "wang")
    told = terminal.do(number, "zhao", "派单", "--unit", UNIT, fails=True)
    assert "“派单”是窗口经办、窗口主管的事" in told
    terminal.type("case", "dispatch", number, "--by", "wang", "--to", "示例别的局")
    assert "不归您的单位" in terminal.do(number, "zhao", "签收", fails=True)


def test_a_reply_that_is_drafted_waits_for_another_hand(terminal: Terminal) -> None:
    number = terminal.dispatched()
    terminal.do(number, "zhao", "签收")
    words = ("case", "answer", number, "--by", "zhao", "--result", "解决", "--text")
    assert "段与段之间空一行" in terminal.type(*words, REPLY.replace("\n\n", "\n"), fails=True)
    assert "下一步：承办审签“审签答复”，要换一个人" in terminal.type(*words, REPLY)


def test_nobody_rates_then_it_is_reworked_and_closed(terminal: Terminal) -> None:
    number = terminal.answered()
    terminal.clock.advance(timedelta(days=9))
    sweep()
    assert terminal.state(number) == "follow_up"
    terminal.do(number, "wang", "重办", "--text", "没有说清")
    assert terminal.state(number) == "in_progress"
    terminal.type("case", "answer", number, "--by", "zhao", "--result", "解决", "--text", REPLY)
    terminal.do(number, "qian", "审签答复")
    terminal.do(number, "wang", "发出答复")
    terminal.clock.advance(timedelta(days=9))
    sweep()
    assert "还差一条" in terminal.do(number, "wang", "办结", "--result", "解决", fails=True)
    terminal.do(number, "wang", "联系诉求人", "--text", "回访", "--reached")
    terminal.do(number, "wang", "办结", "--result", "解决")
    assert terminal.state(number) == "closed"


@pytest.mark.parametrize(
    ("asks", "more", "grants", "state"),
    [
        ("拟不予受理", ("--channel", "12345"), "不予受理", "not_accepted"),
        ("拟转送", ("--unit", "示例法院"), "转送外部", "transferred"),
    ],
)
def test_no_and_elsewhere_take_two(
    terminal: Terminal, asks: str, more: tuple[str, ...], grants: str, state: str
) -> None:
    number = terminal.file()
    why = ("--reason", "不属于诚信投诉的范围", "--basis", "示例依据", "--text", "示例")
    terminal.do(number, "wang", asks, *why, *more)
    assert "还差一条" in terminal.do(
        number, "li", "转送外部" if state == "not_accepted" else "不予受理", fails=True
    )
    terminal.do(number, "li", grants)
    assert terminal.state(number) == state


def test_merged_and_asked_for_more(terminal: Terminal) -> None:
    master, other, third = terminal.file(), terminal.file(), terminal.file()
    terminal.do(other, "li", "并案", "--other", master)
    assert terminal.state(other) == "merged"
    terminal.do(third, "wang", "要求补正", "--text", "请补收据")
    assert terminal.state(third) == "need_info"


def test_a_name_is_seen_with_a_yes(terminal: Terminal) -> None:
    number = terminal.dispatched()
    terminal.do(number, "zhao", "签收")
    terminal.type("case", "identity", number, "--by", "zhao", fails=True)
    terminal.do(
        number, "zhao", "申请查看身份", "--reason", "情况复杂，需要更多时间", "--text", "要到现场核实"
    )
    assert "要到现场核实" in terminal.type("case", "requests", "--by", "sun")
    terminal.do(number, "sun", "批准查看身份")
    assert "+8613800000001" in terminal.type("case", "identity", number, "--by", "zhao")


def test_late_cases_are_listed_unit_by_unit(terminal: Terminal) -> None:
    terminal.file()
    terminal.dispatched()
    terminal.clock.advance(timedelta(days=1))
    terminal.clock.advance(timedelta(days=7))
    told = terminal.type("case", "alerts", "--by", "li")
    assert "提级" in told and UNIT in told
    assert "▲" in terminal.type("case", "list", "--by", "li")


def test_held_purged_and_gone(terminal: Terminal) -> None:
    number = terminal.file()
    terminal.type("case", "hold", number, "--by", "li", "--reason", "有诉讼、仲裁或复议")
    assert "有诉讼" in terminal.type("case", "show", number, "--by", "li")
    terminal.type("case", "hold", number, "--by", "li", "--release")
    assert "什么都没有动" in terminal.type("case", "purge")
    assert "清除了" in terminal.type("case", "purge", "--really")


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        (("--identity", "匿名"), "--identity"),
        (("--phone", ""), "--phone"),
        (("--identity", "实名"), "--name"),
        (("--phone", "123"), "电话不对"),
        (("--area", "没有的区"), "海勃湾区"),
    ],
)
def test_what_is_missing_at_the_counter_is_said(
    terminal: Terminal, more: tuple[str, ...], lacks: str
) -> None:
    words = (
        "--kind",
        "投诉",
        "--domain",
        "商务诚信",
        "--respondent",
        "示例商行",
        "--story",
        "不给退",
        "--consented",
    )
    told = terminal.type("case", "file", "--by", "wang", *words, "--phone", "13800000001", *more, fails=True)
    assert lacks in told


def test_without_consent_nothing_is_filed(terminal: Terminal) -> None:
    words = ("--kind", "投诉", "--domain", "商务诚信", "--respondent", "示例商行", "--story", "不给退")
    told = terminal.type("case", "file", "--by", "wang", *words, "--phone", "13800000001", fails=True)
    assert "--consented" in told


def test_the_notice_that_was_agreed_to_stands_with_the_case(terminal: Terminal) -> None:
    assert "告知书：2026-" in terminal.type("case", "show", terminal.file(), "--by", "li")
    assert "--guardian" in terminal.type(
        "case", "file", "--by", "wang", "--kind", "投诉", "--domain", "社会诚信", "--respondent", "示例幼儿园",
        "--story", "收了钱不退", "--phone", "13800000001", "--consented", "--child", fails=True,
    )  # fmt: skip
    number = terminal.file("--child", "--guardian")
    assert "监护人也同意了" in terminal.type("case", "show", number, "--by", "li")


def test_at_the_window_a_number_is_put_right_and_a_closed_case_deleted(terminal: Terminal) -> None:
    number = terminal.file()
    assert "更正好了" in terminal.type("case", "correct", number, "--by", "wang", "--phone", "139 0000 0002")
    assert "更正联系方式" in terminal.type("case", "show", number, "--by", "li")
    terminal.type("case", "correct", number, "--by", "zhao", "--phone", "13900000002", fails=True)
    assert "电话不对" in terminal.type("case", "correct", number, "--by", "wang", "--phone", "12", fails=True)
    assert "还没办完" in terminal.type("case", "erase", number, "--by", "li", fails=True)
    why = ("--reason", "不属于诚信投诉的范围", "--basis", "示例依据", "--text", "示例", "--channel", "12345")
    terminal.do(number, "wang", "拟不予受理", *why)
    terminal.do(number, "li", "不予受理")
    terminal.type("case", "erase", number, "--by", "wang", fails=True)
    assert "删掉了" in terminal.type("case", "erase", number, "--by", "li")
    assert "内容已清除" in terminal.type("case", "show", number, "--by", "li")
    assert "清除内容" in terminal.type("audit", "who", "--by", "shen", "--case", number)


def test_only_the_window_takes_down(terminal: Terminal) -> None:
    with pytest.raises(AssertionError, match="不能"):
        terminal.file(who="zhao")


def test_a_number_in_a_list_is_never_cut(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    number = terminal.dispatched()
    monkeypatch.setattr(cli.common.console, "width", 80)
    assert number in terminal.type("case", "list", "--by", "wang")


def test_an_answer_is_shown_once(terminal: Terminal) -> None:
    number = terminal.answered()
    assert terminal.type("case", "show", number, "--by", "wang").count("查明属实") == 1


def test_pictures_are_saved_as_they_may_be_looked_at(terminal: Terminal, tmp_path: Path) -> None:
    number, folder = terminal.dispatched(), tmp_path / "out"
    asyncio.run(_hand_in(number))
    told = terminal.type("case", "files", number, "--by", "wang", "--output", str(folder))
    assert "存了 1 张" in told
    (saved,) = folder.iterdir()
    assert saved.read_bytes() == b"what is shown"
    assert saved.stat().st_mode & 0o077 == 0
    assert "取图片" in terminal.type("audit", "who", "--by", "shen", "--case", number)


def test_pictures_of_another_units_case_are_refused(terminal: Terminal, tmp_path: Path) -> None:
    number, folder = terminal.file(), tmp_path / "out"
    asyncio.run(_hand_in(number))
    terminal.type("case", "files", number, "--by", "zhao", "--output", str(folder), fails=True)
    assert not folder.exists()
    assert "取图片（被拒）" in terminal.type("audit", "who", "--by", "shen", "--case", number)


async def _hand_in(number: str) -> None:
    async with bot.office.open_office(load_settings()) as office, office.engine.begin() as connection:
        accepted = Accepted(EvidenceKind.PICTURE, MediaType.JPEG, 12, "0" * 64, width=1, height=1)
        original, display = office.vault.put([b"the original"]), office.vault.put([b"what is shown"])
        kept = Kept(accepted, original, display, Scan.UNSCANNED)
        await add_evidence(connection, new_id(), kept, Holder(number=number), office.clock.now())
