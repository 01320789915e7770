"""Guides: every way ends, nothing said is lost, going back undoes, and every end fits one message."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.render import TEXT_BYTES, Renderer
from domain.dialog import Dialog, Flow
from domain.entries import Citation, Library
from domain.guides import MOST_STEPS, Answers, Case, End, Guide, Option, Step, valid, walk, ways
from domain.messages import Incoming, Text
from domain.numerals import read_number
from domain.reckoning import COMPUTATIONS
from domain.replies import ReplyKind
from handlers import guide as handler
from handlers.flow import go_on
from handlers.router import find_handlers
from handlers.turn import Turn
from knowledge.guide_check import check_guides
from services.desk import Desk
from services.guiding import has_ended, step_of
from services.understanding import Understanding, understand

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAYS_BACK = (0, 1, 5, 40, 120, 360, 366, 500, 1200, 2000)
GUIDES = ("abnormal", "credit_record", "defaulter", "repair", "which_door")

SMALL = Guide(
    id="small",
    title="小导办",
    opening="最多二问。",
    asks=tuple(f"问法{n}" for n in range(6)),
    steps=(
        Step("a", "甲还是乙？", (Option("甲", next="b"), Option("乙", next="y", words=("不是甲",)))),
        Step("b", "哪天？", (Option("忘了", next="y"),), date_then="x"),
    ),
    ends=(
        End("x", "一。", (Citation("order-36"),)),
        End("y", "二。", (Citation("order-36"),)),
    ),
    facts=("F1.01",),
    reviewed_on=TODAY,
    review_by=date(2027, 5, 23),
)


def with_dates(answers: Answers) -> Iterator[Answers]:
    """The same way with other days: long ago, just now, and ahead."""
    places = [n for n, (_, value) in enumerate(answers) if re.fullmatch(r"\d{4}-\d\d-\d\d", value)]
    days = [TODAY - timedelta(days=back) for back in DAYS_BACK] + [
        TODAY + timedelta(days=ahead) for ahead in (1, 1000)
    ]
    for chosen in itertools.product(days, repeat=len(places)):
        told = list(answers)
        for place, day in zip(places, chosen, strict=True):
            told[place] = (told[place][0], day.isoformat())
        yield tuple(told)


def turn_of(desk: Desk, text: str = "", now: datetime = NOW) -> Turn:
    incoming = Incoming("key", "resident", "account", int(now.timestamp()), Text(text))
    return Turn(incoming, text, Dialog(), desk, Understanding("guide:repair"), now, 0)


def answers_of(guide: Guide) -> st.SearchStrategy[Answers]:
    return st.sampled_from([answers for answers, _ in ways(guide)])


@pytest.mark.parametrize("name", GUIDES)
def test_every_way_ends_within_what_is_promised(desk: Desk, name: str) -> None:
    guide = desk.library.guides[name]
    promised = re.search(r"最多(.)问", guide.opening)
    assert promised
    longest = max(len(answers) for answers, _ in ways(guide))
    assert longest == read_number(promised[1]) <= MOST_STEPS
    assert {end.id for _, end in ways(guide)} == {end.id for end in guide.ends}


def test_which_door_needs_at_most_four_questions(desk: Desk) -> None:
    assert max(len(answers) for answers, _ in ways(desk.library.guides["which_door"])) <= 4


@pytest.mark.parametrize("name", GUIDES)
def test_going_back_undoes_one_answer(desk: Desk, name: str) -> None:
    guide = desk.library.guides[name]
    for answers, _ in ways(guide):
        for count in range(1, len(answers) + 1):
            place = walk(guide, answers[: count - 1])
            assert isinstance(place, Step)
            assert place.id == answers[count - 1][0]


@given(st.data())
def test_what_no_longer_fits_counts_for_nothing(data: st.DataObject) -> None:
    answers = data.draw(answers_of(SMALL))
    place = data.draw(st.integers(0, len(answers) - 1))
    spoilt = (*answers[:place], (answers[place][0], "gone"), *answers[place + 1 :])
    assert valid(SMALL, spoilt) == answers[:place]
    assert walk(SMALL, spoilt) == walk(SMALL, answers[:place])


@pytest.mark.parametrize("name", GUIDES)
def test_every_end_fits_one_message_and_says_its_basis(desk: Desk, name: str) -> None:
    guide, renderer = desk.library.guides[name], Renderer("https://credit.example.org")
    for plain, _ in ways(guide):
        for answers in with_dates(plain):
            outcome = handler.again(turn_of(desk), guide, Flow(guide.id, answers))
            assert outcome.reply
            assert outcome.reply.kind is ReplyKind.GUIDE
            assert len(renderer.text(outcome.reply.blocks).encode()) <= TEXT_BYTES
            assert "依据：《" in outcome.reply.text
            assert "{" not in outcome.reply.text
            assert has_ended(outcome.dialog, desk.library)
            assert step_of(outcome.dialog, desk.library) is None


@pytest.mark.parametrize("name", GUIDES)
def test_every_question_fits_and_can_be_answered_by_number(desk: Desk, name: str) -> None:
    guide, renderer = desk.library.guides[name], Renderer("https://credit.example.org")
    for answers, _ in ways(guide):
        for count in range(len(answers)):
            outcome = handler.again(turn_of(desk), guide, Flow(guide.id, answers[:count]))
            assert outcome.reply
            assert len(renderer.text(outcome.reply.blocks).encode()) <= TEXT_BYTES
            assert outcome.dialog.choices == outcome.reply.choices
            assert outcome.dialog.flow == Flow(guide.id, answers[:count])


def test_every_case_is_told_to_somebody(desk: Desk) -> None:
    library = desk.library
    told: set[tuple[str, str, str]] = set()
    for guide in library.guides.values():
        for plain, end in ways(guide):
            for answers in with_dates(plain) if end.compute else ():
                names = {step.id: step.records or step.id for step in guide.steps}
                recorded = {names[name]: value for name, value in answers}
                found = COMPUTATIONS[end.compute].run(recorded, TODAY, library.workdays)
                told.add((guide.id, end.id, found.case))
    written = {(g.id, e.id, c.name) for g in library.guides.values() for e in g.ends for c in e.cases}
    assert written - told == set()


def test_any_answer_in_between_leaves_the_question_whole(desk: Desk) -> None:
    """However long the answer, one message holds its beginning and the question with all its choices."""
    guide, renderer = desk.library.guides["repair"], Renderer("https://credit.example.org")
    flow = Flow(guide.id, (("who", "market"),))
    known = find_handlers()
    for policy in desk.library.policies:
        turn = replace(turn_of(desk), dialog=Dialog(flow=flow), found=Understanding(f"policy:{policy}"))
        outcome = go_on(turn, known["policy"](turn))
        assert outcome.reply
        assert outcome.dialog.flow == flow
        message, _ = renderer.render(outcome.reply, desk.texts.paragraph("more.hint"), 0)
        assert len(message.content.encode()) <= TEXT_BYTES
        assert outcome.dialog.choices[0].label == "只有警告"
        assert all(
            f">{n} {c.label}<" in message.content for n, c in enumerate(outcome.dialog.choices, start=1)
        )


def test_guides_speak_as_the_house_speaks(desk: Desk) -> None:
    for guide in desk.library.guides.values():
        words = [guide.opening, *(step.question for step in guide.steps)]
        words += [end.told(case) for end in guide.ends for case in (*(c.name for c in end.cases), "")]
        words += [option.label for step in guide.steps for option in step.choices]
        for text in words:
            assert "你" not in text, text
            assert not re.search("[！!]|(?<!近)亲|哦|请知悉|抱歉|很高兴|根据相关", text), text
            assert not re.search(r"\d(?:个|天)", text), f"a space between number and unit: {text}"


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_opens_by_its_title_and_by_what_residents_say(desk: Desk, name: str) -> None:
    guide = desk.library.guides[name]
    for words in (guide.title, *guide.exact, *guide.asks):
        assert understand(words, Dialog(), desk, 0).target == f"guide:{name}", words


def test_dialogs_stored_before_there_were_guides_stay_readable() -> None:
    stored = TypeAdapter(Dialog)
    assert stored.validate_json('{"topic": "policy:repair-free"}').flow is None
    under_way = Dialog(flow=Flow("repair", (("who", "market"), ("decided", "2026-03-05")), is_paused=True))
    assert stored.validate_json(stored.dump_json(under_way, exclude_defaults=True)) == under_way


STEP_A, STEP_B = SMALL.steps
END_X, END_Y = SMALL.ends
TO_B, TO_Y = Option("甲", "b"), Option("乙", "y")


def with_choices(*choices: Option) -> Guide:
    return replace(SMALL, steps=(replace(STEP_A, choices=choices), STEP_B))


def with_end(**fields: object) -> Guide:
    return replace(SMALL, ends=(replace(END_X, **fields), END_Y))


FAULTS = {
    "nowhere": with_choices(Option("甲", "nowhere"), TO_Y),
    "没有一步通到这里": replace(SMALL, ends=(*SMALL.ends, End("z", "三。", END_X.basis))),
    "绕圈": replace(SMALL, steps=(STEP_A, replace(STEP_B, date_then="a"))),
    "最多 5 个": with_choices(TO_Y, *(Option(f"甲{n}", "b", value=f"{n}") for n in range(5))),
    "最多 12 字": with_choices(Option("甲" * 13, "b"), TO_Y),
    "不同的 value": with_choices(TO_B, Option("丙", "b"), TO_Y),
    "next 和 opens": with_choices(TO_B, TO_Y, Option("丙")),
    "guide:none": with_choices(TO_B, TO_Y, Option("丙", opens="guide:none")),
    "已废止": with_end(basis=(Citation("order-58"),)),
    "至少写一份依据": with_end(basis=()),
    "没有问到：decided、fulfilled": with_end(compute="repair_by_market"),
    "没有这种算法": with_end(compute="magic"),
    "不用写": with_end(cases=(Case("now", "一。"),)),
    "没有人填": with_end(text="{when}。"),
    "2048": with_end(text="很长。" * 300),
    "no-such": with_end(related=("no-such",)),
    "别的条目的叫法": replace(SMALL, title="我要投诉"),
}


def checked(library: Library, guide: Guide) -> str:
    return "\n".join(map(str, check_guides(replace(library, guides={guide.id: guide}))))


def test_sound_guide_passes(desk: Desk) -> None:
    assert checked(desk.library, SMALL) == ""


@pytest.mark.parametrize("told", FAULTS)
def test_faulty_guide_is_told_where_and_why(desk: Desk, told: str) -> None:
    assert told in checked(desk.library, FAULTS[told])
