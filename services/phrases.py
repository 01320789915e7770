"""The phrases of all intents → what a message wants, where its words alone say so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain import targets
from domain.entries import Intent
from domain.replies import ReplyKind

_NOT_WORDS = re.compile(r"[\W_]+")
_ADDRESS = ("小助手", "助手", "老师", "小同志", "同志", "机器人", "客服")
_EMPTY_TALK = frozenset({targets.intent("greeting"), targets.intent("acknowledge")})


_HOW_MANY = ("几[天日号]", "几[点个次]", "几时", "几年能", "几年才", "多久", "多少")
_WORDS = (r"[?？]", "吗", "么", "啥", "咋", "谁", "怎", "哪", "为何", *_HOW_MANY)
_ASKING = re.compile("|".join((*_WORDS, r"(.)不\1", "是不是", "有没有")))
_NOT_KNOWN = ("不知道", "不晓得", "不清楚", "弄不清", "搞不清", "记不清", "说不上", "忘了", "没")
_UNTOLD = re.compile(
    rf"(?:{'|'.join(_NOT_KNOWN)})[是为在]?(?:{'|'.join(('哪', '啥', '谁', '几', '有没有'))})"
)


def is_asking(text: str) -> bool:
    """Whether a text asks something; 不知道是哪天 only says that it is not known."""
    return bool(_ASKING.search(_UNTOLD.sub("", text)))


def bare_of(text: str) -> str:
    """The words of a text and nothing else: no punctuation, no spaces, half width, lower case."""
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True, slots=True)
class _Sign:
    """Words anywhere in a message that name an intent: for sure, or loosely, unless others stand there too."""

    target: str
    sure: re.Pattern[str]
    loose: re.Pattern[str]
    unless: re.Pattern[str]
    harmless: re.Pattern[str]

    def is_in(self, bare: str) -> bool:
        meant = self.harmless.sub(" ", bare)
        return bool(self.sure.search(meant) or (self.loose.search(meant) and not self.unless.search(bare)))


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """``exact``: whole messages; ``urgent`` and ``other``: signs, those of emergencies apart."""

    exact: Mapping[str, str]
    urgent_exact: frozenset[str]
    urgent: tuple[_Sign, ...]
    other: tuple[_Sign, ...]

    def emergency(self, bare: str) -> str | None:
        """The emergency that a message tells of."""
        if bare in self.urgent_exact:
            return self.exact[bare]
        return next((sign.target for sign in self.urgent if sign.is_in(bare)), None)

    def sign(self, bare: str) -> str | None:
        """The intent that some words of a message name."""
        return next((sign.target for sign in self.other if sign.is_in(bare)), None)

    def command(self, text: str) -> str | None:
        """The intent of a message that is a known phrase, or several: 好的，谢谢 is a thank-you."""
        if whole := self._known(bare_of(text)):
            return whole
        parts = [self._known(part.casefold()) for part in _NOT_WORDS.split(text) if part]
        known = [part for part in parts if part]
        if not parts or len(known) < len(parts):
            return None
        return next((part for part in reversed(known) if part not in _EMPTY_TALK), known[-1])

    def _known(self, bare: str) -> str | None:
        found = self.exact.get(bare)
        for word in () if found else _ADDRESS:
            found = found or (self.exact.get(bare.replace(word, "")) if word in bare else None)
        return found


def phrasebook_of(intents: Iterable[Intent], calm: Iterable[str] = ()) -> Phrasebook:
    """Collect the phrases; the first intent (by name) that has a phrase keeps it. Questions back have none: a word
    that names several things may be the answer to something that was asked.

    ``calm``: words of everyday business, beside which the loose signs of an emergency mean none.
    """
    exact: dict[str, str] = {}
    urgent_exact: set[str] = set()
    urgent: list[_Sign] = []
    other: list[_Sign] = []
    for intent in intents:
        is_urgent = intent.kind is ReplyKind.EMERGENCY
        is_command = intent.kind is not ReplyKind.CLARIFY
        for phrase in filter(None, map(bare_of, intent.exact)) if is_command else ():
            exact.setdefault(phrase, targets.intent(intent.id))
            urgent_exact |= {phrase} if is_urgent else set()
        if intent.contains or intent.loosely:
            unless = (*intent.unless, *(calm if is_urgent else ()))
            groups = (intent.contains, intent.loosely, unless, intent.harmless)
            sign = _Sign(targets.intent(intent.id), *map(_any_of, groups))
            (urgent if is_urgent else other).append(sign)
    return Phrasebook(exact, frozenset(urgent_exact), tuple(urgent), tuple(other))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the words; of no words, one that is nowhere."""
    patterns = (".{0,6}?".join(re.escape(bare_of(part)) for part in word.split("*")) for word in words)
    return re.compile("|".join(patterns) or r"(?!)")
