"""A story → the names in it that may be complained of, without the words that lead to them."""

from __future__ import annotations

import pytest

from domain.entries import Library
from services.doors import suggest


@pytest.mark.parametrize(
    ("story", "names"),
    [
        ("我想匿名举报物业乱收费", ()),
        ("我想匿名举报示例物业乱收费", ("示例物业",)),
        ("想实名投诉示例超市卖假货", ("示例超市",)),
        ("我要反映示例镇政府拖欠工程款", ("示例镇政府",)),
        ("昨天在示例超市买了假货", ("示例超市",)),
        ("去年我在乌达区找示例装修公司装的房子", ("示例装修公司",)),
    ],
)
def test_a_suggested_name_is_only_a_name(story: str, names: tuple[str, ...], library: Library) -> None:
    assert suggest(story, library.doors, library.city).respondents == names
