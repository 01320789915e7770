"""``run.py evaluate``: somebody's knowledge base and questions → how well the matcher alone does."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from domain.errors import CreditBotError
from matching import Decision, Index, Item, Match, installed_encoder, warm

console = Console()
LABELS = {
    "entries": "条目", "questions": "库中问法", "queries": "提问", "top1": "首选正确", "top3": "前三有正确",
    "mrr": "MRR", "answer_threshold": "回答门槛", "answered": "库内提问被回答", "precision": "回答的正确率",
    "answered_right": "库内提问答对", "clarified": "库内提问给出选项", "false_answers": "库外提问被回答",
    "median_ms": "延迟中位数（毫秒）", "p99_ms": "延迟 p99（毫秒）",
    "build_s": "建索引（秒）", "peak_mb": "内存峰值（MB）",
}  # fmt: skip


class RowsInvalid(CreditBotError):
    """A line of a base or a question file is not what it should be."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the id of its entry; None when it must be refused."""

    text: str
    id: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured. Shares are 0..1; those of in-domain questions, except ``false_answers``."""

    entries: int
    questions: int
    queries: int
    top1: float
    top3: float
    mrr: float
    answer_threshold: float
    answered: float
    precision: float
    answered_right: float
    clarified: float
    false_answers: float
    median_ms: float
    p99_ms: float
    build_s: float
    peak_mb: float
    rows: tuple[dict[str, Any], ...] = ()


def evaluate(kb: Path, queries: Path, *, progress: bool = False) -> Report:
    """Build an index over ``kb`` (JSONL) and ask it every line of ``queries`` (JSONL)."""
    items, asked = read_base(kb), read_queries(queries)
    warm()
    start = time.perf_counter()
    index = Index.build(items, encoder=installed_encoder())
    built = time.perf_counter() - start
    matches, seconds = [], []
    for query in track(asked, "提问", disable=not progress, transient=True):
        start = time.perf_counter()
        matches.append(index.match(query.text))
        seconds.append(time.perf_counter() - start)
    return _report(items, asked, index, matches, (built, seconds))


def read_base(path: Path) -> list[Item]:
    """Lines ``{"id", "questions": [...]}``. Raises ``RowsInvalid`` with the line."""
    items = []
    for number, row in _rows(path):
        questions = row.get("questions")
        if not isinstance(row.get("id"), str) or not isinstance(questions, list) or not questions:
            raise RowsInvalid(f"{path}:{number} 应有 id 和至少一个 questions")
        items.append(Item(row["id"], tuple(map(str, questions))))
    return items


def read_queries(path: Path) -> list[Query]:
    """Lines ``{"q", "id"}``; id null or missing: must be refused."""
    asked = []
    for number, row in _rows(path):
        if not isinstance(row.get("q"), str):
            raise RowsInvalid(f"{path}:{number} 应有 q")
        asked.append(Query(row["q"], row.get("id")))
    return asked


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise RowsInvalid(f"{path} 读不了：{error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise RowsInvalid(f"{path}:{number} 不是 JSON") from error
        if not isinstance(row, dict):
            raise RowsInvalid(f"{path}:{number} 应是一个对象")
        yield number, row


def _report(
    items: Sequence[Item],
    asked: Sequence[Query],
    index: Index,
    matches: Sequence[Match],
    spent: tuple[float, list[float]],
) -> Report:
    inside = [(query, match) for query, match in zip(asked, matches, strict=True) if query.id is not None]
    outside = [match for query, match in zip(asked, matches, strict=True) if query.id is None]
    ranks = [_rank(query, match) for query, match in inside]
    answered = [rank for rank, (_, match) in zip(ranks, inside, strict=True) if _answers(match)]
    ordered = sorted(spent[1])
    return Report(
        entries=len(items),
        questions=sum(len(item.questions) for item in items),
        queries=len(asked),
        top1=_share(rank == 1 for rank in ranks),
        top3=_share(rank <= 3 for rank in ranks),
        mrr=sum(1 / rank for rank in ranks) / max(1, len(ranks)),
        answer_threshold=index.answer_threshold,
        answered=len(answered) / max(1, len(ranks)),
        precision=_share(rank == 1 for rank in answered),
        answered_right=sum(rank == 1 for rank in answered) / max(1, len(ranks)),
        clarified=_share(match.decision is Decision.CLARIFY for _, match in inside),
        false_answers=_share(_answers(match) for match in outside),
        median_ms=ordered[len(ordered) // 2] * 1000 if ordered else 0.0,
        p99_ms=ordered[int(len(ordered) * 0.99)] * 1000 if ordered else 0.0,
        build_s=spent[0],
        peak_mb=_peak_mb(),
        rows=tuple(_row(query, match) for query, match in zip(asked, matches, strict=True)),
    )


def _answers(match: Match) -> bool:
    return match.decision is Decision.ANSWER


def _share(hits: Iterator[bool]) -> float:
    told = list(hits)
    return sum(told) / max(1, len(told))


def _rank(query: Query, match: Match) -> float:
    """Place of the right entry from 1; infinity when it is not among the ten."""
    ids = [candidate.id for candidate in match.candidates]
    return ids.index(query.id) + 1 if query.id in ids else float("inf")


def _row(query: Query, match: Match) -> dict[str, Any]:
    ranked = [[candidate.id, round(candidate.confidence, 5)] for candidate in match.candidates]
    return {"q": query.text, "id": query.id, "decision": match.decision.value, "ranked": ranked}


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024 * 1024)


def print_report(report: Report) -> None:
    """The report as a table for people."""
    table = Table("指标", "数值", title="匹配器评测")
    for name, label in LABELS.items():
        value = getattr(report, name)
        table.add_row(label, f"{value:.3f}" if isinstance(value, float) else str(value))
    console.print(table)


def as_json(report: Report) -> str:
    """The numbers of the report, without its rows."""
    numbers = {name: value for name, value in asdict(report).items() if name != "rows"}
    return json.dumps(numbers, ensure_ascii=False, indent=1)


def evaluate_command(
    kb: Annotated[Path, typer.Argument(help="知识库，每行 {id, questions: [...]}")],
    queries: Annotated[Path, typer.Argument(help="提问，每行 {q, id}；id 为 null 的应当拒答")],
    as_numbers: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    output: Annotated[Path | None, typer.Option(help="逐条结果写到这个文件（JSONL）")] = None,
) -> None:
    """在任意一份知识库上只评测匹配器：准确率、拒答、延迟、内存。"""
    try:
        report = evaluate(kb, queries, progress=not as_numbers and console.is_terminal)
    except RowsInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if output:
        lines = [json.dumps(row, ensure_ascii=False) for row in report.rows]
        output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if as_numbers:
        typer.echo(as_json(report))
    else:
        print_report(report)
