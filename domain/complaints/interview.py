"""The questions a complaint is told in, in their order; a draft → which comes next."""

from __future__ import annotations

from dataclasses import dataclass

from domain.complaints.draft import Draft
from domain.complaints.terms import Identity
from domain.labels import Labelled


class Step(Labelled):
    """A question of the interview; the label is what the preview calls its answer."""

    DOOR = "door", "别的门路"
    CONSENT = "consent", "告知"
    KIND = "kind", "类型"
    DOMAIN = "domain", "领域"
    STORY = "story", "事情"
    CHILD = "child", "未成年人"
    RESPONDENT = "respondent", "对象"
    HAPPENED = "happened", "时间"
    PLACE = "place", "地点"
    EVIDENCE = "evidence", "材料"
    SENSITIVE = "sensitive", "敏感信息"
    IDENTITY = "identity", "身份"
    NAME = "name", "姓名"
    PHONE = "phone", "手机"
    GUARDIAN = "guardian", "监护人"
    PREVIEW = "preview", "核对"


# Answered in free words: what is typed there is the answer, unless it is a command or plainly a question.
FREE = frozenset({Step.STORY, Step.RESPONDENT, Step.HAPPENED, Step.PLACE, Step.NAME, Step.PHONE})
# What 改1 … 改9 mean: the lines of the preview.
EDITABLE = (
    Step.KIND,
    Step.DOMAIN,
    Step.STORY,
    Step.RESPONDENT,
    Step.HAPPENED,
    Step.PLACE,
    Step.EVIDENCE,
    Step.IDENTITY,
    Step.PHONE,
)


# Not gone back to: what was agreed to, pointed out, or said of a child.
_ONCE = frozenset({Step.CONSENT, Step.DOOR, Step.SENSITIVE, Step.CHILD, Step.GUARDIAN})


WHOLE_STORY = 16  # characters; what is shorter is a headline, and its teller is asked for more


@dataclass(frozen=True, slots=True)
class Interview:
    """Where the taking down of a complaint stands.

    ``then``: where it goes on after another door was pointed out; ``is_editing``: one answer is being changed, then
    back to the preview; ``is_anew``: the next words replace the story instead of adding to it; ``is_paused``: left
    for later; ``aside``: words taken for a question that may have belonged to the story.
    """

    step: Step = Step.CONSENT
    then: Step = Step.CONSENT
    is_editing: bool = False
    is_anew: bool = False
    is_paused: bool = False
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides whether a question is asked at all, besides the draft."""

    consent_version: str
    has_door: bool = False
    speaks_of_child: bool = False
    holds_sensitive: bool = False


def is_due(step: Step, draft: Draft, given: Circumstances) -> bool:
    """Whether a step still has something to ask."""
    is_known = draft.identity is not None and not draft.is_anonymous
    asked = {
        Step.DOOR: False,
        Step.CONSENT: draft.consent_version != given.consent_version,
        Step.STORY: len(draft.story) < WHOLE_STORY,
        Step.CHILD: given.speaks_of_child and draft.is_about_child is None,
        Step.SENSITIVE: given.holds_sensitive and draft.has_sensitive_consent is None,
        Step.NAME: draft.identity is Identity.NAMED and not draft.name,
        Step.PHONE: is_known and not draft.phone,
        Step.GUARDIAN: draft.needs_guardian and not draft.has_guardian_consent,
        Step.EVIDENCE: True,
        Step.PREVIEW: True,
    }
    return asked[step] if step in asked else not getattr(draft, step.value)


def following(step: Step, draft: Draft, given: Circumstances) -> Step:
    """The next step that has something to ask. Other doors are pointed out whenever one is found, not in turn."""
    order = list(Step)
    later = order[order.index(step) + 1 :]
    return next((each for each in later if is_due(each, draft, given)), Step.PREVIEW)


def preceding(step: Step, draft: Draft) -> Step | None:
    """The step to go back to; None at the beginning. Consent and other doors are not asked twice."""
    passed = [each for each in Step if each not in _ONCE]
    if draft.identity is not Identity.NAMED:
        passed.remove(Step.NAME)
    if draft.is_anonymous or draft.identity is None:
        passed.remove(Step.PHONE)
    earlier = [each for each in passed if list(Step).index(each) < list(Step).index(step)]
    return earlier[-1] if earlier else None


def unanswered(draft: Draft, given: Circumstances) -> Step | None:
    """The first step without which the draft cannot be filed."""
    missing = set(draft.missing())
    needed = (
        step for step in Step if step.value in missing or step in {Step.CONSENT, Step.CHILD, Step.SENSITIVE}
    )
    return next(
        (step for step in needed if step.value in missing or is_due(step, draft, given)),
        None,
    )
