"""The platform's error codes → what they mean for us, and whether trying again can help.

Sources: 公众号 › 全局返回码, 发送客服消息, 发送模板消息, 发送订阅通知, 网页授权.
What an operator reads about a code stands in ``knowledge/texts/platform.yaml`` under the member's name.
"""

from __future__ import annotations

from enum import IntEnum

from domain.labels import Labelled


class Remedy(Labelled):
    """What helps after a refusal."""

    RETRY = "retry", "过一会儿再试"
    NEVER = "never", "再试也不行"
    OPERATOR = "operator", "要人处理"


class PlatformCode(IntEnum):
    """``NAME = errcode, remedy``. Codes under -1000 are ours: the platform said nothing that could be read."""

    remedy: Remedy

    def __new__(cls, value: int, remedy: Remedy) -> PlatformCode:
        member = int.__new__(cls, value)
        member._value_ = value
        member.remedy = remedy
        return member

    UNREACHABLE = -1001, Remedy.RETRY
    UNREADABLE = -1002, Remedy.RETRY
    REDIRECTED = -1003, Remedy.OPERATOR
    UNKNOWN = -1004, Remedy.OPERATOR

    SYSTEM_BUSY = -1, Remedy.RETRY
    TOKEN_WRONG = 40001, Remedy.RETRY
    OPENID_UNKNOWN = 40003, Remedy.NEVER
    MEDIA_TYPE_WRONG = 40004, Remedy.NEVER
    FILE_SIZE_WRONG = 40006, Remedy.NEVER
    MEDIA_UNKNOWN = 40007, Remedy.NEVER
    APPID_WRONG = 40013, Remedy.OPERATOR
    TOKEN_UNKNOWN = 40014, Remedy.RETRY
    MENU_SIZE = 40016, Remedy.OPERATOR
    MENU_NAME = 40018, Remedy.OPERATOR
    MENU_KEY = 40019, Remedy.OPERATOR
    MENU_URL = 40020, Remedy.OPERATOR
    SUBMENU_SIZE = 40023, Remedy.OPERATOR
    SUBMENU_NAME = 40025, Remedy.OPERATOR
    SUBMENU_KEY = 40026, Remedy.OPERATOR
    SUBMENU_URL = 40027, Remedy.OPERATOR
    SIGNIN_CODE_WRONG = 40029, Remedy.NEVER
    BODY_ESCAPED = 40033, Remedy.OPERATOR
    TEMPLATE_UNKNOWN = 40037, Remedy.OPERATOR
    APPSECRET_WRONG = 40125, Remedy.OPERATOR
    SIGNIN_CODE_USED = 40163, Remedy.NEVER
    ADDRESS_REFUSED = 40164, Remedy.OPERATOR
    ACCOUNT_KIND = 40200, Remedy.OPERATOR
    APPSECRET_FROZEN = 40243, Remedy.OPERATOR
    PAGE_WRONG = 41030, Remedy.OPERATOR
    TOKEN_EXPIRED = 42001, Remedy.RETRY
    NOT_FOLLOWING = 43004, Remedy.NEVER
    BLACKLISTED = 43019, Remedy.NEVER
    CONSENT_REFUSED = 43101, Remedy.NEVER
    TEXT_TOO_LONG = 45002, Remedy.NEVER
    TOO_MANY_ARTICLES = 45008, Remedy.NEVER
    DAY_QUOTA = 45009, Remedy.RETRY
    MINUTE_QUOTA = 45011, Remedy.RETRY
    CUSTOM_TIME_OVER = 45015, Remedy.NEVER
    CUSTOM_COUNT_OVER = 45047, Remedy.NEVER
    TOO_MANY_TAGS = 45056, Remedy.OPERATOR
    TYPING_TOO_LATE = 45080, Remedy.NEVER
    TYPING_ALREADY = 45081, Remedy.NEVER
    TAG_NAME_WRONG = 45157, Remedy.OPERATOR
    TAG_NAME_LONG = 45158, Remedy.OPERATOR
    MENU_MISSING = 46003, Remedy.NEVER
    BODY_MALFORMED = 47001, Remedy.OPERATOR
    TEMPLATE_FIELD_WRONG = 47003, Remedy.OPERATOR
    NO_PERMISSION = 48001, Remedy.OPERATOR
    MUTED = 48002, Remedy.NEVER
    INTERFACE_BANNED = 48004, Remedy.OPERATOR
    CLEARED_TOO_OFTEN = 48006, Remedy.OPERATOR
    ACCOUNT_LIMITED = 50002, Remedy.OPERATOR


TOKEN_CODES = frozenset({PlatformCode.TOKEN_WRONG, PlatformCode.TOKEN_UNKNOWN, PlatformCode.TOKEN_EXPIRED})


_BY_ERRCODE = {int(code): code for code in PlatformCode}


def code_of(errcode: int) -> PlatformCode:
    """The member with this errcode; ``UNKNOWN`` for one that was not documented when this was written."""
    return _BY_ERRCODE.get(errcode, PlatformCode.UNKNOWN)
