"""Complaints on the shelf, at whatever point of their way a test wants them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Protocol

from domain.clock import Clock
from domain.complaints.draft import Draft, Filing
from domain.complaints.events import Command
from domain.complaints.terms import Action, CreditDomain, Reason, Result
from domain.entries import Library
from domain.ids import new_id, new_key
from services.casework import Casework
from services.submission import Sender, file_draft
from storage.complaints import Complaints
from storage.staff import Staff
from tests.support.filings import DRAFT
from tests.support.office import MEMBERS, UNIT

STORY = (
    "2026年5月示例镇公示：大棚改造验收合格后30日内发补贴。9月验收合格，到现在没发，打 13812345678 也没人接。"
)
REPLY = "经查，验收合格属实。\n\n补贴款已于11月20日拨付。\n\n依据示例办法第八条。\n\n示例科 示例电话。"
OWNER = "o-resident-a"
TOLD: dict[str, object] = {
    "domain": CreditDomain.GOVERNMENT,
    "story": STORY,
    "respondent": "示例镇人民政府",
    "place": "乌达区示例村",
    "area": "",
    "name": "示例赵大",
    "phone": "+8613812345678",
}


class Desk(Protocol):
    """What of an assistant, or of an office, filing and working on cases needs."""

    complaints: Complaints
    casework: Casework
    staff: Staff
    clock: Clock


def draft_of(library: Library, **told: object) -> Draft:
    """A complaint told whole; another one each time. ``told``: what is different."""
    draft = replace(DRAFT, id=new_id(), consent_version=library.city.consent_version)
    return replace(draft, **(TOLD | told))  # type: ignore[arg-type]


async def file_case(
    office: Desk, library: Library, owner: str, *, openid: str = "", **told: object
) -> Filing:
    """A complaint of ``owner`` (a blind name), filed now. ``told``: what of the draft is different."""
    draft = draft_of(library, **told)
    filing = file_draft(draft, Sender(owner, "form", openid), library, office.clock.now(), new_key())
    await office.complaints.file(filing)
    return filing


async def staffed(office: Desk) -> None:
    """Somebody for every role."""
    for member in MEMBERS:
        await office.staff.add(member, office.clock.now())


_LED: dict[str, tuple[tuple[str, Command], ...]] = {
    "need_info": (("wang", Command(Action.ASK_INFO, "请补验收单的照片。\n请写明编号。")),),
    "accepted": (("wang", Command(Action.ACCEPT)),),
    "dispatched": (("wang", Command(Action.DISPATCH, unit=UNIT)),),
    "in_progress": (("zhao", Command(Action.SIGN)),),
    "reply_review": (
        ("zhao", Command(Action.WRITE_REPLY, REPLY, result=Result.SOLVED)),
        ("qian", Command(Action.SIGN_REPLY)),
    ),
    "answered": (("wang", Command(Action.RELEASE)),),
    "not_accepted": (
        (
            "wang",
            Command(
                Action.ASK_DECLINE,
                "法院正在审",
                reason=Reason.IN_COURT,
                basis="示例办法第六条",
                channel="向承办法官提出",
            ),
        ),
        ("li", Command(Action.DECLINE)),
    ),
    "suspended": (
        ("zhao", Command(Action.ASK_SUSPEND, "等鉴定", reason=Reason.APPRAISAL, until=date(2026, 12, 21))),
        ("li", Command(Action.SUSPEND)),
    ),
    "transferred": (
        (
            "wang",
            Command(
                Action.ASK_TRANSFER,
                "归它管",
                reason=Reason.NOT_OURS,
                unit="示例市市场监督管理局",
                channel="等它联系您",
            ),
        ),
        ("li", Command(Action.TRANSFER)),
    ),
    "asked": (("zhao", Command(Action.CONTACT, "验收单的编号是多少？")),),
    "looked_at": (
        ("zhao", Command(Action.ASK_IDENTITY, "要去现场", reason=Reason.COMPLEX)),
        ("sun", Command(Action.GRANT_IDENTITY)),
        ("zhao", Command(Action.VIEW_IDENTITY)),
    ),
}
_LED["answered again"] = (*_LED["reply_review"], *_LED["answered"])
_WAY = ("accepted", "dispatched", "in_progress", "reply_review", "answered")


async def lead_to(office: Desk, number: str, goal: str) -> None:
    """Have the staff take a case from where it was filed to ``goal``, a state or something that happens on the way."""
    before = {"suspended": "in_progress", "asked": "in_progress", "looked_at": "in_progress"}.get(goal, goal)
    steps = _WAY[: _WAY.index(before) + 1] if before in _WAY else ()
    for step in (*steps, *(() if goal in steps else (goal,))):
        for who, command in _LED[step]:
            await office.casework.act(number, command, who)
