"""The city: its windows, phones and units, and the other doors that a matter may be better taken to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from domain.complaints.terms import ComplaintKind, CreditDomain
from domain.opening import OpeningHours
from domain.pushing import USUAL_PUSHES, Pushes


@dataclass(frozen=True, slots=True)
class Window:
    """A service window. Empty strings: not known yet, so never told."""

    name: str
    district: str
    address: str = ""
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A public number that may appear in an answer, with the reason it may."""

    number: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class City:
    """What differs from city to city: content, not code.

    ``case_prefix``: two letters that case numbers begin with; ``consent_version``: of the privacy notice in force;
    ``units``: public names of the units that cases are dispatched to.
    """

    name: str
    assistant: str
    districts: tuple[str, ...]
    windows: tuple[Window, ...]
    phones: tuple[Phone, ...]
    website: str = ""
    case_prefix: str = "XY"
    consent_version: str = ""
    units: tuple[str, ...] = ()
    handover: Literal["off", "platform"] = "off"
    handover_hours: tuple[OpeningHours, ...] = ()
    privacy_contact: str = ""
    pushes: Pushes = USUAL_PUSHES


@dataclass(frozen=True, slots=True)
class Door:
    """Where a matter is better, or only, taken: told before a resident types a complaint for nothing.

    ``words`` name the matter (a ``*`` stands for up to six characters), unless one of ``unless`` stands there too.
    ``stays``: whether the complaint can be made here as well. ``see``: a target that tells how.
    """

    id: str
    title: str
    words: tuple[str, ...]
    says: str
    stays: Literal["also", "no"]
    see: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doors:
    """Other doors, and words that suggest what a complaint is about; the resident decides.

    ``grievances``: words of somebody who was wronged; ``organisations``: how the names of bodies end; ``leads``:
    words before such a name.
    """

    items: tuple[Door, ...] = ()
    domains: Mapping[CreditDomain, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[ComplaintKind, tuple[str, ...]] = field(default_factory=dict)
    child: tuple[str, ...] = ()
    grievances: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
