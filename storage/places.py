"""Where each sealed value stands: ``table:row:column``, authenticated with the value itself.

What was sealed in one place does not open in another, so a name here is never changed.
"""

from __future__ import annotations


def reply_of(key: str) -> str:
    return f"turns:{key}:sealed_reply"


def state_of(resident: str) -> str:
    return f"dialogs:{resident}:sealed_state"


def miss_of(mark: str) -> str:
    return f"misses:{mark}:sealed_text"


def draft_of(owner: str) -> str:
    return f"drafts:{owner}:sealed_draft"


def media_of(ident: str) -> str:
    return f"evidence:{ident}:sealed_media_id"


def person_of(number: str) -> str:
    return f"complaints:{number}:sealed_person"


def content_of(number: str) -> str:
    return f"complaints:{number}:sealed_content"


def respondent_of(number: str) -> str:
    return f"complaints:{number}:sealed_respondent"


def words_of(number: str, seq: int) -> str:
    return f"complaint_events:{number}.{seq}:sealed_text"
