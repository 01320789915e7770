"""今天起第10个工作日是哪天 → the day, how it was counted, and whether the calendar of that year is known."""

from __future__ import annotations

from datetime import date

from domain.clock import chinese_date, chinese_weekday
from domain.dates import Unclear
from domain.replies import ReplyKind, plain
from handlers.turn import Outcome, Turn, said
from services.recognise import asked_workday


def handle(turn: Turn) -> Outcome:
    """Count from the day in the message; without all pieces, say how to ask."""
    asked = asked_workday(turn.text, turn.today)
    if not asked:
        return said(turn, ReplyKind.ANSWER, *turn.texts.paragraphs("workday_after.how"))
    if asked.start.day is None:
        is_month = asked.start.unclear is Unclear.NO_DAY
        key = "workday_after.ask_day" if is_month else "workday_after.no_such_day"
        return said(turn, ReplyKind.ANSWER, turn.texts.paragraph(key))
    due = turn.library.workdays.add(asked.start.day, asked.count)
    start = chinese_date(asked.start.day)
    result = turn.texts.line(
        "workday_after.result", day=chinese_date(due.day), weekday=chinese_weekday(due.day)
    )
    counted = turn.texts.line("workday_after.counted", start=start, count=asked.count)
    return said(
        turn, ReplyKind.ANSWER, plain(result), plain(counted), plain(_basis(turn, asked.start.day, due.day))
    )


def _basis(turn: Turn, start: date, due: date) -> str:
    """The notice of every year that was counted through, and the years that have none yet."""
    years = range(start.year, due.year + 1)
    notices = [turn.library.notices[year] for year in years if year in turn.library.notices]
    lines = [turn.texts.line("workday_after.basis", title=n.title, number=n.number) for n in notices]
    unknown = [year for year in years if not turn.library.workdays.is_published(year)]
    lines += [turn.texts.line("workday_after.unconfirmed", year=year) for year in unknown]
    return "\n".join((*lines, turn.texts.line("workday_after.caveat")))
