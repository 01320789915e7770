"""Reply → WeChat message, within WeChat's limits. Those limits live here and nowhere else.

Source: 公众号 › 基础消息能力 › 被动回复用户消息; a text of 2048 bytes is what the platform takes in practice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.xml import cdata
from domain.messages import Incoming
from domain.replies import Block, Card, Choices, Paragraph, Reply, Span, plain

TEXT_BYTES = 2048
CARD_TITLE, CARD_DESCRIPTION = 64, 120
LEAST_ROOM = 200  # bytes: less of an answer is not worth sending
PERSONAL = "my:"  # before a page that has to know who opens it
_SENTENCE_END = re.compile(r"(?<=[。？！；\n])")
_UNSAFE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_IS_UNSAFE = re.compile('[&<>"]').search


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message as the platform takes it, without its address. ``sent_at`` in unix seconds."""

    type: Literal["text", "news", "transfer_customer_service", "none"]
    sent_at: int
    content: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    picture: str = ""


Personal = Callable[[str, str, int], str]


def _unsigned(page: str, _sender: str, _now_s: int) -> str:
    return page


@dataclass(frozen=True, slots=True)
class Renderer:
    """``base_url``: where residents' phones reach our pages, without a trailing slash.

    ``personal``: a page of ours and who is to open it → the path that lets them in, for a while.
    """

    base_url: str
    personal: Personal = _unsigned

    def render(
        self, reply: Reply | None, more: Paragraph, now_s: int, sender: str = ""
    ) -> tuple[Outbound, tuple[str, ...]]:
        """The one message that answers, and the texts that follow on 继续 when it had to be cut.

        A cut message closes with ``more``, which invites to 继续. ``sender``: whose personal links are made.
        """
        return _Rendering(self, sender, now_s).message(reply, more)

    def text(self, blocks: tuple[Block, ...]) -> str:
        """Blocks as the text of a message that could go to anybody."""
        return _Rendering(self, "", 0).text(blocks)


@dataclass(frozen=True, slots=True)
class _Rendering:
    """One reply for one resident."""

    renderer: Renderer
    sender: str
    now_s: int

    def message(self, reply: Reply | None, more: Paragraph) -> tuple[Outbound, tuple[str, ...]]:
        now_s = self.now_s
        if reply is None:
            return Outbound("none", now_s), ()
        if reply.handover:
            return Outbound("transfer_customer_service", now_s), ()
        if reply.card:
            return self._news(reply.card, now_s), ()
        text = self.text(reply.blocks)
        if _bytes(text) <= TEXT_BYTES:
            return Outbound("text", now_s, text), ()
        blocks, rest = self._cut(reply, more)
        return Outbound("text", now_s, self.text(blocks)), rest

    def _news(self, card: Card, now_s: int) -> Outbound:
        return Outbound(
            "news",
            now_s,
            title=card.title[:CARD_TITLE],
            description=card.description[:CARD_DESCRIPTION],
            url=self.renderer.base_url + card.page,
            picture=self.renderer.base_url + card.picture,
        )

    def _cut(self, reply: Reply, more: Paragraph) -> tuple[tuple[Block, ...], tuple[str, ...]]:
        """Cut the longest block that may be, at a sentence; where that is not enough, page the plain text."""
        cuttable = [n for n, block in enumerate(reply.blocks) if _may_cut(block)]
        if cuttable:
            place = max(cuttable, key=lambda n: len(_text_of(reply.blocks[n])))
            before, after = reply.blocks[:place], (more, *reply.blocks[place + 1 :])
            room = TEXT_BYTES - _bytes(self.text((*before, *after))) - 2
            if room >= LEAST_ROOM:
                head, rest = _split(_text_of(reply.blocks[place]), room)
                return (*before, plain(head), *after), self._pages(rest, more)
        first, *others = self._pages(reply.text, more)
        return ((plain(first), more) if others else (plain(first),)), tuple(others)

    def text(self, blocks: tuple[Block, ...]) -> str:
        """Blocks as the text of a message: links and choices become what WeChat makes clickable."""
        return "\n\n".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        if isinstance(block, Paragraph):
            return "".join(self._span(span) for span in block.spans)
        return "\n".join(
            _clickable(f"{number} {choice.label}", choice.label, number)
            for number, choice in enumerate(block.items, start=1)
        )

    def _span(self, span: Span) -> str:
        if span.target.startswith("say:"):
            return _clickable(span.text, span.target.removeprefix("say:"))
        if span.target:
            page = span.target
            if page.startswith(PERSONAL):
                page = self.renderer.personal(page.removeprefix(PERSONAL), self.sender, self.now_s)
            return f'<a href="{_escape(self.renderer.base_url + page)}">{_escape(span.text)}</a>'
        return _escape(span.text)

    def _pages(self, text: str, more: Paragraph) -> tuple[str, ...]:
        """Texts to be sent one by one on 继续, each leaving room for the invitation to the next."""
        room = TEXT_BYTES - _bytes(self.text((more,))) - 2
        pages = []
        while text:
            head, text = _split(text, room)
            pages.append(head)
        return tuple(pages)


def to_xml(message: Outbound, incoming: Incoming) -> str:
    """Address a message as the answer to ``incoming``."""
    head = (
        f"<xml><ToUserName>{cdata(incoming.sender)}</ToUserName><FromUserName>{cdata(incoming.account)}</FromUserName>"
        f"<CreateTime>{message.sent_at}</CreateTime><MsgType>{cdata(message.type)}</MsgType>"
    )
    if message.type == "text":
        return f"{head}<Content>{cdata(message.content)}</Content></xml>"
    if message.type == "news":
        return (
            f"{head}<ArticleCount>1</ArticleCount><Articles><item><Title>{cdata(message.title)}</Title>"
            f"<Description>{cdata(message.description)}</Description><PicUrl>{cdata(message.picture)}</PicUrl>"
            f"<Url>{cdata(message.url)}</Url></item></Articles></xml>"
        )
    return f"{head}</xml>"


def _clickable(label: str, says: str, number: int = 0) -> str:
    """A link that sends ``says`` for the resident. Undocumented, in use since 2020; numeric ids only."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={_escape(says)}&msgmenuid={number}">{_escape(label)}</a>'


def _escape(text: str) -> str:
    return text.translate(_UNSAFE) if _IS_UNSAFE(text) else text


def _may_cut(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.may_cut


def _text_of(block: Block) -> str:
    return "" if isinstance(block, Choices) else block.text


def _bytes(text: str) -> int:
    return len(text.encode())


def _escaped_size(text: str) -> int:
    return _bytes(_escape(text))


def _split(text: str, room: int) -> tuple[str, str]:
    """The longest head of whole sentences within ``room`` bytes, and the rest; a monster is cut hard."""
    head = ""
    for sentence in _sentences(text):
        if _escaped_size(head + sentence) > room:
            break
        head += sentence
    if not head:
        head = text
        while _escaped_size(head) > room:
            head = head[: max(1, len(head) * room // _escaped_size(head) - 1)]
    return head.rstrip("\n"), text[len(head) :].lstrip("\n")


def _sentences(text: str) -> Iterator[str]:
    yield from filter(None, _SENTENCE_END.split(text))
