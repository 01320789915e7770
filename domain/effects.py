"""What a turn leaves behind besides its reply; written in the turn's own transaction."""

from __future__ import annotations

from dataclasses import dataclass

from domain.allowance import Touch
from domain.complaints.case import Case
from domain.complaints.draft import Draft, Filing
from domain.complaints.events import Event
from domain.messages import PushEnded
from domain.pushing import Consent


@dataclass(frozen=True, slots=True)
class Asked:
    """An entry was answered: counted by day, without a person."""

    target: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that got no answer, masked, for staff to learn from."""

    text: str
    reason: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """The resident said whether an answer was of use."""

    target: str
    useful: bool


@dataclass(frozen=True, slots=True)
class DraftKept:
    """The resident's draft as it now stands."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class DraftDropped:
    """The resident gave the draft up."""

    id: str


@dataclass(frozen=True, slots=True)
class EvidenceDropped:
    """What was handed in for a draft is taken back."""

    draft: str


@dataclass(frozen=True, slots=True)
class EvidenceMoved:
    """What was handed in for a draft belongs to a case now."""

    draft: str
    number: str


@dataclass(frozen=True, slots=True)
class MediaSent:
    """A picture was sent for a draft or a case: ``id`` is what it is kept under once it has been fetched."""

    id: str
    media_id: str
    draft: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A complaint was handed in."""

    filing: Filing


@dataclass(frozen=True, slots=True)
class Acted:
    """Something happened to a case that stood as ``before``."""

    number: str
    before: Case
    event: Event


@dataclass(frozen=True, slots=True)
class NewsTold:
    """News were told with this turn's reply."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """The resident did something after which the platform takes 客服 messages for them."""

    touch: Touch


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """The resident left: nothing reaches them until they come back."""


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The resident agreed to be told by a template."""

    template: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class ConsentRevoked:
    """The resident agrees no longer."""

    template: str


Effect = (
    Asked
    | Missed
    | Rated
    | DraftKept
    | DraftDropped
    | EvidenceDropped
    | EvidenceMoved
    | MediaSent
    | Filed
    | Acted
    | NewsTold
    | Touched
    | Unfollowed
    | ConsentGiven
    | ConsentRevoked
    | PushEnded
)
