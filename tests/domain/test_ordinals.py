"""How people pick from a list."""

from __future__ import annotations

import pytest

from domain.ordinals import is_pick, picked_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("２", 2),
        ("②", 2),
        ("2.", 2),
        ("（2）", 2),
        ("二", 2),
        ("第二个", 2),
        ("第2个", 2),
        ("第二条吧", 2),
        ("选二", 2),
        ("我选第二个", 2),
        ("我要第2个", 2),
        ("两", 2),
        ("最后一个", 4),
        ("最后那个", 4),
        (" 1 ", 1),
        ("一。", 1),
    ],
)
def test_pick_is_read(text: str, number: int) -> None:
    assert picked_number(text, 4) == number


@pytest.mark.parametrize(
    "text", ["", "2个月", "我要2万", "二维码", "第二次处罚", "12315", "一般失信", "0", "5", "第九个", "1 2"]
)
def test_what_is_no_pick_is_not_read_as_one(text: str) -> None:
    assert picked_number(text, 4) is None


def test_out_of_range_is_a_pick_all_the_same() -> None:
    assert is_pick("9")
    assert picked_number("9", 4) is None
    assert not is_pick("罚款9万")


def test_last_of_nothing_is_nothing() -> None:
    assert picked_number("最后一个", 0) is None
