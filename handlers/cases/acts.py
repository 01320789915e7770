"""What a resident does with a case of their own: add, urge, withdraw, object, rate, reopen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain import targets
from domain.clock import chinese_day
from domain.complaints.case import apply
from domain.complaints.decide import decide
from domain.complaints.events import Command
from domain.complaints.records import CaseFile
from domain.complaints.terms import Action, Solved
from domain.dialog import Tending
from domain.effects import Acted, Effect, MediaSent, NewsTold
from domain.errors import ActionRefused
from domain.messages import Picture
from domain.replies import Block, Choice, Choices, Reply, ReplyKind
from handlers.cases.status import INTENT, overview, said, show
from handlers.turn import Outcome, Turn
from services.progress import LEVELS, RESIDENT, progress_of, urge_from
from services.submission import rules_of

MOST_WORDS = 2000


def begin(turn: Turn, act: str) -> Outcome:
    """Somebody says 催办, 撤回…: on which case it is meant, then its first question."""
    able = [file for file in turn.cases if _can(turn, file, Action.of(act))]
    if not turn.cases:
        return overview(turn)
    if not able:
        return said(turn, _cannot(turn, act, *turn.cases))
    if len(able) == 1:
        return start(turn, able[0], act)
    choices = tuple(
        Choice(f"{file.copy.respondent[:8]} {file.number}", targets.case(f"{act}={file.number}"))
        for file in able[:5]
    )
    return said(turn, turn.texts.paragraph("case.which_one"), Choices(choices))


def start(turn: Turn, file: CaseFile, act: str) -> Outcome:
    """The first question of an act, or the act itself where nothing is to be asked."""
    if act == "show":
        return show(turn, file)
    if not _can(turn, file, Action.of(act)):
        return show(turn, file, _cannot(turn, act, file))
    return _STARTS[act](turn, file)


def _urge(turn: Turn, file: CaseFile) -> Outcome:
    return carry_out(turn, file, Command(Action.URGE))


def _revive(turn: Turn, file: CaseFile) -> Outcome:
    return carry_out(turn, file, Command(Action.REVIVE))


def _withdraw(turn: Turn, file: CaseFile) -> Outcome:
    choices = (
        Choice(turn.texts.line("case.withdraw_no"), targets.case("withdraw=no")),
        Choice(turn.texts.line("case.withdraw_yes"), targets.case("withdraw=yes")),
    )
    return _ask(
        turn, Tending(file.number, "withdraw"), turn.texts.paragraph("case.withdraw"), Choices(choices)
    )


def _rate(turn: Turn, file: CaseFile) -> Outcome:
    choices = tuple(Choice(solved.label, targets.case(f"solved={solved.value}")) for solved in Solved)
    return _ask(turn, Tending(file.number, "rate"), turn.texts.paragraph("case.solved"), Choices(choices))


def _supplement(turn: Turn, file: CaseFile) -> Outcome:
    return _ask(turn, Tending(file.number, "supplement"), *turn.texts.paragraphs("case.supplement"))


def _object(turn: Turn, file: CaseFile) -> Outcome:
    return _ask(turn, Tending(file.number, "object"), turn.texts.paragraph("case.object"))


def _reopen(turn: Turn, file: CaseFile) -> Outcome:
    return _ask(turn, Tending(file.number, "reopen"), turn.texts.paragraph("case.reopen"))


def go_on(turn: Turn, file: CaseFile, tending: Tending, what: str, value: str) -> Outcome:
    """An answer to the act under way."""
    answer = _ANSWERS.get((tending.act, what))
    return answer(turn, file, tending, value) if answer else show(turn, file)


def _confirmed(turn: Turn, file: CaseFile, _tending: Tending, value: str) -> Outcome:
    if value != "yes":
        return show(turn, file, turn.texts.paragraph("case.not_withdrawn"))
    return carry_out(turn, file, Command(Action.WITHDRAW))


def _solved(turn: Turn, file: CaseFile, _tending: Tending, value: str) -> Outcome:
    choices = tuple(
        Choice(turn.texts.line(f"case_satisfied.{LEVELS[n - 1]}"), targets.case(f"satisfied={n}"))
        for n in range(5, 0, -1)
    )
    tending = Tending(file.number, "satisfied", value)
    return _ask(turn, tending, turn.texts.paragraph("case.satisfied"), Choices(choices))


def _satisfied(turn: Turn, file: CaseFile, tending: Tending, value: str) -> Outcome:
    tending = Tending(file.number, "comment", f"{tending.told},{value}")
    return _ask(turn, tending, turn.texts.paragraph("case.comment"))


def _rated(turn: Turn, file: CaseFile, tending: Tending, words: str) -> Outcome:
    solved, _, satisfied = tending.told.partition(",")
    command = Command(Action.RATE, words, solved=Solved.of(solved), satisfied=int(satisfied))
    return carry_out(turn, file, command)


def _comment(turn: Turn, file: CaseFile, tending: Tending, _value: str) -> Outcome:
    return _rated(turn, file, tending, turn.text.strip()[:MOST_WORDS])


def _added(turn: Turn, file: CaseFile, tending: Tending, _value: str) -> Outcome:
    told = f"{tending.told}\n{turn.text.strip()}".strip()[:MOST_WORDS]
    return _ask(turn, replace(tending, told=told), _noted(turn, told))


def _picture(turn: Turn, file: CaseFile, tending: Tending, _value: str) -> Outcome:
    content = turn.incoming.content
    if not isinstance(content, Picture) or not content.media_id:
        return _ask(turn, tending, turn.texts.paragraph("filing.picture_unread"))
    most = turn.library.limits.evidence.pictures
    if file.handed >= most:
        return _ask(turn, tending, turn.texts.paragraph("filing.picture_too_many", most=most))
    sent = MediaSent(turn.lot[:16].hex(), content.media_id, number=file.number)
    mark = turn.texts.line("case.picture_added")
    tending = replace(tending, told=f"{tending.told}\n{mark}".strip())
    return _ask(turn, tending, _noted(turn, tending.told), effects=(sent,))


def _noted(turn: Turn, told: str) -> Block:
    """文字 8 字，图片 1 张: what has arrived so far."""
    lines, mark = told.splitlines(), turn.texts.line("case.picture_added")
    pictures, words = lines.count(mark), sum(len(line) for line in lines if line != mark)
    counts = {"case.words": words, "filing.pictures": pictures}
    arrived = turn.texts.line("filing.and").join(turn.texts.line(k, count=n) for k, n in counts.items() if n)
    return turn.texts.paragraph("case.noted", arrived=arrived)


def _supplemented(turn: Turn, file: CaseFile, tending: Tending, _value: str) -> Outcome:
    if not tending.told:
        return _ask(turn, tending, *turn.texts.paragraphs("case.supplement"))
    return carry_out(turn, file, Command(Action.SUPPLEMENT, tending.told))


def _argued(turn: Turn, file: CaseFile, tending: Tending, _value: str) -> Outcome:
    """An objection, or the wish to reopen, with its reason."""
    return carry_out(turn, file, Command(Action.of(tending.act), turn.text.strip()[:MOST_WORDS]))


def carry_out(turn: Turn, file: CaseFile, command: Command) -> Outcome:
    """Carry it out, and show the case as it stands afterwards."""
    try:
        event = decide(file.case, command, RESIDENT, turn.now, rules_of(turn.library))
    except ActionRefused:
        return show(turn, file, _cannot(turn, command.action.value, file))
    after = replace(file, case=apply(file.case, event), events=(*file.events, event))
    done = turn.texts.paragraph(f"case_did.{command.action.value}")
    return show(turn, after, done, effects=(Acted(file.number, file.case, event),))


def _cannot(turn: Turn, act: str, *files: CaseFile) -> Block:
    """Why it may not be done; of urging too early, from which day it may."""
    rules = rules_of(turn.library)
    days = [day for file in files if (day := urge_from(file.case, turn.now, rules))] if act == "urge" else []
    if days:
        return turn.texts.paragraph("case.urged_already", day=chinese_day(min(days)))
    return turn.texts.paragraph(f"case_cannot.{act}")


def _can(turn: Turn, file: CaseFile, action: Action) -> bool:
    return action in progress_of(file, turn.now, rules_of(turn.library)).acts


def _ask(turn: Turn, tending: Tending, *blocks: Block, effects: tuple[Effect, ...] = ()) -> Outcome:
    """A question of the act; whoever is asked about a case knows of its news."""
    reply = Reply(ReplyKind.TRACK, (*blocks, turn.texts.paragraph("case.footer")), id=INTENT)
    known = tuple(news.id for news in turn.news if news.number == tending.number)
    told = (NewsTold(known),) if known else ()
    return Outcome(reply, replace(turn.dialog, tending=tending, choices=reply.choices), (*effects, *told))


_STARTS: Mapping[str, Callable[[Turn, CaseFile], Outcome]] = MappingProxyType(
    {
        "urge": _urge,
        "revive": _revive,
        "withdraw": _withdraw,
        "rate": _rate,
        "supplement": _supplement,
        "object": _object,
        "reopen": _reopen,
    }
)
Answer = Callable[[Turn, CaseFile, Tending, str], Outcome]
_ANSWERS: Mapping[tuple[str, str], Answer] = MappingProxyType(
    {
        ("withdraw", "withdraw"): _confirmed,
        ("rate", "solved"): _solved,
        ("satisfied", "satisfied"): _satisfied,
        ("comment", "skip"): lambda turn, file, tending, _: _rated(turn, file, tending, ""),
        ("comment", "done"): lambda turn, file, tending, _: _rated(turn, file, tending, ""),
        ("comment", "text"): _comment,
        ("supplement", "text"): _added,
        ("supplement", "picture"): _picture,
        ("supplement", "done"): _supplemented,
        ("object", "text"): _argued,
        ("reopen", "text"): _argued,
    }
)
