"""Number and code open a case; guessing closes that one way in, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.service import Assistant
from domain.clock import ManualClock
from domain.errors import CaseUnknown, TriedTooOften
from tests.support.filings import filing_of

HERE, ELSEWHERE = "203.0.113.9", "203.0.113.10"


@pytest.fixture
def wrong() -> str:
    return "0000-0000"


async def test_a_number_as_it_is_typed_and_its_code_open_the_case(assistant: Assistant) -> None:
    filing = filing_of(assistant.content.desk.library)
    await assistant.complaints.file(filing)
    typed = filing.number.lower().replace("-", " ")
    assert (await assistant.enquiry.open(typed, filing.code.lower(), HERE)).number == filing.number


async def test_five_wrong_codes_close_this_way_in_for_half_an_hour(
    assistant: Assistant, clock: ManualClock, wrong: str
) -> None:
    filing = filing_of(assistant.content.desk.library)
    await assistant.complaints.file(filing)
    for _ in range(5):
        with pytest.raises(CaseUnknown):
            await assistant.enquiry.open(filing.number, wrong, HERE)
    for address in (HERE, ELSEWHERE):
        with pytest.raises(TriedTooOften) as refused:
            await assistant.enquiry.open(filing.number, filing.code, address)
        assert refused.value.until == clock.now() + timedelta(minutes=30)
    assert [f.number for f in await assistant.complaints.of_resident("r1")] == [filing.number]
    clock.advance(timedelta(minutes=30))
    assert (await assistant.enquiry.open(filing.number, filing.code, HERE)).number == filing.number


async def test_an_address_that_guesses_many_numbers_is_closed_too(assistant: Assistant, wrong: str) -> None:
    library = assistant.content.desk.library
    filings = [filing_of(library, mark) for mark in "abcdef"]
    for filing in filings:
        await assistant.complaints.file(filing)
    for filing in filings[:5]:
        with pytest.raises(CaseUnknown):
            await assistant.enquiry.open(filing.number, wrong, HERE)
    with pytest.raises(TriedTooOften):
        await assistant.enquiry.open(filings[5].number, filings[5].code, HERE)
    assert await assistant.enquiry.open(filings[5].number, filings[5].code, ELSEWHERE)


@pytest.mark.parametrize("number", ["WH26-0000-00000", "不是编号", "", "x" * 5000])
async def test_a_number_that_does_not_exist_is_refused_like_a_wrong_code(
    assistant: Assistant, number: str, wrong: str
) -> None:
    for _ in range(5):
        with pytest.raises(CaseUnknown):
            await assistant.enquiry.open(number, wrong, HERE)
    with pytest.raises(TriedTooOften):
        await assistant.enquiry.open(number, wrong, HERE)


async def test_right_codes_never_close_anything(assistant: Assistant) -> None:
    filing = filing_of(assistant.content.desk.library)
    await assistant.complaints.file(filing)
    for _ in range(12):
        await assistant.enquiry.open(filing.number, filing.code, HERE)
