"""A wish for a story is heard without the word story, and business is not taken for one."""

from __future__ import annotations

import pytest

from domain.dialog import Dialog
from services.desk import Desk
from services.storytelling import pick_story, wish_of
from services.understanding import understand


@pytest.mark.parametrize(
    "words",
    [
        "给我讲个卖东西不骗人的",
        "有没有说话算话的人",
        "讲个捡到钱还给人家的",
        "来个还债的",
        "说个古代守信用的人",
        "有谁是拾金不昧的",
        "想听做买卖实诚的",
        "有没有守信的老板",
        "讲个乌海的",
        "给娃讲个不撒谎的",
        "有没有诚信的典型",
        "讲段当官讲信用的",
        "有没有替人还债的好人",
        "推荐个给孩子听的",
        "讲讲韩信",
        "说说商鞅呗",
    ],
)
def test_a_wish_for_a_story_needs_no_word_for_it(words: str, desk: Desk) -> None:
    target = understand(words, Dialog(), desk, 0).target
    assert target == "intent:story" or target.startswith("story:")


@pytest.mark.parametrize(
    "words",
    [
        "讲讲信用修复咋办",
        "讲讲限高",
        "给我讲讲还债的规定",
        "有没有管征信的人",
        "来个人管管我这事",
        "说个事你们管不管",
        "讲个笑话",
        "有没有不骗人的网贷",
        "有没有说话算话的单位",
        "有没有讲信用就能贷的款",
        "想听听逾期几年能消",
    ],
)
def test_business_is_no_wish_for_a_story(words: str, desk: Desk) -> None:
    target = understand(words, Dialog(), desk, 0).target
    assert not target.startswith("story:")
    assert target != "intent:story"


def test_a_story_about_who_was_named_comes_before_one_that_mentions_him(desk: Desk) -> None:
    wish = wish_of("讲讲商鞅", desk.library)
    told = {pick_story(wish, (), desk.library, seed) for seed in range(20)}
    assert all(story and "商鞅" in story.people for story in told)


def test_what_kind_is_wished_for_is_read(desk: Desk) -> None:
    assert "诚实经营" in wish_of("给我讲个卖东西不骗人的", desk.library).themes
    assert "守约" in wish_of("有没有说话算话的人", desk.library).themes


def test_a_word_inside_a_longer_one_is_not_heard(desk: Desk) -> None:
    assert set(wish_of("给我讲个卖东西不骗人的", desk.library).themes) == {"诚实不欺", "诚实经营"}
    assert "失信后果" in wish_of("讲个骗人的下场", desk.library).themes


def test_who_is_named_is_told_of_by_his_credit_before_a_warning(desk: Desk) -> None:
    wish = wish_of("讲个商鞅的故事", desk.library)
    told = [story.id for seed in range(4) if (story := pick_story(wish, (), desk.library, seed))]
    assert told == ["xi-mu-li-xin"] * 4
