"""统一社会信用代码: the standard's own example, real codes, and every way to be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.uscc import (
    ALPHABET,
    Flaw,
    Part,
    check_character,
    check_uscc,
    looks_like_identity_number,
    part_at,
    subject_check_character,
    tidy,
)

RIGHT = [
    "91350100M000100Y43",  # the standard's own example
    "91440300708461136T",
    "9144030071526726XG",
]


@pytest.mark.parametrize("code", RIGHT)
@pytest.mark.parametrize(
    "write", [str, str.lower, " ".join, lambda c: c.translate({n: n + 0xFEE0 for n in range(33, 127)})]
)
def test_right_code_is_right_however_it_is_written(code: str, write: object) -> None:
    checked = check_uscc(write(code))  # type: ignore[operator]
    assert checked.is_valid
    assert checked.code == code


@pytest.mark.parametrize(
    ("code", "flaws"),
    [
        ("", [(Flaw.LENGTH, (), "0", "18")]),
        ("9144030070846113", [(Flaw.LENGTH, (), "16", "18")]),
        ("91440300708461136T1", [(Flaw.LENGTH, (), "19", "18")]),
        ("91350100M000100Y4Z", [(Flaw.CHARACTER, (18,), "Z", "3")]),
        ("9144030O708461136T", [(Flaw.CHARACTER, (8,), "O", "0")]),
        ("V144030070846113ST", [(Flaw.CHARACTER, (1,), "V", ""), (Flaw.CHARACTER, (17,), "S", "5")]),
        ("9144030071526726SG", [(Flaw.CHARACTER, (17,), "S", "X")]),
        ("9144030*708461136T", [(Flaw.CHARACTER, (8,), "*", "")]),
        ("91440300708461136U", [(Flaw.CHECK, (18,), "U", "T")]),
    ],
)
def test_wrong_part_is_named(code: str, flaws: list[tuple[object, ...]]) -> None:
    found = [(f.flaw, f.places, f.found, f.expected) for f in check_uscc(code).faults]
    assert found == flaws


def test_letters_in_the_region_are_named() -> None:
    faults = check_uscc("9144A300708461136T").faults
    assert faults[0].flaw is Flaw.REGION
    assert faults[0].places == (5,)
    assert faults[0].parts == (Part.REGION,)


def test_swapped_digits_show_in_both_checks() -> None:
    flaws = [fault.flaw for fault in check_uscc("91440300708461163T").faults]
    assert flaws == [Flaw.SUBJECT_CHECK, Flaw.CHECK]


def test_code_whose_own_check_fits_is_only_doubtful_when_the_subject_does_not() -> None:
    body = "91150302123456780"
    assert subject_check_character(body[8:]) != body[16]
    checked = check_uscc(body + check_character(body))
    assert checked.is_doubtful
    assert not checked.is_valid


def test_letter_taken_for_a_digit_is_mended() -> None:
    assert check_uscc("9I44O3OO7O8461136T").suggestion == "91440300708461136T"
    assert check_uscc("9l440300708461136t").suggestion == "91440300708461136T"
    assert check_uscc("9144030O708461137T").suggestion == ""


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("150300", "乌海市"),
        ("150302", "海勃湾区"),
        ("150303", "海南区"),
        ("150304", "乌达区"),
        ("150100", ""),
    ],
)
def test_region_of_wuhai_is_told(region: str, name: str) -> None:
    body = f"92{region}MA0N1234"
    body += subject_check_character(body[8:])
    checked = check_uscc(body + check_character(body))
    assert checked.is_valid
    assert checked.region == name


def test_parts_cover_the_code() -> None:
    parts = [part_at(place) for place in range(1, 19)]
    assert [parts.count(part) for part in Part] == [1, 1, 6, 9, 1]


CODES = st.builds(
    lambda head, region, subject: head + region + subject + subject_check_character(subject),
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=8, max_size=8),
).map(lambda body: body + check_character(body))


@given(CODES)
def test_code_with_its_check_characters_is_right(code: str) -> None:
    assert check_uscc(code).is_valid


@given(CODES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code: str, place: int, other: str) -> None:
    spoilt = code[:place] + other + code[place + 1 :]
    assert check_uscc(spoilt).is_valid == (other == code[place])


@given(st.text(max_size=30))
def test_any_text_is_checked_without_error(text: str) -> None:
    assert check_uscc(text).code == tidy(text)


def test_identity_number_is_known_by_its_birthday() -> None:
    assert looks_like_identity_number("150302199001011234")
    assert looks_like_identity_number("15030219900101123x")
    assert not looks_like_identity_number("150302199013011234")
    assert not any(map(looks_like_identity_number, RIGHT))
