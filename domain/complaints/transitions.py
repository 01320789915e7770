"""Who may do what in which state, and where it leads: the one table. Whatever is not in it is refused.

``printed.py`` makes it readable; docs/complaints.md holds that print, and a test compares the two for every state,
action and role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.complaints.terms import ENDED, Action, Role, State
from domain.labels import Labelled

_S, _R, _A = State, Role, Action


class Guard(Labelled):
    """What else must be true; the label is what the table prints."""

    CONSENTED = "consented", "已同意告知书的现行版本"
    HAS_WAY_BACK = "has_way_back", "留有一种联系办法，或用编号和查询码"
    ONCE_THEN_LEAD = "once_then_lead", "第二次要窗口主管"
    WAS_ASKED = "was_asked", "有人先申请，且不是本人"
    HAS_REASON = "has_reason", "写明原因和依据"
    HAS_WORDS = "has_words", "写了要说的话"
    TELLS_WAY_ON = "tells_way_on", "写明依据，和居民还能找谁"
    NAMES_RECEIVER = "names_receiver", "写明转给哪里"
    NAMES_UNIT = "names_unit", "写明主办单位；单位有名册的，只能是名册上的"
    ENDS_IN_TIME = "ends_in_time", "写了恢复的日子的，在复查的日子以内"
    ANSWERS_BOTH = "answers_both", "解决没有、满意几分，两问都答了"
    SAME_PERSON_OR_LEAD = "same_person_or_lead", "同一人的，或由窗口主管；主办件还在办"
    IN_RETURN_TIME = "in_return_time", "派单后退单的日子内，退单次数没用完"
    SECOND_RETURN_BY_LEAD = "second_return_by_lead", "第二次退单由窗口主管指定承办，不能再退"
    NOT_EXTENDED = "not_extended", "没延过，不超过最多的天数，到期前提出"
    ONCE_A_ROUND = "once_a_round", "这一轮没补正过"
    REPLY_IS_WHOLE = "reply_is_whole", "事实、办理、依据、联系人四项齐全，段与段之间空一行"
    HAS_DEADLINE_PASSED = "has_deadline_passed", "期限已过"
    FEW_REWORKS = "few_reworks", "重办次数没用完，用完了提级督办"
    HAS_OUTCOME = "has_outcome", "答复以后回访到了本人，或分两天联系够次数；有结论"
    AGREES_WITH_RATING = (
        "agrees_with_rating",
        "结论不和居民的评价相反：居民说没解决、部分解决的，不能写成解决",
    )
    IS_TIME_TO_REMIND = "is_time_to_remind", "过了提醒的日子，还没提醒过"
    CAN_REOPEN = "can_reopen", "重开的日子内，没重开过"
    CAN_REVIVE = "can_revive", "因没补正办结，恢复的日子内"
    CAN_OBJECT = "can_object", "异议的日子内，没提过异议"
    URGED_LONG_AGO = "urged_long_ago", "没催过，或离上次催办够日子"
    HAS_GRANT = "has_grant", "批准了，还没过时间"
    IS_NOT_ANONYMOUS = "is_not_anonymous", "不是匿名"
    IS_ANOTHER = "is_another", "提出异议后，换人审查"


@dataclass(frozen=True, slots=True)
class Transition:
    """A row. ``target`` None: the state stays; ``returns``: to where the case was before it was paused.

    ``approves``: the asking action that must stand open; who asked may not approve.
    """

    action: Action
    sources: frozenset[State]
    roles: frozenset[Role]
    target: State | None = None
    guards: tuple[Guard, ...] = ()
    approves: Action | None = None
    returns: bool = False
    is_public: bool = False


OPEN = frozenset(State) - ENDED - {_S.DRAFT}
_AT_WORK = frozenset({_S.DISPATCHED, _S.IN_PROGRESS, _S.SUSPENDED, _S.REPLY_REVIEW, _S.NEED_INFO})
_STAFF = frozenset({_R.WINDOW, _R.WINDOW_LEAD, _R.HANDLER, _R.HANDLER_LEAD, _R.SUPERVISOR})
_WINDOW = frozenset({_R.WINDOW, _R.WINDOW_LEAD})
_LEAD = frozenset({_R.WINDOW_LEAD})
_UNIT = frozenset({_R.HANDLER, _R.HANDLER_LEAD})
_RESIDENT = frozenset({_R.RESIDENT})
_SYSTEM = frozenset({_R.SYSTEM})


def _row(
    action: Action,
    sources: frozenset[State] | set[State],
    roles: frozenset[Role] | set[Role],
    target: State | None = None,
    *guards: Guard,
    approves: Action | None = None,
    returns: bool = False,
    public: bool = False,
) -> Transition:
    if approves:
        guards = (Guard.WAS_ASKED, *guards)
    return Transition(action, frozenset(sources), frozenset(roles), target, guards, approves, returns, public)


_G = Guard
TRANSITIONS: tuple[Transition, ...] = (
    _row(
        _A.SUBMIT,
        {_S.DRAFT},
        {_R.RESIDENT, _R.WINDOW},
        _S.SUBMITTED,
        _G.CONSENTED,
        _G.HAS_WAY_BACK,
        public=True,
    ),
    # Intake.
    _row(_A.ASK_INFO, {_S.SUBMITTED}, _WINDOW, _S.NEED_INFO, _G.HAS_WORDS, _G.ONCE_THEN_LEAD, public=True),
    _row(_A.ACCEPT, {_S.SUBMITTED}, _WINDOW, _S.ACCEPTED, _G.IS_ANOTHER, public=True),
    _row(_A.ASK_DECLINE, {_S.SUBMITTED}, _WINDOW, None, _G.HAS_REASON, _G.TELLS_WAY_ON, _G.IS_ANOTHER),
    _row(_A.DECLINE, {_S.SUBMITTED}, _LEAD, _S.NOT_ACCEPTED, approves=_A.ASK_DECLINE, public=True),
    _row(_A.ASK_TRANSFER, {_S.SUBMITTED}, _WINDOW, None, _G.HAS_REASON, _G.NAMES_RECEIVER, _G.IS_ANOTHER),
    _row(_A.TRANSFER, {_S.SUBMITTED}, _LEAD, _S.TRANSFERRED, approves=_A.ASK_TRANSFER, public=True),
    _row(_A.MERGE, {_S.SUBMITTED}, _WINDOW, _S.MERGED, _G.SAME_PERSON_OR_LEAD, _G.IS_ANOTHER, public=True),
    _row(_A.DISPATCH, {_S.ACCEPTED}, _WINDOW, _S.DISPATCHED, _G.NAMES_UNIT, public=True),
    # The unit's work.
    _row(_A.SIGN, {_S.DISPATCHED}, _UNIT, _S.IN_PROGRESS, public=True),
    _row(_A.ASK_RETURN, {_S.DISPATCHED}, _UNIT, None, _G.HAS_REASON, _G.IN_RETURN_TIME),
    _row(_A.RETURN, {_S.DISPATCHED}, _WINDOW, _S.ACCEPTED, _G.SECOND_RETURN_BY_LEAD, approves=_A.ASK_RETURN),
    _row(_A.ASK_MORE, {_S.IN_PROGRESS}, _UNIT, None, _G.HAS_WORDS, _G.ONCE_A_ROUND),
    _row(_A.PAUSE_FOR_INFO, {_S.IN_PROGRESS}, _WINDOW, _S.NEED_INFO, approves=_A.ASK_MORE, public=True),
    _row(_A.ASK_EXTENSION, {_S.IN_PROGRESS}, _UNIT, None, _G.HAS_REASON, _G.NOT_EXTENDED),
    _row(_A.EXTEND, {_S.IN_PROGRESS}, _LEAD, None, approves=_A.ASK_EXTENSION, public=True),
    _row(_A.ASK_SUSPEND, {_S.IN_PROGRESS}, _UNIT, None, _G.HAS_REASON, _G.ENDS_IN_TIME),
    _row(_A.SUSPEND, {_S.IN_PROGRESS}, _LEAD, _S.SUSPENDED, approves=_A.ASK_SUSPEND, public=True),
    _row(_A.RESUME, {_S.SUSPENDED}, {_R.WINDOW_LEAD, _R.SYSTEM}, _S.IN_PROGRESS, public=True),
    _row(_A.WRITE_REPLY, {_S.IN_PROGRESS}, _UNIT, None, _G.REPLY_IS_WHOLE),
    _row(
        _A.SIGN_REPLY,
        {_S.IN_PROGRESS},
        {_R.HANDLER_LEAD},
        _S.REPLY_REVIEW,
        approves=_A.WRITE_REPLY,
        public=True,
    ),
    _row(_A.RELEASE, {_S.REPLY_REVIEW}, _WINDOW, _S.ANSWERED, public=True),
    _row(_A.SEND_BACK, {_S.REPLY_REVIEW}, _WINDOW, _S.IN_PROGRESS, _G.HAS_WORDS),
    # After the answer.
    _row(_A.RATE, {_S.ANSWERED}, _RESIDENT, None, _G.ANSWERS_BOTH, public=True),
    _row(_A.EXPIRE_RATING, {_S.ANSWERED}, _SYSTEM, None, _G.HAS_DEADLINE_PASSED, public=True),
    _row(_A.REWORK, {_S.FOLLOW_UP}, _WINDOW, _S.IN_PROGRESS, _G.FEW_REWORKS, public=True),
    _row(_A.CLOSE, {_S.FOLLOW_UP}, _WINDOW, _S.CLOSED, _G.HAS_OUTCOME, _G.AGREES_WITH_RATING, public=True),
    _row(_A.REOPEN, {_S.CLOSED}, _RESIDENT, _S.IN_PROGRESS, _G.HAS_WORDS, _G.CAN_REOPEN, public=True),
    # The resident on the way.
    _row(_A.SUPPLEMENT, {_S.NEED_INFO}, _RESIDENT, None, _G.HAS_WORDS, returns=True, public=True),
    _row(
        _A.SUPPLEMENT,
        OPEN - {_S.NEED_INFO, _S.ANSWERED, _S.FOLLOW_UP},
        _RESIDENT,
        None,
        _G.HAS_WORDS,
        public=True,
    ),
    _row(_A.REMIND_INFO, {_S.NEED_INFO}, _SYSTEM, None, _G.IS_TIME_TO_REMIND),
    _row(_A.EXPIRE_INFO, {_S.NEED_INFO}, _SYSTEM, None, _G.HAS_DEADLINE_PASSED, public=True),
    _row(_A.REVIVE, {_S.CLOSED}, _RESIDENT, _S.SUBMITTED, _G.CAN_REVIVE, public=True),
    _row(_A.OBJECT, {_S.NOT_ACCEPTED}, _RESIDENT, _S.SUBMITTED, _G.HAS_WORDS, _G.CAN_OBJECT, public=True),
    _row(
        _A.WITHDRAW,
        {_S.SUBMITTED, _S.NEED_INFO, _S.ACCEPTED, _S.DISPATCHED, _S.IN_PROGRESS, _S.SUSPENDED},
        _RESIDENT,
        _S.WITHDRAWN,
        public=True,
    ),
    _row(
        _A.URGE,
        OPEN - {_S.NEED_INFO, _S.ANSWERED, _S.FOLLOW_UP},
        _RESIDENT,
        None,
        _G.URGED_LONG_AGO,
        public=True,
    ),
    _row(_A.CORRECT, OPEN, _RESIDENT | _WINDOW, None, _G.IS_NOT_ANONYMOUS, public=True),
    # Beside the way: nothing moves.
    _row(_A.REFUSE, {_S.SUBMITTED, *_AT_WORK}, {*_WINDOW, _R.HANDLER_LEAD, _R.CUSTODIAN}, None, _G.WAS_ASKED),
    _row(_A.CONTACT, _AT_WORK, {*_WINDOW, *_UNIT}, None, public=True),
    # Whether it is solved is not for the unit that solved it to find out.
    _row(_A.CONTACT, {_S.FOLLOW_UP}, _WINDOW, None, public=True),
    _row(_A.NOTE, OPEN | ENDED, _STAFF),
    _row(_A.SUPERVISE, OPEN, {_R.SUPERVISOR}),
    _row(_A.ESCALATE, OPEN, {_R.SUPERVISOR, _R.SYSTEM}),
    _row(
        _A.ASK_IDENTITY,
        {*_AT_WORK, _S.FOLLOW_UP},
        {*_UNIT, _R.WINDOW},
        None,
        _G.HAS_WORDS,
        _G.IS_NOT_ANONYMOUS,
    ),
    _row(
        _A.GRANT_IDENTITY,
        {*_AT_WORK, _S.FOLLOW_UP},
        {_R.CUSTODIAN, _R.WINDOW_LEAD},
        None,
        approves=_A.ASK_IDENTITY,
    ),
    _row(_A.VIEW_IDENTITY, {*_AT_WORK, _S.FOLLOW_UP}, {*_UNIT, _R.WINDOW}, None, _G.HAS_GRANT, public=True),
    _row(_A.RECKON, OPEN, _SYSTEM),
)

APPROVERS: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {row.approves: row.roles for row in TRANSITIONS if row.approves}
)


def can_be_decided(asking: Action, state: State) -> bool:
    """Whether what was asked for can still be granted in ``state``."""
    return any(row.approves is asking and state in row.sources for row in TRANSITIONS)


def row_of(state: State, action: Action, role: Role) -> Transition | None:
    """The row that lets ``role`` do ``action`` in ``state``; None: refused."""
    return next(
        (row for row in TRANSITIONS if row.action is action and state in row.sources and role in row.roles),
        None,
    )


def roles_of(action: Action, state: State | None = None) -> tuple[Role, ...]:
    """Who may do ``action`` in ``state``, or (None) at any time, in the order of the roles."""
    rows = [row for row in TRANSITIONS if row.action is action and (state is None or state in row.sources)]
    return tuple(role for role in Role if any(role in row.roles for row in rows))


def sources_of(action: Action, role: Role) -> tuple[State, ...]:
    """Where ``role`` may do ``action``."""
    return tuple(state for state in State if row_of(state, action, role))


def approving(asking: Action) -> Transition | None:
    """The yes that ``asking`` waits for; None: it asks for nothing."""
    return next((row for row in TRANSITIONS if row.approves is asking), None)


def actions_of(state: State, role: Role) -> tuple[Action, ...]:
    """What ``role`` may try in ``state``, guards aside, in the order of the table."""
    rows = (row for row in TRANSITIONS if state in row.sources and role in row.roles)
    return tuple(dict.fromkeys(row.action for row in rows))


def targets_of(row: Transition) -> tuple[State, ...]:
    """Where a row may lead; more than one where the facts decide."""
    match row.action:
        case Action.RATE:
            return State.CLOSED, State.FOLLOW_UP
        case Action.EXPIRE_RATING:
            return State.FOLLOW_UP, State.CLOSED
        case Action.EXPIRE_INFO:
            return State.CLOSED, State.IN_PROGRESS
    if row.returns:
        return State.SUBMITTED, State.IN_PROGRESS
    return (row.target,) if row.target else tuple(sorted(row.sources, key=list(State).index))


def is_still(row: Transition) -> bool:
    """Whether the state stays as it is."""
    return row.target is None and len(targets_of(row)) == len(row.sources) and not row.returns
