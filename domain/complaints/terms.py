"""The words a complaint is described in: kinds, domains, identities, roles, states, actions, results."""

from __future__ import annotations

from domain.labels import Labelled


class ComplaintKind(Labelled):
    """What a resident brings. 投诉 wants something settled, 举报线索 tells of a wrong, 建议 asks for better."""

    COMPLAINT = "complaint", "投诉"
    TIP = "tip", "举报线索"
    SUGGESTION = "suggestion", "建议"


class CreditDomain(Labelled):
    """The four domains of 诚信建设 (乌海市落实诚信建设工程实施方案)."""

    GOVERNMENT = "government", "政务诚信"
    BUSINESS = "business", "商务诚信"
    SOCIETY = "society", "社会诚信"
    JUSTICE = "justice", "司法公信"


class Identity(Labelled):
    """Who gets to know who the complainant is."""

    SHIELDED = "shielded", "对承办单位保密"
    NAMED = "named", "实名"
    ANONYMOUS = "anonymous", "匿名"


class Role(Labelled):
    """Who acts. A role is held for one unit; the resident and the system have none."""

    RESIDENT = "resident", "居民"
    WINDOW = "window", "窗口经办"
    WINDOW_LEAD = "window_lead", "窗口主管"
    HANDLER = "handler", "承办经办"
    HANDLER_LEAD = "handler_lead", "承办审签"
    SUPERVISOR = "supervisor", "督查"
    CUSTODIAN = "custodian", "身份保管员"
    ANALYST = "analyst", "分析员"
    AUDITOR = "auditor", "审计员"
    ADMIN = "admin", "系统管理员"
    SYSTEM = "system", "系统"


class State(Labelled):
    """Where a complaint stands; the label is the staff's word, residents read ``status.*`` texts."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    NEED_INFO = "need_info", "待补正"
    ACCEPTED = "accepted", "已受理待派单"
    DISPATCHED = "dispatched", "已派单待签收"
    IN_PROGRESS = "in_progress", "办理中"
    SUSPENDED = "suspended", "中止"
    REPLY_REVIEW = "reply_review", "答复待审核"
    ANSWERED = "answered", "已答复待评价"
    FOLLOW_UP = "follow_up", "回访中"
    CLOSED = "closed", "已办结"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    TRANSFERRED = "transferred", "已转送外部"
    MERGED = "merged", "已并案"
    WITHDRAWN = "withdrawn", "已撤回"


ENDED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.TRANSFERRED, State.MERGED, State.WITHDRAWN})


class Result(Labelled):
    """How a closed complaint ended."""

    SOLVED = "solved", "解决"
    PARTLY = "partly", "部分解决"
    EXPLAINED = "explained", "解释说明"
    NOT_YET_POSSIBLE = "not_yet_possible", "暂不具备条件"
    UNFOUNDED = "unfounded", "查无实据"
    INFO_MISSING = "info_missing", "逾期未补正"


class Solved(Labelled):
    """What the resident says of the matter itself."""

    YES = "yes", "解决了"
    PARTLY = "partly", "部分解决"
    NO = "no", "没解决"


class Reason(Labelled):
    """Why a complaint is not accepted, handed on, given back or suspended."""

    NOT_OURS = "not_ours", "不属于诚信投诉的范围"
    IN_COURT = "in_court", "已进入诉讼、仲裁或复议"
    PETITIONED = "petitioned", "信访已经受理或办结"
    DISCIPLINE = "discipline", "属于纪检监察的范围"
    NO_SUBJECT = "no_subject", "没有明确的对象或事实"
    REPEATED = "repeated", "同一事项已有处理结论"
    OTHER_UNIT = "other_unit", "不是本单位的职责"
    APPRAISAL = "appraisal", "要等鉴定、检测的结果"
    LAWSUIT = "lawsuit", "要等诉讼、仲裁的结果"
    OWN_WISH = "own_wish", "诉求人要求暂缓"
    COMPLEX = "complex", "情况复杂，需要更多时间"


class HoldReason(Labelled):
    """Why a case must be kept although its time is over, or its resident wants it gone."""

    LAWSUIT = "lawsuit", "有诉讼、仲裁或复议"
    PETITION = "petition", "有信访事项"
    INSPECTION = "inspection", "有监察、审计或检查"
    ORDER = "order", "有机关依法调取"


class KeptBecause(Labelled):
    """Why a case is not deleted at its resident's wish."""

    OPEN = "open", "还没办完"
    MERGED = "merged", "并入的那件还没办完"
    HELD = "held", "依法要留存"


class Stage(Labelled):
    """A clock of its own."""

    ACCEPT = "accept", "受理"
    INFO = "info", "补正"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    CONTACT = "contact", "首次联系"
    ANSWER = "answer", "答复"
    REVIEW = "review", "审核"
    RATING = "rating", "评价"
    FOLLOW_UP = "follow_up", "回访"


class Action(Labelled):
    """Everything that can be done with a complaint. One that asks needs another person's yes."""

    SUBMIT = "submit", "提交"
    SUPPLEMENT = "supplement", "补充材料"
    URGE = "urge", "催办"
    WITHDRAW = "withdraw", "撤回"
    CORRECT = "correct", "更正联系方式"
    OBJECT = "object", "提出异议"
    RATE = "rate", "评价"
    REOPEN = "reopen", "重开"
    REVIVE = "revive", "恢复"
    ASK_INFO = "ask_info", "要求补正"
    ACCEPT = "accept", "受理"
    ASK_DECLINE = "ask_decline", "拟不予受理"
    DECLINE = "decline", "不予受理"
    ASK_TRANSFER = "ask_transfer", "拟转送"
    TRANSFER = "transfer", "转送外部"
    MERGE = "merge", "并案"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    ASK_RETURN = "ask_return", "申请退单"
    RETURN = "return", "退单"
    ASK_MORE = "ask_more", "申请补正"
    PAUSE_FOR_INFO = "pause_for_info", "同意补正"
    ASK_EXTENSION = "ask_extension", "申请延期"
    EXTEND = "extend", "延期"
    ASK_SUSPEND = "ask_suspend", "申请中止"
    SUSPEND = "suspend", "中止"
    RESUME = "resume", "恢复办理"
    WRITE_REPLY = "write_reply", "拟答复"
    SIGN_REPLY = "sign_reply", "审签答复"
    RELEASE = "release", "发出答复"
    SEND_BACK = "send_back", "退回修改"
    REWORK = "rework", "重办"
    CLOSE = "close", "办结"
    REFUSE = "refuse", "不同意"
    CONTACT = "contact", "联系诉求人"
    NOTE = "note", "内部备注"
    SUPERVISE = "supervise", "督办"
    ESCALATE = "escalate", "提级"
    ASK_IDENTITY = "ask_identity", "申请查看身份"
    GRANT_IDENTITY = "grant_identity", "批准查看身份"
    VIEW_IDENTITY = "view_identity", "查看身份"
    REMIND_INFO = "remind_info", "提醒补正"
    EXPIRE_INFO = "expire_info", "补正到期"
    EXPIRE_RATING = "expire_rating", "评价到期"
    RECKON = "reckon", "重算期限"
