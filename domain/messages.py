"""What reaches us from a resident, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Typed, or clicked in a list of choices."""

    text: str


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
