"""By which channel a resident is told, when, and what follows a refusal."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.allowance import Contact, Touch, allowance
from domain.clock import SHANGHAI, local
from domain.platform_codes import PlatformCode, Remedy
from domain.pushing import (
    BACKOFF_S,
    MOST_TRIES,
    NO_CONSENT,
    Channel,
    Consent,
    Reach,
    SendingHours,
    Step,
    after_refusal,
    plan,
)

MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
HOURS = SendingHours()
ALL = frozenset({Channel.NOTICE, Channel.TEMPLATE, Channel.CUSTOM})
SPOKE = (Contact(Touch.MESSAGE, MORNING - timedelta(hours=1)),)


def at(clock: str, day: int = 23) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("reach", "channel"),
    [
        (Reach(ALL, SPOKE, Consent(1)), Channel.NOTICE),
        (Reach(ALL, SPOKE, Consent(is_lasting=True)), Channel.NOTICE),
        (Reach(ALL, SPOKE), Channel.TEMPLATE),
        (Reach(frozenset({Channel.NOTICE, Channel.CUSTOM}), SPOKE), Channel.CUSTOM),
        (Reach(frozenset({Channel.CUSTOM})), Channel.NEXT_VISIT),
        (Reach(frozenset(), SPOKE, Consent(9)), Channel.NEXT_VISIT),
        (Reach(ALL, SPOKE, Consent(1), is_following=False), Channel.NEXT_VISIT),
        (Reach(ALL, SPOKE, Consent(1), failed=frozenset({Channel.NOTICE})), Channel.TEMPLATE),
        (Reach(ALL, SPOKE, Consent(1), failed=ALL - {Channel.CUSTOM}), Channel.CUSTOM),
        (Reach(ALL, SPOKE, Consent(1), failed=ALL), Channel.NEXT_VISIT),
    ],
)
def test_best_channel_that_is_open(reach: Reach, channel: Channel) -> None:
    assert plan(reach, MORNING, HOURS).channel is channel


@pytest.mark.parametrize(
    ("now", "next_time"),
    [
        (at("08:29:59"), at("08:30")),
        (at("08:30"), at("08:30")),
        (at("20:59:59"), at("20:59:59")),
        (at("21:00"), at("08:30", 24)),
        (at("23:59"), at("08:30", 24)),
        (at("00:00"), at("08:30")),
    ],
)
def test_phones_buzz_between_half_past_eight_and_nine(now: datetime, next_time: datetime) -> None:
    assert HOURS.next(now) == next_time


def test_hours_can_be_others_but_not_upside_down() -> None:
    assert SendingHours(time(6), time(7)).next(at("10:00")) == at("06:00", 24)
    with pytest.raises(ValueError, match="open before"):
        SendingHours(time(21), time(8, 30))


def test_window_that_closes_overnight_is_not_counted_on() -> None:
    """At ten in the evening there is still room; at half past eight there will not be."""
    spoke = (Contact(Touch.MESSAGE, at("22:00") - timedelta(hours=40)),)
    told = plan(Reach(frozenset({Channel.CUSTOM}), spoke), at("22:00"), HOURS)
    assert told.channel is Channel.NEXT_VISIT
    assert plan(Reach(frozenset({Channel.CUSTOM}), spoke), at("20:00"), HOURS).channel is Channel.CUSTOM


reaches = st.builds(
    Reach,
    st.frozensets(st.sampled_from([Channel.NOTICE, Channel.TEMPLATE, Channel.CUSTOM])),
    st.lists(
        st.builds(
            Contact,
            st.sampled_from(list(Touch)),
            st.integers(0, 60 * 3600).map(lambda s: MORNING - timedelta(seconds=s)),
        ),
        max_size=12,
    ).map(tuple),
    st.builds(Consent, st.integers(0, 3), st.booleans()),
    st.booleans(),
    st.frozensets(st.sampled_from([Channel.NOTICE, Channel.TEMPLATE, Channel.CUSTOM])),
)
moments = st.integers(0, 48 * 3600).map(lambda s: MORNING + timedelta(seconds=s))


@given(reaches, moments)
def test_plan_never_breaks_a_promise(reach: Reach, now: datetime) -> None:
    planned = plan(reach, now, HOURS)
    assert planned.at >= now
    if planned.channel is Channel.NEXT_VISIT:
        return
    assert time(8, 30) <= local(planned.at).time() < time(21)
    assert planned.channel in reach.channels - reach.failed
    assert reach.is_following
    if planned.channel is Channel.NOTICE:
        assert reach.consent
    if planned.channel is Channel.CUSTOM:
        assert allowance(reach.contacts, planned.at).remaining > 0


@given(reaches, moments)
def test_every_push_comes_to_an_end(reach: Reach, now: datetime) -> None:
    """Whatever refuses, after three channels the resident is told at the next visit."""
    for _ in range(3):
        planned = plan(reach, now, HOURS)
        if planned.channel is Channel.NEXT_VISIT:
            break
        reach = Reach(
            reach.channels,
            reach.contacts,
            reach.consent,
            reach.is_following,
            reach.failed | {planned.channel},
        )
    assert plan(reach, now, HOURS).channel is Channel.NEXT_VISIT


def test_consent_is_spent_once_unless_it_lasts() -> None:
    assert Consent(2).spent() == Consent(1)
    assert not Consent(1).spent()
    assert NO_CONSENT.spent() == NO_CONSENT
    assert Consent(is_lasting=True).spent()


# --- after a refusal ---

C = PlatformCode


@pytest.mark.parametrize(
    ("code", "step", "flags"),
    [
        (C.CONSENT_REFUSED, Step.NEXT_CHANNEL, "revokes_consent"),
        (C.NOT_FOLLOWING, Step.NEXT_VISIT, "is_unfollowed"),
        (C.BLACKLISTED, Step.NEXT_VISIT, "is_unfollowed"),
        (C.MUTED, Step.NEXT_VISIT, ""),
        (C.OPENID_UNKNOWN, Step.NEXT_VISIT, ""),
        (C.CUSTOM_TIME_OVER, Step.NEXT_CHANNEL, ""),
        (C.CUSTOM_COUNT_OVER, Step.NEXT_CHANNEL, ""),
        (C.DAY_QUOTA, Step.TRY_AGAIN, ""),
        (C.MINUTE_QUOTA, Step.TRY_AGAIN, ""),
        (C.SYSTEM_BUSY, Step.TRY_AGAIN, ""),
        (C.UNREACHABLE, Step.TRY_AGAIN, ""),
        (C.UNREADABLE, Step.TRY_AGAIN, ""),
        (C.TOKEN_WRONG, Step.TRY_AGAIN, ""),
        (C.TEMPLATE_UNKNOWN, Step.NEXT_CHANNEL, "tells_operator"),
        (C.NO_PERMISSION, Step.NEXT_CHANNEL, "tells_operator"),
        (C.ACCOUNT_KIND, Step.NEXT_CHANNEL, "tells_operator"),
        (C.TEMPLATE_FIELD_WRONG, Step.NEXT_CHANNEL, "tells_operator"),
        (C.TEXT_TOO_LONG, Step.NEXT_CHANNEL, "tells_operator"),
        (C.APPSECRET_WRONG, Step.TRY_AGAIN, "tells_operator"),
        (C.ADDRESS_REFUSED, Step.TRY_AGAIN, "tells_operator"),
        (C.MEDIA_UNKNOWN, Step.NEXT_CHANNEL, ""),
        (99999, Step.TRY_AGAIN, "tells_operator"),
    ],
)
def test_what_follows_each_code(code: int, step: Step, flags: str) -> None:
    verdict = after_refusal(code, 0, MORNING)
    assert verdict.step is step
    for flag in ("revokes_consent", "is_unfollowed", "tells_operator"):
        assert getattr(verdict, flag) == (flag == flags), flag


def test_day_quota_waits_for_tomorrow_and_costs_no_try() -> None:
    verdict = after_refusal(C.DAY_QUOTA, 5, at("23:50"), seed=999)
    assert verdict.tries == 5
    assert verdict.at is not None
    assert at("00:00", 24) <= verdict.at < at("01:00", 24)


def test_minute_quota_waits_for_the_next_minute_and_costs_no_try() -> None:
    verdict = after_refusal(C.MINUTE_QUOTA, 5, MORNING)
    assert (verdict.tries, verdict.at) == (5, MORNING + timedelta(minutes=1))


def test_busy_platform_is_tried_at_growing_distances_and_then_given_up() -> None:
    now, tries, waits = MORNING, 0, []
    while (verdict := after_refusal(C.SYSTEM_BUSY, tries, now)).step is Step.TRY_AGAIN:
        assert verdict.at is not None
        waits.append((verdict.at - now).total_seconds())
        now, tries = verdict.at, verdict.tries
    assert verdict.step is Step.DEAD
    assert verdict.tries == MOST_TRIES
    assert verdict.tells_operator
    assert waits == list(BACKOFF_S)
    assert timedelta(hours=20) < now - MORNING < timedelta(days=2)


@given(st.sampled_from(list(C)), st.integers(0, 50), st.integers(0, 2**64))
def test_verdict_is_always_one_that_can_be_carried_out(code: C, tries: int, seed: int) -> None:
    now = MORNING.astimezone(UTC)
    verdict = after_refusal(code, tries, now, seed)
    assert (verdict.at is not None) == (verdict.step is Step.TRY_AGAIN)
    assert verdict.at is None or now < verdict.at < now + timedelta(days=2)
    assert verdict.tries >= tries
    if code.remedy is Remedy.OPERATOR:
        assert verdict.tells_operator


def test_pushes_that_failed_together_do_not_come_back_together() -> None:
    times = {after_refusal(C.SYSTEM_BUSY, 3, MORNING, seed).at for seed in range(500)}
    assert len(times) == 500
