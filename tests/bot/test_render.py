"""WeChat's limits hold for every reply that can be made."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render import TEXT_BYTES, Renderer, to_xml
from domain.messages import Incoming, Text
from domain.replies import Choice, Choices, Paragraph, Reply, ReplyKind, Span, plain
from tests.support.platform import words_of

RENDERER = Renderer("https://xy.example.gov.cn")
MORE = Paragraph((Span("还有一段，回复"), Span("继续", "say:继续"), Span("。")))
ASKING = Incoming("k", "o-a", "gh_b", 1, Text("问"))

words = st.text(alphabet=st.sampled_from('信用修复满三个月。？！，；<>&"]\n a1]]>'), max_size=1500)
targets = st.sampled_from(["", "say:有用", "/p/policies/x"])
paragraphs = st.builds(
    Paragraph, st.lists(st.builds(Span, words, targets), max_size=4).map(tuple), may_cut=st.booleans()
)
choices = st.lists(st.builds(Choice, st.text(max_size=30), st.just("policy:x")), max_size=5).map(tuple)
replies = st.builds(
    Reply,
    st.sampled_from(ReplyKind),
    st.lists(paragraphs | st.builds(Choices, choices), min_size=1, max_size=6).map(tuple),
)


@given(replies)
@settings(max_examples=150, deadline=None)
def test_no_text_is_longer_than_wechat_takes(reply: Reply) -> None:
    message, rest = RENDERER.render(reply, MORE, 0)
    assert len(message.content.encode()) <= TEXT_BYTES
    for page in rest:
        assert len(RENDERER.text((plain(page), MORE)).encode()) <= TEXT_BYTES


@given(st.text(alphabet="信用修复满三个月。？，1", min_size=1, max_size=4000))
@settings(max_examples=100, deadline=None)
def test_cut_text_is_whole_when_its_pages_are_put_together(text: str) -> None:
    message, rest = RENDERER.render(Reply(ReplyKind.ANSWER, (plain(text, may_cut=True),)), MORE, 0)
    first = words_of(message.content).removesuffix("\n\n" + MORE.text)
    assert first + "".join(rest) == text


@given(replies)
@settings(max_examples=150, deadline=None)
def test_rendered_answer_is_one_well_formed_message(reply: Reply) -> None:
    root = ElementTree.fromstring(to_xml(RENDERER.render(reply, MORE, 5)[0], ASKING))
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert root.findtext("ToUserName") == "o-a"


def test_long_answer_is_cut_at_a_sentence_and_keeps_its_basis() -> None:
    long = "这是一句不短的话，说的是信用修复的一个要点。" * 60
    reply = Reply(ReplyKind.ANSWER, (plain(long, may_cut=True), plain("依据：《信用修复管理办法》")))
    message, rest = RENDERER.render(reply, MORE, 0)
    text = message.content
    assert rest
    assert "依据：《信用修复管理办法》" in text
    assert words_of(text).split("\n\n")[0].endswith("。")


def test_user_text_cannot_become_a_link() -> None:
    text = RENDERER.text((plain('<a href="https://evil.example">点我</a>'),))
    assert "<a" not in text
    assert words_of(text) == '<a href="https://evil.example">点我</a>'


def test_choice_becomes_a_link_that_says_its_words() -> None:
    text = RENDERER.text((Choices((Choice("修复要交什么材料", "policy:x"),)),))
    assert re.fullmatch(
        r'<a href="weixin://bizmsgmenu\?msgmenucontent=修复要交什么材料&msgmenuid=1">1 修复要交什么材料</a>',
        text,
    )
