"""One plain spelling for many ways of typing."""

from __future__ import annotations

import math

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import normalise
from matching.clauses import focus, is_follow_up, split_questions
from matching.normal import dropped, number
from matching.reading import Reader, is_negative
from matching.tables import cut, fold


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("请问三个月能不能修复啊", "3个月能不能修复"),
        ("九六一一零是谁的号", "96110是谁的号"),
        ("３　个月", "3个月"),
        ("我想問一下，徵信報告在哪里打印呢？？", "征信报告在哪里打印"),
        ("咋整", "怎么办"),
        ("啥时候能撤", "什么时候能撤"),
        ("嘎哈", "干什么"),
        ("整不了", "办不了"),
        ("多久久久久", "多久"),
        ("我要修改我要修改密码", "我要修改密码"),
        ("二十万块钱", "200000块钱"),
        ("一千五百元罚款", "1500元罚款"),
        ("两年", "2年"),
        ("万一被罚了", "万一被罚了"),
        ("APP打不开", "app打不开"),
        ("额度多少", "额度多少"),
        ("你好", "你好"),
        ("😀", ""),
        ("", ""),
        ("修\ud83d复", "修复"),
    ],
)
def test_many_ways_one_spelling(said: str, plain: str) -> None:
    assert normalise(said) == plain


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_nothing_but_plain_signs_is_left(said: str) -> None:
    plain = normalise(said)
    assert plain == plain.strip()
    assert all(sign.isalnum() or sign in " .%〇" for sign in plain)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="请问修复材料多久咋整啊呢三个月年罚款 ，？", max_size=40))
def test_spaces_and_width_do_not_matter(said: str) -> None:
    assert normalise(said) == normalise(f"  {said}  ")


@pytest.mark.parametrize(
    ("numeral", "value"), [("十", 10), ("二十一", 21), ("三百零五", 305), ("一万二", 10002), ("九六", 96)]
)
def test_numerals_have_values(numeral: str, value: int) -> None:
    assert number(numeral) == value


def test_dropped_fillers_are_told() -> None:
    assert dropped("请问修复收费呢") == ("请问", "呢")


@pytest.mark.parametrize(
    ("one", "other"),
    [("zheng", "zen"), ("shi", "si"), ("chang", "cang"), ("nan", "lan"), ("xing", "xin"), ("leng", "len")],
)
def test_confusable_syllables_sound_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_pinyin_is_heard_as_characters_are() -> None:
    reader = Reader()
    assert reader.read("xinyong xiufu", spoken=True).sound == reader.read("信用修复").sound


@pytest.mark.parametrize(
    ("plain", "negative"),
    [
        ("能不能修复", False),
        ("修复不了", True),
        ("没有到账", True),
        ("是不是没有", True),
        ("修复多久", False),
    ],
)
def test_negation_is_counted(plain: str, negative: bool) -> None:
    assert is_negative(plain) is negative


@pytest.mark.parametrize(
    ("plain", "follows"),
    [
        ("那要多久", True),
        ("收费吗", True),
        ("在哪办", True),
        ("需要什么材料", True),
        ("营业执照丢了怎么补办", False),
    ],
)
def test_follow_ups_are_known(plain: str, follows: bool) -> None:
    assert is_follow_up(plain) is follows


def test_two_questions_are_parted_and_one_is_not() -> None:
    assert len(split_questions("征信报告去哪查？信用修复收费吗？")) == 2
    assert len(split_questions("我被罚了，多久能修复")) == 1
    assert len(split_questions("名单上写了两年期限，还完钱能提前撤吗")) == 1


def test_the_question_in_a_story_is_found() -> None:
    story = "去年我开的小饭馆被罚了三千块钱，罚款早就交了，就是一直在网上挂着，现在想问问多久能申请修复"
    assert any("多久" in window for window in focus(story))
    assert focus("多久能修复") == ()


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="失信被执行人修复要多久3.5%abc 〇㐀", max_size=40))
def test_words_are_cut_as_jieba_cuts_them(plain: str) -> None:
    known = {"失信": 5, "失": 9, "失信被": 0, "修复": 3, "修": 2, "要": 50, "多久": 7, "多": 1}
    jieba_cutter = jieba.Tokenizer()
    jieba_cutter.FREQ, jieba_cutter.total, jieba_cutter.initialized = known, 77, True
    shares = {word: math.log(count) - math.log(77) if count else None for word, count in known.items()}
    expected = [word for word in jieba_cutter.cut(plain, HMM=False) if word != " "]
    assert cut(shares, -math.log(77), plain) == expected
