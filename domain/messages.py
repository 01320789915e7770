"""What reaches us from a resident, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Typed, or (``is_picked``) touched in a list of choices: the platform counts that as a click, not as a message."""

    text: str
    is_picked: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """Spoken. ``recognition`` is what the platform heard; usually empty since 2023."""

    media_id: str
    recognition: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    media_id: str


@dataclass(frozen=True, slots=True)
class Video:
    media_id: str


@dataclass(frozen=True, slots=True)
class File:
    title: str


@dataclass(frozen=True, slots=True)
class Location:
    """Degrees, and the words WeChat puts to them."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Followed the account, perhaps by scanning a code with ``scene``."""

    scene: str = ""


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """Stopped following; nothing can be answered."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """Scanned one of our codes while following."""

    scene: str


@dataclass(frozen=True, slots=True)
class MenuClicked:
    """Touched a menu button; ``key`` is the sentence it says for the resident."""

    key: str


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """Agreed to be told by templates, or no longer: (template, whether accepted), in the platform's order.

    ``is_asked``: answered when asked on a page; else changed in the phone's own settings, which only takes back.
    """

    answers: tuple[tuple[str, bool], ...]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class PushEnded:
    """How a push that the platform had taken ended: a notice (``template``) or a template message (``message_id``)."""

    is_delivered: bool
    template: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that is taken note of and not answered (a page opened, a push delivered…)."""

    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind of message that did not exist when this was written."""

    kind: str


Content = (
    Text
    | Voice
    | Picture
    | Video
    | File
    | Location
    | Link
    | Subscribed
    | Unsubscribed
    | Scanned
    | MenuClicked
    | ConsentChanged
    | PushEnded
    | Notice
    | Unknown
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. ``key`` is the same for every delivery of it; ``sent_at`` is in unix seconds."""

    key: str
    sender: str
    account: str
    sent_at: int
    content: Content
