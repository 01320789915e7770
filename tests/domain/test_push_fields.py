"""A value is always one that the platform takes, and never half a letter."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.push_fields import FieldKind, cut, field_value, plain_line
from tests.platform import rules

anything = st.text(max_size=60) | st.text(
    st.sampled_from("您的投诉已受理，👨‍👩‍👧😀🇨🇳❤️\ud83d\ude00𠮷野家𪚥\n\t\r \u0301\u200dᠮᠣ᠋ab12-"), max_size=60
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("您的投诉已受理", "您的投诉已受理"),
        ("第一行\n第二行", "第一行 第二行"),
        ("  前后\t有空  ", "前后 有空"),
        ("办好了😀👍🏻！", "办好了！"),
        ("一家👨‍👩‍👧‍👦人", "一家人"),
        ("爱心❤️和旗🇨🇳", "爱心和旗"),
        ("", "—"),
        ("😀\n", "—"),
        ("一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("一二三四五六七八九十一二三四五六七八九十多", "一二三四五六七八九十一二三四五六七八九…"),
        ("𠮷" * 11, "𠮷" * 9 + "…"),
    ],
)
def test_things(text: str, value: str) -> None:
    assert field_value(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.CHARACTER_STRING, "编号 WH2026-000123", "WH2026-000123"),
        (FieldKind.CHARACTER_STRING, "汉字", "-"),
        (FieldKind.CHARACTER_STRING, "A" * 40, "A" * 32),
        (FieldKind.PHRASE, "办理中", "办理中"),
        (FieldKind.PHRASE, "已转交办理单位", "已转交办理"),
        (FieldKind.PHRASE, "abc", "无"),
    ],
)
def test_other_kinds(kind: FieldKind, text: str, value: str) -> None:
    assert field_value(text, kind) == value


@given(anything, st.sampled_from(list(FieldKind)))
def test_platform_takes_every_value(text: str, kind: FieldKind) -> None:
    value = field_value(text, kind)
    rules.check_notice_fields({f"{kind.value}1": {"value": value}})
    value.encode("utf-8")  # no half of a pair


@given(anything)
def test_line_has_nothing_that_cannot_be_seen(text: str) -> None:
    line = plain_line(text)
    assert line == line.strip()
    assert not re.search(r"[\n\r\t]|  ", line)
    assert all(unicodedata.category(letter) not in {"Cc", "Cs", "Cf"} for letter in line)
    assert plain_line(line) == line


@given(st.text(max_size=40), st.integers(2, 30))
def test_cut_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    if short != text:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_mark_is_not_parted_from_its_letter() -> None:
    assert cut("ab" + "e\u0301" + "c", 4) == "ab…"
