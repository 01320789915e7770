"""What the bot knows: policies, stories, sayings, intents, documents; all of it together is the library."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from domain.city import City, Doors
from domain.complaints.limits import Limits
from domain.labels import Labelled
from domain.replies import ReplyKind
from domain.workdays import WorkCalendar

if TYPE_CHECKING:
    from domain.guides import Guide


class Topic(Labelled):
    """The shelf a policy stands on."""

    CREDIT_REPAIR = "credit_repair", "信用修复"
    PERSONAL_CREDIT = "personal_credit", "个人征信"
    JUDGMENT_DEFAULTER = "judgment_defaulter", "失信被执行人"
    DISCREDIT_LISTS = "discredit_lists", "失信名单"
    USCC_AND_REPORTS = "uscc_and_reports", "代码与报告"
    INCENTIVES = "incentives", "奖惩与目录"
    LOCAL = "local", "内蒙古与乌海"
    COMPLAINTS = "complaints", "投诉举报"
    ANTI_FRAUD = "anti_fraud", "防骗"


class Audience(Labelled):
    """Who a policy speaks to."""

    RESIDENT = "resident", "居民"
    MERCHANT = "merchant", "商户"
    ENTERPRISE = "enterprise", "企业"


class Standing(Labelled):
    """Whether what a policy tells is in force."""

    IN_FORCE = "in_force", "现行"
    REPEALED = "repealed", "已废止"
    ENDED = "ended", "已结束"


class Category(Labelled):
    """The kind of a story."""

    ANCIENT = "ancient", "古代故事"
    MODERN = "modern", "近现代故事"
    WUHAI = "wuhai", "乌海榜样"
    REGION = "region", "自治区榜样"
    NATION = "nation", "全国榜样"
    BUSINESS = "business", "商业诚信"
    WARNING = "warning", "警示故事"


class Place(Labelled):
    """How far from home a story happened."""

    WUHAI = "wuhai", "乌海"
    REGION = "region", "自治区"
    NATION = "nation", "全国"


class Ground(Labelled):
    """The colour a story cover is drawn on."""

    SAND = "sand", "沙"
    LAKE = "lake", "湖"
    CINNABAR = "cinnabar", "朱"
    INK = "ink", "墨"


@dataclass(frozen=True, slots=True)
class Document:
    """A law, rule or notice that answers rest on. One per document, cited by id."""

    id: str
    title: str
    number: str = ""
    issuer: str = ""
    in_force_on: date | None = None
    replaces: str = ""
    repealed_on: date | None = None
    repealed_by: str = ""
    note: str = ""

    @property
    def is_repealed(self) -> bool:
        return bool(self.repealed_on or self.repealed_by)


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document, as an editor writes it: the document's id and the article."""

    document: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One bar of the waiting-time figure. Months from the start; ``apply_from`` None: no early way out."""

    label: str
    apply_from: int | None
    until: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A question about credit and its answer. Strings are plain text; ``body`` is Markdown."""

    id: str
    title: str
    question: str
    topic: Topic
    audience: tuple[Audience, ...]
    answer: str
    basis: tuple[Citation, ...]
    asks: tuple[str, ...]
    facts: tuple[str, ...]
    reviewed_on: date
    review_by: date
    body: str
    detail: str = ""
    caveat: bool = True
    standing: Standing = Standing.IN_FORCE
    related: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    expires_on: date | None = None
    expired_answer: str = ""
    guide: str = ""

    def answer_on(self, day: date) -> str:
        """The first line as it is true on ``day``."""
        return self.expired_answer if self.is_expired(day) else self.answer

    def standing_on(self, day: date) -> Standing:
        return Standing.ENDED if self.is_expired(day) else self.standing

    def is_expired(self, day: date) -> bool:
        return self.expires_on is not None and day > self.expires_on


@dataclass(frozen=True, slots=True)
class Cover:
    """One character on one ground; the picture is drawn from it."""

    character: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence on keeping one's word, with its source and plain meaning."""

    text: str
    source: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Story:
    """A story of somebody who kept, or broke, their word. ``body``: paragraphs parted by blank lines."""

    id: str
    title: str
    hook: str
    category: Category
    place: Place
    era: str
    people: tuple[str, ...]
    themes: tuple[str, ...]
    summary: str
    teaser: str
    moral: str
    source: str
    cover: Cover
    asks: tuple[str, ...]
    reviewed_on: date
    body: str
    age: int = 6
    sayings: tuple[Saying, ...] = ()
    related: tuple[str, ...] = ()
    note: str = ""

    @property
    def minutes(self) -> int:
        """Reading time aloud, at 260 characters a minute, at least one."""
        return max(1, round(len(self.body) / 260))


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a resident wants that is no question: a fixed ``reply``, or a handler of the same name.

    ``asks`` are matched by likeness, ``exact`` as whole messages that never reach the matcher,
    ``contains`` anywhere in a message (a ``*`` stands for up to six characters), ``loosely`` likewise, unless
    a word of ``unless`` stands there too. ``harmless``: turns of phrase that only sound like them (想死你了),
    passed over before any of those is looked for. ``choices``: targets offered under the reply, for words that mean
    several things.
    """

    id: str
    title: str
    kind: ReplyKind
    reply: str = ""
    asks: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    loosely: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuButton:
    """A button of the account's menu: children, or a sentence said for the resident, or a page."""

    name: str
    say: str = ""
    page: str = ""
    children: tuple[MenuButton, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a QR code of ours opens. ``id`` is printed into the code; ``title``: where it hangs."""

    id: str
    title: str
    target: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything known, loaded and checked, never changed. A reload builds another.

    ``notices``: by year, the notice that its days off and make-up days in ``workdays`` come from.
    """

    documents: dict[str, Document]
    policies: dict[str, Policy]
    stories: dict[str, Story]
    intents: dict[str, Intent]
    guides: dict[str, Guide]
    sayings: tuple[Saying, ...]
    menu: tuple[MenuButton, ...]
    city: City
    texts: dict[str, str]
    limits: Limits
    doors: Doors = field(default_factory=Doors)
    scenes: dict[str, Scene] = field(default_factory=dict)
    themes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lexicon: tuple[str, ...] = ()
    popular: tuple[str, ...] = ()
    workdays: WorkCalendar = field(
        default_factory=lambda: WorkCalendar(frozenset(), frozenset(), frozenset())
    )
    notices: dict[int, Document] = field(default_factory=dict)
    digest: str = ""
