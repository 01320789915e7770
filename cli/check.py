"""``run.py check``: every knowledge, text and lexicon file, strictly."""

from __future__ import annotations

from collections import Counter
from datetime import date

import typer
from rich.table import Table

from bot.service import places_of
from cli.common import console, errors
from config.settings import load_settings
from domain.clock import SystemClock, local_day
from domain.entries import Library
from domain.errors import KnowledgeInvalid
from handlers.router import check_handlers, find_handlers
from knowledge.loader import load_library


def check() -> None:
    """检查全部知识文件：哪个文件、哪个字段、该怎么写。"""
    places = places_of(load_settings())
    try:
        library = load_library(places.knowledge, places.city_file)
    except KnowledgeInvalid as error:
        for problem in error.problems:
            errors.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        errors.print(f"共 {len(error.problems)} 处要改。", style="red")
        raise typer.Exit(1) from None
    check_handlers(find_handlers(), library)
    console.print(_summary(library))
    _tell_due(library, local_day(SystemClock().now()))


def _summary(library: Library) -> Table:
    table = Table("类别", "条数", title="知识库没有问题")
    for topic, count in Counter(policy.topic.label for policy in library.policies.values()).items():
        table.add_row(topic, str(count))
    table.add_row("问答合计", str(len(library.policies)))
    table.add_row("导办", str(len(library.guides)))
    table.add_row("故事", str(len(library.stories)))
    table.add_row("名句", str(len(library.sayings)))
    return table


def _tell_due(library: Library, today: date) -> None:
    """List what should have been looked at again by now; that is work, not an error."""
    for policy in library.policies.values():
        if policy.review_by < today:
            console.print(
                f"该复核了：{policy.id}（{policy.title}），应在 {policy.review_by} 前", markup=False
            )
        if policy.is_expired(today):
            console.print(f"已过期，按“已结束”回答：{policy.id}（{policy.title}）", markup=False)
