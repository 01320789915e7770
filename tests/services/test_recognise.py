"""Only a message that holds every piece of a sum is taken for one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_repair import Kind
from domain.dates import Unclear
from services.recognise import asked_code, asked_end, asked_workday, recognise

TODAY = date(2026, 11, 23)
CODE = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (CODE, "check_uscc"),
        ("帮我看看91350100M000100Y43对不对", "check_uscc"),
        ("91350100m000100y43", "check_uscc"),
        ("91350100M000100Y4", "check_uscc"),
        ("9135 0100 M000 100Y 43", "check_uscc"),
        ("校验统一社会信用代码 91350100M000100Y4", "check_uscc"),
        ("代码：９１３５０１００Ｍ０００１００Ｙ４３", "check_uscc"),
        ("今天起第10个工作日是哪天", "workday_after"),
        ("3月5号后15个工作日", "workday_after"),
        ("从今天算7个工作日", "workday_after"),
        ("从三月五号起十五个工作日是几号", "workday_after"),
        ("2026年12月30日提交的，第5个工作日是哪天", "workday_after"),
        ("10个工作日后是几号", "workday_after"),
        ("从上周五算3个工作日是哪天", "workday_after"),
        ("处罚决定2026年3月5号公示到什么时候", "disclosure_end"),
        ("2026年3月5日", "disclosure_end"),
        ("算公示期 3月5号", "disclosure_end"),
        ("几号到期 3月5号", "disclosure_end"),
        ("是3月5号罚的", "disclosure_end"),
        ("处罚决定2026年3月5号几号到期", "disclosure_end"),
        ("2026年3月5号满三个月是哪天", "disclosure_end"),
        ("处罚是去年10月8号作出的，什么时候能修复", "disclosure_end"),
        ("2024.2.29满1年是几号", "disclosure_end"),
        ("处罚决定2026年3月公示到什么时候", "disclosure_end"),
        ("市场监管的处罚决定2026年3月5日公示到什么时候", "disclosure_end"),
    ],
)
def test_sum_is_recognised(text: str, tool: str) -> None:
    assert recognise(text, TODAY) == f"intent:{tool}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "公示期从哪天算起",
        "我是三月份罚的五月份才挂网，这个三个月从哪天起算",
        "公示到什么时候",
        "处罚记录多久能修复",
        "罚款一万多多久能修复",
        "7个工作日从哪天开始数",
        "市监信用修复几个工作日",
        "今天提的投诉，今天算第一天不",
        "今天我申请了，3个工作日内没受理怎么办",
        "11月2号提交的，15个工作日后还没消息",
        "公示满三个月才能申请吗",
        "今天满三个月了能修复吗",
        "一次性信用修复政策2026年3月31号到期了吗",
        "失信被执行人2025年3月5号列入，到什么时候",
        "征信逾期2024年3月5号还清，几号到期",
        "信用代码18位都啥意思",
        "代码第几位是地区",
        "我电话13800138000",
        "我的身份证150302199001011234怎么查征信",
        "订单号20261123000012345678901",
        "3月5号我去办事",
        "3月5号去",
        "3.5",
        "昨天",
        "罚款我昨天就交完了，今天能申请修复不",
        "罚款3月5号交的，公示到几号",
        "3月5号挂网的，公示到几号",
        "15个工作日后还没消息是几号的事",
    ],
)
def test_anything_less_goes_on_to_the_matcher(text: str) -> None:
    assert recognise(text, TODAY) is None


def test_identity_number_alone_is_taken_so_that_it_can_be_refused() -> None:
    assert asked_code("150302199001011234") == "150302199001011234"


def test_the_code_is_found_beside_other_numbers() -> None:
    assert asked_code(f"代码{CODE} 电话13800138000") == CODE


def test_pieces_of_a_count_of_working_days() -> None:
    asked = asked_workday("3月5号后15个工作日", TODAY)
    assert asked
    assert (asked.start.day, asked.count) == (date(2026, 3, 5), 15)


def test_a_near_day_ahead_is_the_one_that_comes() -> None:
    asked = asked_workday("12月1号后5个工作日", TODAY)
    assert asked
    assert asked.start.day == date(2026, 12, 1)


def test_pieces_of_a_period() -> None:
    asked = asked_end("处罚决定2026年3月5号满一年是哪天", TODAY)
    assert asked
    assert (asked.decided.day, asked.months) == (date(2026, 3, 5), 12)
    half = asked_end("2026年3月5号满半年是哪天", TODAY)
    assert half
    assert half.months == 6


@pytest.mark.parametrize(
    ("text", "kind", "is_market"),
    [
        ("处罚决定2026年3月5号公示到几号", None, False),
        ("一般失信，处罚决定2026年3月5号，几号到期", Kind.GENERAL, False),
        ("轻微的处罚决定2026年3月5号，几号到期", Kind.MINOR, False),
        ("严重失信，处罚决定2026年3月5号，几号到期", Kind.SERIOUS, False),
        ("一般失信和严重失信，处罚决定2026年3月5号，几号到期", None, False),
        ("市场监管局的处罚决定2026年3月5号公示到几号", None, True),
        ("2026年3月5号列严，公示到几号", Kind.MARKET_BLACKLIST, False),
    ],
)
def test_tier_is_taken_as_far_as_it_was_said(text: str, kind: Kind | None, is_market: bool) -> None:
    asked = asked_end(text, TODAY)
    assert asked
    assert (asked.kind, asked.is_market) == (kind, is_market)


@pytest.mark.parametrize(
    "text",
    [
        "3月5号交了罚款，处罚是2月1号下的，公示到几号",
        "2月1号罚的，4月1号交的钱，公示到几号",
        "交警2月1号罚的，公示到几号",
    ],
)
def test_the_decision_s_day_is_told_from_other_days(text: str) -> None:
    asked = asked_end(text, TODAY)
    assert asked
    assert asked.decided.day == date(2026, 2, 1)


def test_a_month_without_its_day_is_asked_back() -> None:
    asked = asked_end("处罚决定2026年3月公示到什么时候", TODAY)
    assert asked
    assert asked.decided.unclear is Unclear.NO_DAY


@given(st.text(max_size=60))
def test_any_text_is_looked_at_without_error(text: str) -> None:
    recognise(text, TODAY)
