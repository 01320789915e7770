"""What went wrong with a complaint → a sentence for who sits at the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from domain.complaints.terms import Action, Role, State
from domain.complaints.transitions import roles_of, sources_of
from domain.errors import (
    ActionRefused,
    AnchorUnreadable,
    CaseChanged,
    CaseErased,
    CaseUnknown,
    ConflictOfInterest,
    CreditBotError,
    ErasureRefused,
    SealBroken,
    StaffExists,
    StaffUnknown,
    VaultMissing,
    VaultUnreadable,
)
from domain.labels import Labelled
from services.casework import NotPermitted

_SENTENCES: dict[type[CreditBotError], str] = {
    CaseUnknown: "没有这个编号，请核对。",
    CaseChanged: "别人刚动过这一件，什么都没有存。请先 case show 看一眼，再办一次。",
    CaseErased: "这一件的内容已经到期清除，只剩类型、状态和时间，不能再办。",
    ConflictOfInterest: "这一件投诉的就是您，请换人办（回避）。",
    NotPermitted: "您的角色或单位看不了这一件。",
    AnchorUnreadable: "--anchor 要照上次印出的“链尾”原样抄：数字、冒号、64 位。",
    VaultMissing: "有图片的文件不在了，请管理员从备份恢复。",
    VaultUnreadable: "有图片解不开：SECRET_KEYS 里少了当时的密钥，或文件被动过。",
    SealBroken: "有内容解不开：SECRET_KEYS 里少了当时的密钥，或数据被动过。",
}


def sentence_for(error: CreditBotError) -> str:
    """One sentence that says what is wrong and what to do."""
    if isinstance(error, ActionRefused):
        if error.guard is None:
            return _why_nobody(error)
        return f"“{error.action.label}”还差一条：{error.guard.label}。"
    if isinstance(error, ErasureRefused):
        return f"{error.number} 现在不能删：{error.because.label}。"
    if isinstance(error, StaffUnknown):
        return f"没有叫 {error} 的工作人员，或已经停用。用 staff list 看看。"
    if isinstance(error, StaffExists):
        return f"{error} 已经有了，换一个登录名。"
    return _SENTENCES.get(type(error), str(error))


def _why_nobody(error: ActionRefused) -> str:
    """The table has no row: the role is the wrong one, the state is, or the case is another's."""
    action, role, state = (
        Action.of(error.action.value),
        Role.of(error.role.value),
        State.of(error.state.value),
    )
    if role not in (able := roles_of(action, state) or roles_of(action)):
        return f"“{action.label}”是{_listed(able)}的事，{role.label}不能办。"
    if state not in (sources := sources_of(action, role)):
        return f"现在是“{state.label}”，不能“{action.label}”；要到{_listed(sources)}时才行。"
    return f"这一件不归您的单位，不能“{action.label}”。看看派给了谁：case show。"


def _listed(members: Iterable[Labelled]) -> str:
    return "、".join(member.label for member in members)
