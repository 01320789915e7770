"""A 统一社会信用代码 → whether it is right, or which part is wrong and what was expected there."""

from __future__ import annotations

from collections.abc import Iterator

from domain.replies import ReplyKind, plain
from domain.uscc import LENGTH, Checked, Fault, Flaw, check_uscc, looks_like_identity_number
from handlers.turn import Outcome, Turn, said
from knowledge.texts import Texts
from services.recognise import asked_code

DOCUMENT = "gb-32100"


def handle(turn: Turn) -> Outcome:
    """Check the code in the message; without one, say how to ask."""
    code = asked_code(turn.text)
    if not code:
        return said(turn, ReplyKind.ANSWER, *turn.texts.paragraphs("check_uscc.how"))
    checked = check_uscc(code)
    if looks_like_identity_number(code):
        return said(turn, ReplyKind.ANSWER, turn.texts.paragraph("check_uscc.identity"))
    document = turn.library.documents[DOCUMENT]
    basis = turn.texts.line("check_uscc.basis", title=document.title, number=document.number)
    parts = (_result(checked, turn.texts), *_afterwards(checked, turn.texts), basis)
    return said(turn, ReplyKind.ANSWER, *map(plain, parts))


def _result(checked: Checked, texts: Texts) -> str:
    if checked.is_valid:
        return texts.line("check_uscc.valid", code=checked.code)
    lead = texts.line("check_uscc.doubtful" if checked.is_doubtful else "check_uscc.invalid")
    return "\n".join((lead, *(line for fault in checked.faults for line in _fault_lines(fault, texts))))


def _fault_lines(fault: Fault, texts: Texts) -> Iterator[str]:
    found, expected = fault.found, fault.expected
    match fault.flaw:
        case Flaw.LENGTH:
            missing = LENGTH - int(found)
            key = "check_uscc.too_short" if missing > 0 else "check_uscc.too_long"
            yield texts.line(key, found=found, missing=abs(missing))
        case Flaw.CHARACTER:
            part = fault.parts[0].label
            yield texts.line("check_uscc.character", place=fault.places[0], part=part, found=found)
            if expected:
                yield texts.line("check_uscc.expected", expected=expected)
        case Flaw.REGION:
            yield texts.line("check_uscc.region", found=found)
        case Flaw.SUBJECT_CHECK:
            yield texts.line("check_uscc.subject", found=found, expected=expected)
        case Flaw.CHECK:
            yield texts.line("check_uscc.check", found=found, expected=expected)


def _afterwards(checked: Checked, texts: Texts) -> Iterator[str]:
    """What the result suggests: where the slip is, what was meant, what a right code does not prove."""
    flaws = {fault.flaw for fault in checked.faults}
    if flaws == {Flaw.CHECK}:
        yield texts.line("check_uscc.near_ends")
    if flaws == {Flaw.CHECK, Flaw.SUBJECT_CHECK}:
        yield texts.line("check_uscc.in_subject")
    if checked.suggestion:
        yield texts.line("check_uscc.suggestion", code=checked.suggestion)
    elif not checked.is_valid:
        yield texts.line("check_uscc.compare")
    if checked.region and checked.is_valid:
        yield texts.line("check_uscc.region_of", number=checked.code[2:8], name=checked.region)
    if checked.is_valid:
        yield texts.line("check_uscc.not_proof")
