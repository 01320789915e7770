"""What is said outside a reply → a 客服 message as the platform takes it.

Source: 服务号 › 发送客服消息. Letters stay letters (no ``\\uXXXX``); news has one article (45008); the items of a menu
message have numeric ids, because other ids have come back as 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.render import CARD_DESCRIPTION, CARD_TITLE
from domain.clock import chinese_date, local, local_day
from domain.complaints.records import News
from domain.push_fields import Fact
from domain.replies import Block, Card, plain
from knowledge.texts import Texts

Message = dict[str, Any]


def text_message(text: str) -> Message:
    """``text`` may hold links as ``bot.render.Renderer.text`` writes them; at most 2048 bytes (45002)."""
    return {"msgtype": "text", "text": {"content": text}}


def article_message(title: str, description: str, url: str, picture: str) -> Message:
    """A picture with a title that opens a page."""
    article = {"title": title, "description": description, "url": url, "picurl": picture}
    return {"msgtype": "news", "news": {"articles": [article]}}


def news_message(card: Card, base_url: str) -> Message:
    """A card of ours, within the limits of one."""
    return article_message(
        card.title[:CARD_TITLE],
        card.description[:CARD_DESCRIPTION],
        base_url + card.page,
        base_url + card.picture,
    )


def image_message(media_id: str) -> Message:
    return {"msgtype": "image", "image": {"media_id": media_id}}


def choices_message(lead: str, choices: Sequence[str], close: str = "") -> Message:
    """A list to touch; a touch comes back as a text with the words and, mostly, the number from one.

    Only verified real accounts have it (40200).
    """
    items = [{"id": str(number), "content": words} for number, words in enumerate(choices, start=1)]
    return {
        "msgtype": "msgmenu",
        "msgmenu": {"head_content": lead, "list": items, "tail_content": close},
    }


def news_blocks(news: News, texts: Texts) -> tuple[Block, ...]:
    """What a resident reads of news in the chat."""
    line = texts.line(f"news.{news.news}", number=news.number)
    return plain(f"{texts.line('news.lead')}\n{line}"), texts.paragraph("news.look")


def news_facts(news: News, texts: Texts) -> Mapping[Fact, str]:
    """What may stand in the fields of a template."""
    return {
        Fact.NUMBER: news.number,
        Fact.NEWS: texts.line(f"news.{news.news}", number="").strip(),
        Fact.MOMENT: f"{chinese_date(local_day(news.at))} {local(news.at):%H:%M}",
    }
