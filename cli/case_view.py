"""A case → what stands on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.clock import chinese_date, local, local_day
from domain.complaints.events import Event
from domain.complaints.records import CaseFile, QueueRow
from domain.complaints.terms import Action, ComplaintKind, Identity
from domain.workdays import WorkCalendar
from services.progress import reply_of
from storage.trail import Row

UNTOLD = "没有写"
SAID_ABOVE = "（内容同上）"
# What is kept for a time, as the list of a purge names it.
KEPT = {
    **{kind.value: kind.label for kind in ComplaintKind},
    "held": "到期但依法留存的（不清除）",
    "draft": "没交的草稿",
    "reply": "给居民的答复",
    "dialog": "聊到哪一步",
    "miss": "没答上来的问题",
    "consent": "同意收通知",
    "news": "办理通知",
    "attempt": "试查询码的次数",
    "files": "图片和文件",
}


# What audit rows tell beside the actions of the table.
DONE = {
    "read": "打开看",
    "pictures": "取图片",
    "erase": "清除内容",
    "copy": "下载自己的信息",
    "purge": "到期清除",
    "hold": "留存",
    "let_go": "放开留存",
    "who": "查审计",
    "staff_add": "加工作人员",
    "staff_disable": "停用工作人员",
    "keys_rotate": "换密钥",
}


def done_of(row: Row) -> str:
    """What an audit row says was done, and whether it was refused."""
    actions = {action.value: action.label for action in Action}
    done = DONE.get(row.action) or actions.get(row.action, row.action)
    return f"{done}（被拒）" if "refused" in row.detail else done


def due_of(row: QueueRow, calendar: WorkCalendar, now: datetime) -> str:
    """A deadline in words."""
    if row.due_at is None:
        return "无期限"
    if row.due_at < now:
        return f"逾期，{chinese_date(local_day(row.due_at))}到期"
    return f"剩 {calendar.between(local_day(now), local_day(row.due_at))} 个工作日"


def lines_of(file: CaseFile) -> list[str]:
    """All of a case that its readers may see: masked words, clocks, what waits, what happened."""
    case, opening = file.case, file.case.opening
    lines = [
        f"{file.number}　{case.state.label}　第 {case.round} 轮",
        f"{opening.kind.label}（{opening.domain.label}）　身份：{opening.identity.label}　材料：{file.handed} 件",
        f"对象：{file.copy.respondent}　时间：{file.copy.happened or UNTOLD}　地点：{file.copy.place or UNTOLD}",
        f"事情：{file.copy.story}",
    ]
    is_known = opening.identity is not Identity.ANONYMOUS
    guardian = "；不满 14 周岁孩子的事，监护人也同意了" if file.is_about_child and is_known else ""
    lines.append(f"告知书：{opening.consent_version} 版，已同意{guardian}")
    if term := case.term:
        guessed = "" if term.is_confirmed else "（暂按法定节假日推算）"
        lines.append(f"期限：{local(term.due_at):%Y-%m-%d %H:%M}{guessed}")
    if file.hold:
        lines.append(f"留存：{file.hold.label}")
    if file.purged_at:
        lines.append(f"内容已清除：{local(file.purged_at):%Y-%m-%d}")
    if case.requests:
        lines.append("等待决定：" + "、".join(request.action.label for request in case.requests))
    if reply := reply_of(file):
        lines.append(f"答复：{reply}")
    return [*lines, "经过：", *_happened(file)]


def _happened(file: CaseFile) -> Iterator[str]:
    """A line a step; words that stand further up already (an answer goes through several hands) stand there only."""
    told = {reply_of(file)}
    for event in file.events:
        words = event.command.text
        yield _line(event, SAID_ABOVE if words and words in told else words)
        told.add(words)


def _line(event: Event, words: str) -> str:
    who = f"{event.actor.role.label}{event.actor.id}"
    return f"{local(event.at):%m-%d %H:%M} {event.action.label}　{who}　{words}".rstrip()
