"""我的信息, 删除我的信息 → what is held of the resident, in a few lines, and the page where it is theirs to decide."""

from __future__ import annotations

from domain.complaints.terms import ENDED
from domain.replies import ReplyKind, plain
from handlers.turn import Outcome, Turn, said

MOST_NAMED = 3


def handle(turn: Turn) -> Outcome:
    texts = turn.texts
    is_open = any(file.case.state not in ENDED for file in turn.cases)
    return said(
        turn,
        ReplyKind.HELP,
        plain("\n".join((texts.line("my_information.lead"), *_held(turn)))),
        texts.paragraph("my_information.sealed"),
        texts.paragraph("my_information.page"),
        texts.paragraph("my_information.how"),
        *((texts.paragraph("my_information.open"),) if is_open else ()),
    )


def _held(turn: Turn) -> list[str]:
    texts, kept = turn.texts, turn.library.limits.kept
    held = []
    if turn.draft:
        held.append(texts.line("my_information.draft", days=kept["draft"].value))
    if turn.cases:
        numbers = "、".join(file.number for file in turn.cases[:MOST_NAMED])
        more = "…" if len(turn.cases) > MOST_NAMED else ""
        held.append(texts.line("my_information.cases", count=len(turn.cases), numbers=numbers + more))
    return [*held, texts.line("my_information.talk", days=kept["reply"].value)]
