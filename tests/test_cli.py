"""The commands of run.py, as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

run = CliRunner()


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def test_help_lists_every_command_in_chinese() -> None:
    told = run.invoke(app, ["--help"]).output
    for command in ("serve", "ask", "chat", "evaluate", "check", "menu"):
        assert command in told


@pytest.mark.parametrize("command", ["serve", "ask", "chat", "evaluate", "check", "menu"])
def test_each_command_has_its_own_help(command: str) -> None:
    result = run.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert any("\u4e00" <= c <= "\u9fff" for c in result.output)


def test_ask_answers() -> None:
    result = run.invoke(app, ["ask", "罚款一万多多久能修复"])
    assert result.exit_code == 0
    assert result.output.startswith("一般失信满 3 个月")


def test_ask_json_has_the_promised_fields() -> None:
    row = json.loads(run.invoke(app, ["ask", "罚款一万多多久能修复", "--json"]).output)
    assert set(row) == {"q", "kind", "id", "title", "confidence", "text", "choices"}
    assert row["kind"] == "answer"
    assert row["id"] == "repair-wait-tiers"


def test_ask_explains_itself() -> None:
    told = run.invoke(app, ["ask", "我那个记录咋消", "--explain"]).output
    for word in ("整理后", "决定", "门槛"):
        assert word in told


def test_batch_asks_each_line_as_a_fresh_resident(tmp_path: Path) -> None:
    questions = ["罚款一万多多久能修复", "1", "讲个曾子杀猪的故事", "", "着火了"]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "\n".join(json.dumps({"q": q}, ensure_ascii=False) for q in questions) + "\n", encoding="utf-8"
    )
    result = run.invoke(app, ["ask", "--batch", str(source), "--output", str(target)])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["q"] for row in rows] == questions
    assert [row["kind"] for row in rows] == ["answer", "help", "story", "smalltalk", "emergency"]


@pytest.mark.parametrize(
    "args",
    [["ask"], ["ask", "问", "--batch", "/dev/null"], ["ask", "--batch", "/no/such/file"], ["nonsense"]],
)
def test_wrong_use_is_told_without_a_traceback(args: list[str]) -> None:
    result = run.invoke(app, args)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_chat_answers_and_lets_choose() -> None:
    result = run.invoke(app, ["chat"], input="罚款一万多多久能修复\n1\n\n")
    assert result.exit_code == 0
    assert "3 个月" in result.output
    assert result.output.count("依据：") == 2


def test_check_is_clean() -> None:
    result = run.invoke(app, ["check"])
    assert result.exit_code == 0
    assert "知识库没有问题" in result.output


def test_menu_is_shown() -> None:
    told = run.invoke(app, ["menu", "show"]).output
    for name in ("问信用", "诚信故事", "投诉办事", "我要投诉"):
        assert name in told


def test_bad_setting_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_MODE", "safe")
    result = run.invoke(app, ["ask", "你好"])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
