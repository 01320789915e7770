"""Questions that go together get the answers they would get alone."""

from __future__ import annotations

import pytest

from matching import Index
from services.matches import REMEMBERED, Matches, Question, driven
from tests.matching.base import BASE


class _Counting(Index):
    """An index that tells how many texts it was asked."""

    asked = 0

    def match_many(self, texts, topics=(), *, explain=False):  # type: ignore[no-untyped-def]
        self.asked += len(texts)
        return super().match_many(texts, topics, explain=explain)


@pytest.fixture(scope="module")
def built() -> Index:
    return Index.build(BASE)


@pytest.fixture
def index(built: Index) -> _Counting:
    index = _Counting.__new__(_Counting)
    index.__dict__.update(built.__dict__)
    return index


QUESTIONS = [
    Question("修复要交钱吗"),
    Question("那要多久呢", "repair-fee"),
    Question("老赖能不能坐高铁", "repair-fee"),
    Question("修复要交钱吗"),
    Question("今天天气怎么样"),
]


def test_together_as_alone(index: _Counting) -> None:
    alone = [index.match(question.text, topic=question.topic) for question in QUESTIONS]
    assert Matches(index).ask_all(QUESTIONS) == alone


def test_the_same_question_is_looked_up_once(index: _Counting) -> None:
    matches = Matches(index)
    first = matches.ask_all(QUESTIONS)
    assert index.asked == 4
    assert [matches.ask(question) for question in QUESTIONS] == first
    assert index.asked == 4


def test_only_a_follow_up_hangs_on_the_topic(index: _Counting) -> None:
    matches = Matches(index)
    matches.ask(Question("老赖能不能坐高铁", "repair-fee"))
    assert matches.known(Question("老赖能不能坐高铁", "complain"))
    matches.ask(Question("那要多久呢", "repair-fee"))
    assert matches.known(Question("那要多久呢", "complain")) is None


def test_memory_is_bounded_and_what_is_asked_again_stays(index: _Counting) -> None:
    matches = Matches(index)
    for number in range(REMEMBERED + 20):
        matches.ask(Question(f"年报 {number}"))
        assert matches.known(Question("年报 0"))
    assert matches.known(Question("年报 1")) is None
    long = Question("年" * 100)
    matches.ask(long)
    assert matches.known(long) is None


def test_a_thought_is_driven_to_its_end(index: _Counting) -> None:
    def thought():  # type: ignore[no-untyped-def]
        first = yield Question("修复要交钱吗")
        second = yield Question("年报几月截止")
        return first.candidates[0].id, second.candidates[0].id

    assert driven(thought(), Matches(index).ask) == ("repair-fee", "annual-report")
