"""Numbers and query codes: without order, forgiving in reading, and no slip leads to another case."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.complaints.numbers import (
    ALPHABET,
    case_number,
    find_number,
    looks_like_number,
    query_code,
    read_code,
    read_number,
)
from domain.ids import lot_of

lots = st.binary(min_size=5, max_size=8)
PLACES = (5, 6, 7, 8, 10, 11, 12, 13, 14)  # of the body and the check character in WH26-7K4Q-9MZP3


@given(lots)
def test_a_number_reads_as_itself_however_it_is_typed(lot: bytes) -> None:
    number = case_number("WH", 2026, lot)
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in number if c != "-"})
    forgiven = number.translate(str.maketrans("10", "lo"))
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("-", " — "), wide):
        assert read_number(typed) == number
    assert read_number(number[:5] + forgiven[5:]) == number
    assert find_number(f"我的编号是{number}，办到哪了") == number
    assert looks_like_number(f"查 {number} 的进度")


@given(lots, st.sampled_from(PLACES), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_found(lot: bytes, place: int, other: str) -> None:
    number = case_number("WH", 2026, lot)
    wrong = number[:place] + other + number[place + 1 :]
    assert (read_number(wrong) is None) == (other != number[place])


@given(lots)
def test_any_two_swapped_characters_are_found(lot: bytes) -> None:
    number = case_number("WH", 2026, lot)
    for a, b in itertools.combinations(PLACES, 2):
        letters = list(number)
        letters[a], letters[b] = letters[b], letters[a]
        swapped = "".join(letters)
        assert (read_number(swapped) is None) == (swapped != number), swapped


def test_numbers_have_no_order_and_codes_have_no_kinship_with_them() -> None:
    """1 000 in a row, as turns draw them: no more in ascending order than chance has it, none alike."""
    drawn = [lot_of(b"key", f"message {n}") for n in range(1000)]
    numbers = [case_number("WH", 2026, lot[:8]) for lot in drawn]
    codes = [query_code(lot[8:16]) for lot in drawn]
    assert len(set(numbers)) == len(set(codes)) == 1000
    rising = sum(a < b for a, b in itertools.pairwise(numbers))
    assert 440 < rising < 560
    alike = sum(n[5:9] == c[:4] for n, c in zip(numbers, codes, strict=True))
    assert alike <= 1


@given(lots)
def test_a_code_is_read_as_it_was_given_out(lot: bytes) -> None:
    code = query_code(lot)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code} "):
        assert read_code(typed) == code


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    number = read_number(text)
    assert number is None or read_number(number) == number
    assert isinstance(read_code(text), str)


@pytest.mark.parametrize(
    "text", ["WH26-7K4Q", "26-7K4Q-9MZP3", "WH26-7K4Q-9MZU3", "", "13812345678", "WH26-7K4Q-9MZPP9"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None
