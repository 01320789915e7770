"""Which question comes next follows from what is known, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.complaints.draft import FORMAT, Draft
from domain.complaints.interview import (
    EDITABLE,
    Circumstances,
    Step,
    following,
    is_due,
    preceding,
    unanswered,
)
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity

NOTICE = "notice-1"
words = st.sampled_from(["", "示例"])
drafts = st.builds(
    Draft,
    id=st.just("d"),
    kind=st.sampled_from([None, *ComplaintKind]),
    domain=st.sampled_from([None, *CreditDomain]),
    story=words,
    respondent=words,
    happened=words,
    place=words,
    identity=st.sampled_from([None, *Identity]),
    name=words,
    phone=words,
    is_about_child=st.sampled_from([None, True, False]),
    consent_version=st.sampled_from(["", NOTICE, "notice-0"]),
    has_sensitive_consent=st.sampled_from([None, True, False]),
)
circumstances = st.builds(
    Circumstances,
    consent_version=st.just(NOTICE),
    has_door=st.booleans(),
    speaks_of_child=st.booleans(),
    holds_sensitive=st.booleans(),
)
steps = st.sampled_from(Step)


@given(steps, drafts, circumstances)
def test_the_next_question_is_later_and_has_something_to_ask(
    step: Step, draft: Draft, given_now: Circumstances
) -> None:
    """So that every interview ends, and no answer is asked for twice."""
    order, then = list(Step), following(step, draft, given_now)
    assert then is Step.PREVIEW or order.index(then) > order.index(step)
    assert is_due(then, draft, given_now)
    skipped = order[order.index(step) + 1 : order.index(then)]
    assert not any(is_due(each, draft, given_now) for each in skipped)
    assert following(step, draft, given_now) is then


@given(steps, drafts, circumstances)
def test_going_back_comes_to_earlier_questions_and_to_an_end(
    step: Step, draft: Draft, given_now: Circumstances
) -> None:
    order, seen = list(Step), [step]
    while (before := preceding(seen[-1], draft)) is not None:
        assert order.index(before) < order.index(seen[-1])
        seen.append(before)
    assert not {Step.CONSENT, Step.DOOR} & set(seen[1:])
    if draft.is_anonymous:
        assert not {Step.NAME, Step.PHONE} & set(seen[1:]), "who is not known is not asked for"


@given(drafts, circumstances)
def test_what_is_missing_is_asked_for_and_nothing_else(draft: Draft, given_now: Circumstances) -> None:
    step = unanswered(draft, given_now)
    if step is None:
        assert not list(draft.missing())
        assert draft.consent_version == NOTICE
    else:
        assert step.value in draft.missing() or is_due(step, draft, given_now)


@given(drafts, circumstances)
def test_answering_what_is_missing_ends_with_nothing_missing(draft: Draft, given_now: Circumstances) -> None:
    answers: dict[Step, dict[str, object]] = {
        Step.CONSENT: {"consent_version": NOTICE},
        Step.KIND: {"kind": ComplaintKind.COMPLAINT},
        Step.DOMAIN: {"domain": CreditDomain.BUSINESS},
        Step.STORY: {"story": "示例"},
        Step.CHILD: {"is_about_child": False},
        Step.RESPONDENT: {"respondent": "示例"},
        Step.SENSITIVE: {"has_sensitive_consent": True},
        Step.IDENTITY: {"identity": Identity.SHIELDED},
        Step.NAME: {"name": "示例"},
        Step.GUARDIAN: {"has_guardian_consent": True},
        Step.PHONE: {"phone": "+8613800000000"},
    }
    for _ in Step:
        step = unanswered(draft, given_now)
        if step is None:
            break
        draft = replace(draft, **answers[step])  # type: ignore[arg-type]
    assert unanswered(draft, given_now) is None


def test_what_can_be_changed_is_what_the_preview_shows() -> None:
    assert len(EDITABLE) == len(set(EDITABLE)) == 9
    assert not {Step.CONSENT, Step.DOOR, Step.PREVIEW} & set(EDITABLE)


def test_a_fresh_draft_asks_for_consent_before_anything_else() -> None:
    fresh = Draft("d")
    assert unanswered(fresh, Circumstances(NOTICE)) is Step.CONSENT
    assert fresh.format == FORMAT
