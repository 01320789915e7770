"""What tells who somebody is does not survive masking; what a question needs does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import mask


@pytest.mark.parametrize(
    "secret",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "１３８１２３４５６７８",
        "150302199001011234",
        "15030219900101123X",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
        "0473-2012345",
        "someone@example.com",
        "蒙C12345",
        "蒙C·12345",
        "微信号abc12345",
        "138.1234.5678",
        "138-123-45678",
        "1381 234 5678",
        "6222.0212.3456.7890",
        "150302900101123",
        "(0473)2998765",
        "0473 299 8765",
        "QQ号12345678",
        "wx:abc12345",
        "一三八一二三四五六七八",
        "幺三八零零零零一二三四",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "我的是{}，帮我查", "打{}找我"])
def test_identifying_numbers_are_masked(secret: str, frame: str) -> None:
    masked = mask(frame.format(secret))
    digits = [c for c in masked if c.isdigit()]
    assert len(digits) <= 1, masked
    assert "〔" in masked


def test_names_that_are_given_as_names_are_masked() -> None:
    assert mask("我叫王小明，被骗了") == "我叫〔姓名〕，被骗了"


@pytest.mark.parametrize(
    "text",
    [
        "罚了10000元",
        "2026年4月1日起",
        "国办发〔2025〕22号",
        "12345",
        "96110",
        "第36号令",
        "3个月",
        "400-810-8866",
    ],
)
def test_what_a_question_needs_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(max_size=300))
def test_any_text_can_be_masked_twice(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
