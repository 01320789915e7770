"""我的信息: a resident sees, copies, corrects and deletes what is theirs, and nothing of anybody else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from domain.allowance import Touch
from domain.complaints.draft import Draft
from domain.complaints.records import Person
from domain.complaints.terms import Action, ComplaintKind, HoldReason, Identity, KeptBecause, State
from domain.dialog import Dialog
from domain.effects import DraftKept
from domain.errors import ActionRefused, CaseUnknown, ErasureRefused
from domain.pushing import Consent
from services.progress import timeline
from storage.complaint_tables import audit, complaints, drafts, evidence
from storage.conversations import TurnRecord
from storage.platform_tables import consents, reach
from storage.reach import add_consent, note_touches
from storage.tables import dialogs
from tests.rights.conftest import House
from tests.rights.test_retention import withdrawn
from tests.storage.conftest import SEALS
from tests.support.filings import NAME, PHONE

NEW = Person("示例吴", "+8613900000002")


async def talk(house: House, owner: str = "r1") -> None:
    draft = DraftKept(Draft(f"draft of {owner}", story="示例草稿", phone=PHONE))
    dialog = Dialog(told=("zengzi-sha-zhi",))
    await house.conversations.commit(
        TurnRecord(f"k {owner}", owner, "好的", dialog, (draft,), house.clock.now())
    )


async def test_everything_that_is_held_is_shown_to_its_resident_alone(house: House) -> None:
    await talk(house)
    filing = await house.file()
    await house.hand_in(filing.number)
    held = await house.rights.held("r1")
    assert held.draft is not None and held.draft.story == "示例草稿"
    assert held.talked_at == house.clock.now()
    assert held.stories == 1
    (case,) = held.cases
    assert case.person == Person(NAME, PHONE, "o-resident-a")
    assert case.content is not None and PHONE[3:] in case.content.story
    assert case.file.handed == 1
    assert case.can_correct and case.kept is KeptBecause.OPEN
    assert (await house.rights.held("r2")).is_empty


async def test_a_copy_is_json_with_their_own_words_and_no_one_elses(house: House) -> None:
    await talk(house)
    filing = await house.file()
    await house.do(filing.number, "wang", Action.NOTE, text="内部备注：示例")
    await house.do(filing.number, "wang", Action.ASK_INFO, text="请补收据")
    copy = json.loads(json.dumps(await house.rights.copy("r1"), ensure_ascii=False))
    (case,) = copy["complaints"]
    assert (case["name"], case["phone"], case["state"]) == (NAME, PHONE, "待补正")
    assert PHONE[3:] in case["told"]["story"]
    assert [line["what"] for line in case["happened"]] == ["ask_info", "submit"]
    assert "内部备注" not in str(copy) and "wang" not in str(copy)
    assert copy["draft"]["story"] == "示例草稿"
    assert [row["action"] for row in await house.rows(audit)][-1] == "copy"
    assert (await house.rights.copy("r2"))["complaints"] == []


async def test_name_and_number_are_put_right_and_masked_anew(house: House) -> None:
    filing = await house.file(story="我是示例周，其实身份证上叫示例吴，取暖器是坏的")
    await house.rights.correct("r1", filing.number, NEW)
    assert await house.complaints.person(filing.number) == replace(NEW, openid="o-resident-a")
    row = (await house.rows(complaints))[0]
    assert row["phone_index"] == SEALS.index.of("phone", NEW.phone)
    assert "示例吴" not in row["story_masked"] and "取暖器" in row["story_masked"]
    file = await house.complaints.read(filing.number)
    assert file.case.state is State.SUBMITTED
    assert [line.key for line in timeline(file)] == ["timeline.correct", "timeline.submit"]
    told = [(entry["role"], entry["action"]) for entry in await house.rows(audit)]
    assert told == [("resident", "correct")]


async def test_only_what_is_told_anew_is_changed(house: House) -> None:
    filing = await house.file()
    await house.rights.correct("r1", filing.number, Person(phone=NEW.phone))
    assert await house.complaints.person(filing.number) == Person(NAME, NEW.phone, "o-resident-a")


async def test_nobody_corrects_another_ones_case_a_closed_or_an_anonymous_one(house: House) -> None:
    filing = await house.file()
    with pytest.raises(CaseUnknown):
        await house.rights.correct("r2", filing.number, NEW)
    await withdrawn(house, filing.number)
    with pytest.raises(ActionRefused):
        await house.rights.correct("r1", filing.number, NEW)
    assert (await house.complaints.person(filing.number)).name == NAME


async def test_the_conversation_goes_at_once_with_the_draft_and_its_files(house: House) -> None:
    await talk(house)
    await talk(house, "r2")
    await house.hand_in(draft="draft of r1")
    await house.rights.forget_conversation("r1")
    assert (await house.rights.held("r1")).is_empty
    assert not (await house.rights.held("r2")).is_empty
    assert [row["owner"] for row in await house.rows(drafts)] == ["r2"]
    assert [row["resident"] for row in await house.rows(dialogs)] == ["r2"]
    assert await house.rows(evidence) == []
    assert list(house.vault.names()) == []


async def test_news_is_told_although_the_conversation_was_forgotten(house: House) -> None:
    await talk(house)
    filing = await house.file()
    await house.do(filing.number, "wang", Action.ACCEPT)
    await house.rights.forget_conversation("r1")
    assert [news.news for news in (await house.conversations.load("k2", "r1")).news] == ["accepted"]


async def test_an_open_case_is_not_deleted_until_it_is_withdrawn(house: House) -> None:
    filing = await house.file()
    files = await house.hand_in(filing.number)
    with pytest.raises(ErasureRefused) as refused:
        await house.rights.delete_case("r1", filing.number)
    assert refused.value.because is KeptBecause.OPEN
    await withdrawn(house, filing.number)
    with pytest.raises(CaseUnknown):
        await house.rights.delete_case("r2", filing.number)
    await house.rights.delete_case("r1", filing.number)
    assert (await house.rights.held("r1")).cases == ()
    row = (await house.rows(complaints))[0]
    assert (row["state"], row["kind"], row["sealed_content"]) == ("withdrawn", "complaint", None)
    assert not set(files) & set(house.vault.names())
    assert [e["action"] for e in await house.rows(audit)][-1] == "erase"


async def test_a_case_held_by_law_is_not_deleted(house: House) -> None:
    filing = await house.file()
    await withdrawn(house, filing.number)
    await house.casework.hold(filing.number, HoldReason.INSPECTION, "li")
    with pytest.raises(ErasureRefused) as refused:
        await house.rights.delete_case("r1", filing.number)
    assert refused.value.because is KeptBecause.HELD


async def test_a_case_merged_into_one_that_goes_on_waits_for_it(house: House) -> None:
    master, other = await house.file("a"), await house.file("b")
    await house.do(other.number, "wang", Action.MERGE, other=master.number)
    assert dict((await house.rights.delete_all("r1")).kept) == {
        other.number: KeptBecause.MERGED,
        master.number: KeptBecause.OPEN,
    }
    await withdrawn(house, master.number)
    assert set((await house.rights.delete_all("r1")).erased) == {other.number, master.number}


async def test_what_they_agreed_to_be_told_is_shown_and_goes_with_the_last_case(house: House) -> None:
    filing = await house.file()
    async with house.engine.begin() as connection:
        for owner in ("r1", "r2"):
            await add_consent(connection, owner, "notice", Consent(2, False), house.clock.now())
            await note_touches(connection, [(owner, Touch.MESSAGE, house.clock.now())])
    assert (await house.rights.held("r1")).agreed == (Consent(2, False),)
    assert (await house.rights.copy("r1"))["notices_agreed"] == [{"times": 2, "for_good": False}]
    await house.rights.delete_all("r1")
    assert (await house.rights.held("r1")).agreed, "there may be news of the open case"
    await withdrawn(house, filing.number)
    await house.rights.delete_all("r1")
    assert (await house.rights.held("r1")).is_empty
    assert [row["resident"] for row in await house.rows(reach)] == ["r2"]
    assert [row["resident"] for row in await house.rows(consents)] == ["r2"]


async def test_however_many_there_are_all_are_shown_and_all_go(house: House) -> None:
    for n in range(23):
        await withdrawn(house, (await house.file(f"case {n}")).number)
    assert len((await house.rights.held("r1")).cases) == 23
    assert len((await house.rights.delete_all("r1")).erased) == 23
    assert all(row["sealed_content"] is None for row in await house.rows(complaints))


async def test_what_was_handed_in_under_no_name_is_nobodys(house: House) -> None:
    filing = await house.file(kind=ComplaintKind.TIP, identity=Identity.ANONYMOUS, name="", phone="")
    assert (await house.rights.held("r1")).cases == ()
    with pytest.raises(CaseUnknown):
        await house.rights.delete_case("r1", filing.number)


async def test_nothing_is_filed_on_an_older_notice_or_without_the_guardian(house: House) -> None:
    with pytest.raises(ActionRefused, match="consented"):
        await house.file(consent_version="2020-01-a")
    with pytest.raises(ValueError, match="guardian"):
        await house.file(is_about_child=True)
    filing = await house.file(is_about_child=True, has_guardian_consent=True)
    content = await house.complaints.content(filing.number)
    assert content is not None and content.has_guardian_consent
    (row,) = await house.rows(complaints)
    assert (row["is_about_child"], row["consent_version"]) == (True, house.library.city.consent_version)
