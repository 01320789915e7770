"""What those who work on a case read: what happened, and nothing that tells who wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.complaints.draft import Draft
from domain.complaints.interview import Interview, Step
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity
from domain.errors import ActionRefused
from domain.ids import lot_of
from services.desk import Desk
from services.submission import Sender, file_draft, working_copy
from tests.conftest import NOW
from tests.handlers.stage import Resident

WHOLE = Draft(
    "d1",
    kind=ComplaintKind.COMPLAINT,
    domain=CreditDomain.BUSINESS,
    story="张三借了钱不还，我叫王小明，电话13812345678。王小明找过张三三次。",
    respondent="张三",
    respondent_is_person=True,
    happened="去年5月，我是王小明，当面给的",
    place="示例小区3号楼2单元501，张三家",
    identity=Identity.SHIELDED,
    name="王小明",
    phone="+8613812345678",
)


def test_nothing_in_the_copy_names_a_person() -> None:
    copy = working_copy(WHOLE)
    assert copy.story == "张某借了钱不还，我叫〔本人〕，电话〔本人〕。〔本人〕找过张某三次。"
    assert copy.happened == "去年5月，我是〔本人〕，当面给的"
    assert copy.place == "〔住址〕，张某家"
    assert copy.respondent == "张某"


def test_an_organisation_is_named_and_no_name_no_place_is_nothing() -> None:
    copy = working_copy(
        replace(
            WHOLE,
            respondent="示例烧烤店",
            respondent_is_person=False,
            story="示例烧烤店不退钱",
            place="",
            happened="",
        )
    )
    assert (copy.story, copy.happened, copy.place, copy.respondent) == (
        "示例烧烤店不退钱",
        "",
        "",
        "示例烧烤店",
    )


def test_a_name_told_in_one_place_is_masked_in_every_other() -> None:
    copy = working_copy(
        replace(
            WHOLE, name="", story="我叫王小明，钱没退。", happened="去年，王小明当面给的", place="王小明家"
        )
    )
    assert "王小明" not in copy.story + copy.happened + copy.place


def test_the_preview_shows_the_copy_and_nothing_else(desk: Desk) -> None:
    resident = Resident(desk)
    for words in ("我要投诉", "同意", "投诉", "政府", "示例镇答应修路，我叫王小明，说了三年没有修", "说完了"):
        resident.says(words)
    assert resident.draft is not None
    assert resident.draft.story
    whole = replace(
        WHOLE,
        id=resident.draft.id,
        consent_version=resident.draft.consent_version,
        saved=resident.draft.saved,
    )
    resident.draft, resident.dialog = (
        whole,
        replace(resident.dialog, interview=Interview(Step.PHONE, is_editing=True)),
    )
    shown = resident.says("13812345678").text
    copy = working_copy(whole)
    for words in (copy.story, copy.happened, copy.place):
        assert words in shown
    assert "王小明" not in shown


def test_one_lot_files_one_case(desk: Desk) -> None:
    draft = replace(WHOLE, consent_version=desk.library.city.consent_version)
    lot = lot_of(b"key", "m1")
    one, other = (file_draft(draft, Sender("o", "chat"), desk.library, NOW, lot) for _ in range(2))
    assert one == other
    assert (
        file_draft(draft, Sender("o", "chat"), desk.library, NOW, lot_of(b"key", "m2")).number != one.number
    )


@pytest.mark.parametrize(
    "lacking", ["kind", "domain", "story", "respondent", "identity", "phone", "consent_version"]
)
def test_a_draft_that_is_not_whole_is_no_case(desk: Desk, lacking: str) -> None:
    draft = replace(WHOLE, consent_version=desk.library.city.consent_version)
    draft = replace(
        draft,
        **{lacking: type(getattr(draft, lacking))() if isinstance(getattr(draft, lacking), str) else None},
    )
    with pytest.raises(ValueError, match="lacks"):
        file_draft(draft, Sender("o", "chat"), desk.library, NOW, lot_of(b"key", "m1"))


def test_consent_to_an_older_notice_files_nothing(desk: Desk) -> None:
    with pytest.raises(ActionRefused):
        file_draft(replace(WHOLE, consent_version="older"), Sender("o", "chat"), desk.library, NOW, bytes(32))


def test_an_anonymous_tip_keeps_neither_owner_nor_openid(desk: Desk) -> None:
    tip = replace(
        WHOLE,
        kind=ComplaintKind.TIP,
        identity=Identity.ANONYMOUS,
        name="",
        phone="",
        consent_version=desk.library.city.consent_version,
    )
    filing = file_draft(tip, Sender("owner", "chat", "openid"), desk.library, NOW, bytes(32))
    assert (filing.owner, filing.openid, filing.opening.has_way_back) == ("", "", False)
