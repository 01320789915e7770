"""What a resident has told so far, in chat or on the form; and what is filed from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from domain.complaints.events import Event, Opening
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity

FORMAT = 1  # of a stored draft; an older one is read, what it lacks is asked for


@dataclass(frozen=True, slots=True)
class Handed:
    """A picture or document handed in: its id and whether it is a document."""

    id: str
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a complaint holds, in the resident's own words. Empty: not told yet.

    ``id`` names the complaint it will be: filing it twice files it once. ``respondent_is_person``: then the name
    is sealed like the complainant's own. ``informed``: the other doors that were pointed out.
    ``on_form``: the form stored it last, so the chat has to catch up. ``saved``: how often it had been stored
    when it was read.
    """

    id: str
    kind: ComplaintKind | None = None
    domain: CreditDomain | None = None
    story: str = ""
    respondent: str = ""
    respondent_is_person: bool = False
    happened: str = ""
    place: str = ""
    area: str = ""
    latitude: float | None = None
    longitude: float | None = None
    evidence: tuple[Handed, ...] = ()
    identity: Identity | None = None
    name: str = ""
    phone: str = ""
    is_about_child: bool | None = None
    consent_version: str = ""
    has_sensitive_consent: bool | None = None
    has_guardian_consent: bool = False
    informed: tuple[str, ...] = ()
    on_form: bool = False
    format: int = FORMAT
    saved: int = 0

    @property
    def pictures(self) -> int:
        return sum(not handed.is_document for handed in self.evidence)

    @property
    def documents(self) -> int:
        return sum(handed.is_document for handed in self.evidence)

    @property
    def is_anonymous(self) -> bool:
        return self.identity is Identity.ANONYMOUS

    @property
    def needs_guardian(self) -> bool:
        """A child under 14 and somebody who is known: only a guardian may give the child's data away (个人信息保护法
        第三十一条). Whoever tells of it under no name gives nobody's consent, and stays free to."""
        return bool(self.is_about_child) and self.identity is not None and not self.is_anonymous

    def having(self, handed: Handed) -> Draft:
        return replace(self, evidence=(*self.evidence, handed))

    def without(self, ident: str) -> Draft:
        return replace(self, evidence=tuple(h for h in self.evidence if h.id != ident))

    def missing(self) -> Iterator[str]:
        """The names of the fields without which it cannot be filed."""
        if not self.consent_version:
            yield "consent"
        for name in ("kind", "domain", "story", "respondent", "identity"):
            if not getattr(self, name):
                yield name
        if self.is_anonymous and self.kind is ComplaintKind.COMPLAINT:
            yield "identity"
        if self.identity and not self.is_anonymous and not self.phone:
            yield "phone"
        if self.identity is Identity.NAMED and not self.name:
            yield "name"
        if self.needs_guardian and not self.has_guardian_consent:
            yield "guardian"


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """What everybody who works on the case sees: nothing in it tells who complained."""

    story: str
    happened: str
    place: str
    respondent: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A draft that becomes a case: everything that is stored, in one piece.

    ``owner``: the blind name of who filed it, empty when it is anonymous; ``openid``: sealed, for news later.
    ``code``: shown once, stored as a fingerprint.
    """

    number: str
    code: str
    draft: Draft
    opening: Opening
    event: Event
    copy: WorkingCopy
    source: str
    limit_version: str
    owner: str = ""
    openid: str = ""
