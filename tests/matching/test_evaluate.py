"""``run.py evaluate``: somebody's files in, numbers and rows out, sentences for broken lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.evaluate import RowsInvalid, as_json, evaluate, evaluate_command
from tests.matching.base import BASE

app = typer.Typer()
app.command()(evaluate_command)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    kb, queries = tmp_path / "kb.jsonl", tmp_path / "queries.jsonl"
    rows = [{"id": item.id, "questions": list(item.questions), "answer": "…"} for item in BASE]
    kb.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    asked = [
        {"q": "修复要交钱吗", "id": "repair-fee"},
        {"q": "红烧肉怎么做", "id": None},
        {"q": "征信报告去哪查", "id": "report-print"},
    ]
    queries.write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in asked) + "\n", encoding="utf-8"
    )
    return kb, queries


def test_the_report_counts_right_and_refused(files: tuple[Path, Path]) -> None:
    report = evaluate(*files)
    assert (report.entries, report.queries, report.top1, report.false_answers) == (len(BASE), 3, 1.0, 0.0)
    assert report.median_ms > 0
    assert "rows" not in json.loads(as_json(report))


def test_the_command_writes_rows(files: tuple[Path, Path], tmp_path: Path) -> None:
    output = tmp_path / "rows.jsonl"
    result = CliRunner().invoke(app, [*map(str, files), "--json", "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["top3"] == 1.0
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [set(row) for row in rows] == [{"q", "id", "decision", "ranked"}] * 3
    assert rows[0]["ranked"][0][0] == "repair-fee"


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "a"}', '{"id": 3, "questions": ["x"]}', '{"id": "a", "questions": []}']
)
def test_a_broken_line_is_named(files: tuple[Path, Path], line: str) -> None:
    files[0].write_text(line, encoding="utf-8")
    with pytest.raises(RowsInvalid, match=r"kb\.jsonl:1"):
        evaluate(*files)


def test_a_missing_file_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "no.jsonl"), str(tmp_path / "no.jsonl")])
    assert result.exit_code == 1
    assert "读不了" in result.output
