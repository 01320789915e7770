"""What is typed, sent or shown at a step → the draft with it, and the next question."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.complaints.answers import Fault
from domain.complaints.draft import Draft, Handed
from domain.complaints.interview import Interview, Step
from domain.effects import EvidenceDropped, MediaSent
from domain.errors import AnswerUnfit
from domain.messages import Location, Picture
from domain.replies import Block
from handlers.filing.answers import Answer
from handlers.filing.steps import advance, ask, stay
from handlers.turn import Outcome, Turn
from services.doors import area_in
from services.interview import is_only_a_command
from services.phrases import bare_of
from services.telling import (
    LONGEST_LINE,
    SHORTEST_STORY,
    one_line,
    with_name,
    with_phone,
    with_place,
    with_respondent,
    with_story,
)

SHOWN_END = 12
LONGEST_NAME = 30  # characters of a respondent; what is longer tells what happened
_SENTENCE = re.compile("[，。！？；,!?;]")


def _told(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    if is_only_a_command(bare_of(turn.text), turn.library):
        return ask(turn, draft, interview, turn.texts.paragraph("filing.not_an_answer"))
    return _TAKES[interview.step](turn, draft, interview, turn.text.strip())


def _story(turn: Turn, draft: Draft, interview: Interview, text: str) -> Outcome:
    """Several messages are gathered; what no longer fits is said, to the character."""
    most = turn.library.limits.rule("story_characters")
    before = "" if interview.is_anew else draft.story
    whole = f"{before}\n{text}".strip()
    draft = with_story(draft, whole, turn.library)
    interview = replace(interview, is_anew=False, aside="")
    if len(whole) > most:
        lead = turn.texts.paragraph("filing.story_cut", most=most, end=draft.story[-SHOWN_END:])
        return stay(turn, draft, interview, lead)
    return stay(turn, draft, interview)


def _respondent(turn: Turn, draft: Draft, interview: Interview, text: str) -> Outcome:
    """A name. A whole sentence is not lost: it goes to the story, and the name is asked for again."""
    if len(text) > LONGEST_NAME or _SENTENCE.search(text):
        story = draft.story if text in draft.story else f"{draft.story}\n{text}"
        lead = turn.texts.paragraph("filing.respondent_sentence")
        return stay(turn, with_story(draft, story, turn.library), interview, lead)
    try:
        told = with_respondent(draft, _line(text), turn.library)
    except AnswerUnfit:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.respondent_short"))
    return advance(turn, told, interview)


def _happened(turn: Turn, draft: Draft, interview: Interview, text: str) -> Outcome:
    return advance(turn, replace(draft, happened=_line(text)), interview)


def _place(turn: Turn, draft: Draft, interview: Interview, text: str) -> Outcome:
    return advance(turn, with_place(draft, _line(text), turn.library), interview)


def _name(turn: Turn, draft: Draft, interview: Interview, text: str) -> Outcome:
    try:
        told = with_name(draft, text)
    except AnswerUnfit:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.name_unfit"))
    return advance(turn, told, interview)


def _phone(turn: Turn, draft: Draft, interview: Interview, text: str) -> Outcome:
    try:
        told = with_phone(draft, text)
    except AnswerUnfit as unfit:
        key = "filing.phone_digits" if unfit.fault is Fault.DIGITS else "filing.phone_unfit"
        return ask(turn, draft, interview, turn.texts.paragraph(key, digits=unfit.count))
    return advance(turn, told, interview)


def _done(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    """Nothing more to tell; of a single answer (时间, 地点) that is no answer yet."""
    if interview.step in {Step.HAPPENED, Step.PLACE}:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.skip_instead"))
    if interview.step is Step.STORY and len(draft.story) < SHORTEST_STORY:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.story_short"))
    return advance(turn, draft, interview)


def _aside(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    """Words that were answered as a question belong to the story after all."""
    return _story(turn, draft, replace(interview, step=Step.STORY), interview.aside)


def _picture(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    """A picture counts whenever it comes; it is fetched in the background."""
    content = turn.incoming.content
    most = turn.library.limits.evidence.pictures
    if not isinstance(content, Picture) or not content.media_id:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.picture_unread"))
    if draft.pictures >= most:
        return ask(turn, draft, interview, turn.texts.paragraph("filing.picture_too_many", most=most))
    ident = turn.lot[:16].hex()
    draft = draft.having(Handed(ident))
    lead: tuple[Block, ...] = ()
    if interview.step is not Step.EVIDENCE:
        lead = (turn.texts.paragraph("filing.picture_early", count=draft.pictures),)
    sent = MediaSent(ident, content.media_id, draft=draft.id)
    return stay(turn, draft, interview, *lead, effects=(sent,))


def _location(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    content = turn.incoming.content
    if not isinstance(content, Location) or math.isnan(content.latitude + content.longitude):
        return ask(turn, draft, interview, turn.texts.paragraph("filing.location_unread"))
    place = _line(content.label) or turn.texts.line("filing.location_point")
    area = area_in(place, turn.library.city) or draft.area
    draft = replace(draft, place=place, area=area, latitude=content.latitude, longitude=content.longitude)
    if interview.step is Step.PLACE:
        return advance(turn, draft, interview, turn.texts.paragraph("filing.location_taken", place=place))
    return stay(turn, draft, interview, turn.texts.paragraph("filing.location_taken", place=place))


def _unfit(turn: Turn, draft: Draft, interview: Interview, value: str) -> Outcome:
    """A video, a file, a link, a sticker: what to do instead."""
    return ask(turn, draft, interview, turn.texts.paragraph(f"filing_unfit.{value}"))


def _cleared(turn: Turn, draft: Draft, interview: Interview, _value: str) -> Outcome:
    """Everything handed in is taken back, to be handed in anew."""
    return stay(turn, replace(draft, evidence=()), interview, effects=(EvidenceDropped(draft.id),))


def _line(text: str) -> str:
    """One line, within what a line may hold."""
    return one_line(text)[:LONGEST_LINE]


_TAKES = MappingProxyType(
    {
        Step.STORY: _story,
        Step.RESPONDENT: _respondent,
        Step.HAPPENED: _happened,
        Step.PLACE: _place,
        Step.NAME: _name,
        Step.PHONE: _phone,
    }
)
ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "text": _told,
        "done": _done,
        "aside": _aside,
        "respondent": _respondent,
        "happened": _happened,
        "place": _place,
        "picture": _picture,
        "location": _location,
        "unfit": _unfit,
        "clear": _cleared,
    }
)
