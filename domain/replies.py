"""What is said to a resident, before any channel gives it a form."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled


class ReplyKind(Labelled):
    """What a reply does; scripts and tests rely on the values."""

    ANSWER = "answer", "回答"
    GUIDE = "guide", "导办"
    STORY = "story", "故事"
    LIST = "list", "名单"
    COMPLAINT = "complaint", "投诉"
    TRACK = "track", "查进度"
    NOMINATE = "nominate", "推荐"
    CLARIFY = "clarify", "反问"
    HELP = "help", "帮助"
    HANDOVER = "handover", "转人工"
    SMALLTALK = "smalltalk", "寒暄"
    EMERGENCY = "emergency", "紧急"
    FALLBACK = "fallback", "没听懂"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text. ``target``: empty: plain, ``say:…``: what it says, ``/…``: a page of ours."""

    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Spans that stand together; lines are parted by a newline. ``may_cut``: long ones are continued later."""

    spans: tuple[Span, ...]
    may_cut: bool = False

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: by its words, or by its place in the list."""

    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Choices:
    """A numbered list, counted from one."""

    items: tuple[Choice, ...]


Block = Paragraph | Choices


@dataclass(frozen=True, slots=True)
class Card:
    """A picture with a title that opens a page. ``picture``: a path of ours."""

    title: str
    description: str
    page: str
    picture: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Blocks in reading order. With a ``card``, they are what stands where no card can be shown."""

    kind: ReplyKind
    blocks: tuple[Block, ...]
    id: str = ""
    title: str = ""
    confidence: float = 1.0
    card: Card | None = None
    handover: bool = False

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(item for block in self.blocks if isinstance(block, Choices) for item in block.items)

    @property
    def text(self) -> str:
        """The reply as plain text, links shown by their words."""
        return "\n\n".join(_plain(block) for block in self.blocks)


def plain(text: str, *, may_cut: bool = False) -> Paragraph:
    """A paragraph without links."""
    return Paragraph((Span(text),), may_cut)


def _plain(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.text
    return "\n".join(f"{number} {item.label}" for number, item in enumerate(block.items, start=1))
