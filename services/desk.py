"""Knowledge files → a desk that answers from them, swapped whole when the files change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.memory import settle
from domain import targets
from domain.entries import Library
from domain.errors import KnowledgeInvalid, Problem
from domain.replies import ReplyKind
from knowledge.loader import digest_files, load_library
from knowledge.texts import Texts
from matching import Index, Item, installed_encoder, normalise
from services.matches import Matches
from services.phrases import Phrasebook, phrasebook_of

log = structlog.get_logger()

_SHELVES = frozenset({"policy", "story", "intent", "guide"})
# The share of our own questions that is refused once their entry is hidden; chosen on benchmarks/questions.jsonl,
# where 3 % of the questions that nothing answers then get an answer.
REFUSED = 0.8


@dataclass(frozen=True, slots=True)
class Desk:
    """One consistent state of everything known. Never changed; a reload makes another."""

    library: Library
    texts: Texts
    index: Index
    by_title: dict[str, str]
    by_ask: dict[str, str]
    phrases: Phrasebook
    matches: Matches

    def title(self, target: str) -> str:
        """What an entry is called in a list of choices; empty when it is gone."""
        kind, ident = targets.parse_target(target)
        library = self.library
        entry = {
            "policy": library.policies.get(ident),
            "story": library.stories.get(ident),
            "intent": library.intents.get(ident),
            "guide": library.guides.get(ident),
        }.get(kind)
        return entry.title if entry else ""

    def has(self, target: str) -> bool:
        """Whether what a stored choice names is still there."""
        kind, _ = targets.parse_target(target)
        return kind not in _SHELVES or bool(self.title(target))


@dataclass(frozen=True, slots=True)
class Places:
    """Where the knowledge lies, and where computed tables may be kept."""

    knowledge: Path
    city_file: Path
    cache: Path | None = None


def open_desk(places: Places) -> Desk:
    """Load, check and index. Raises ``KnowledgeInvalid``. Takes about a second: not on the event loop."""
    library = load_library(places.knowledge, places.city_file)
    index = Index.build(
        tuple(_items(library)),
        lexicon=library.lexicon,
        cache_dir=places.cache,
        refused=REFUSED,
        encoder=installed_encoder(),
    )
    settle()
    return Desk(
        library,
        Texts(library.texts),
        index,
        dict(_titles(library)),
        {normalise(ask): item.id for item in _items(library) for ask in item.questions},
        phrasebook_of(library.intents.values(), library.facets.get("平常话", ())),
        Matches(index),
    )


def _items(library: Library) -> Iterator[Item]:
    for policy in library.policies.values():
        yield Item(targets.policy(policy.id), (policy.question, policy.title, *policy.asks))
    for story in library.stories.values():
        yield Item(targets.story(story.id), (story.title, *story.asks))
    for intent in library.intents.values():
        if intent.asks:
            yield Item(targets.intent(intent.id), intent.asks)
    for guide in library.guides.values():
        yield Item(targets.guide(guide.id), (guide.title, *guide.asks))


def _titles(library: Library) -> Iterator[tuple[str, str]]:
    """What entries are called. A word that names several things, 征信, is a question back: no command, since
    inside a dialog it is an answer.
    """
    for intent in library.intents.values():
        if intent.kind is ReplyKind.CLARIFY:
            yield from ((normalise(phrase), targets.intent(intent.id)) for phrase in intent.exact)
    for policy in library.policies.values():
        yield normalise(policy.title), targets.policy(policy.id)
        yield normalise(policy.question), targets.policy(policy.id)
    for story in library.stories.values():
        yield normalise(story.title), targets.story(story.id)
    for guide in library.guides.values():
        for name in (guide.title, *guide.exact):
            yield normalise(name), targets.guide(guide.id)


def _refuse_loss(before: Library, after: Library) -> None:
    """A reload may change and add; what the running code says and answers by name must not vanish under it."""
    lost = [
        Problem("knowledge/texts", key, "少了这一句，程序还在用")
        for key in before.texts.keys() - after.texts.keys()
    ]
    lost += [
        Problem(f"knowledge/intents/{ident}.yaml", "", "少了这个文件，程序还在用")
        for ident in before.intents.keys() - after.intents.keys()
    ]
    lost += [
        Problem(f"knowledge/intents/{intent.id}.yaml", "reply", "新的意图要写 reply")
        for intent in after.intents.values()
        if not intent.reply and intent.id not in before.intents
    ]
    if lost:
        raise KnowledgeInvalid(tuple(lost))


class Content:
    """The desk in use. ``refresh`` swaps it for a new one when the files have changed and are sound."""

    def __init__(self, places: Places, desk: Desk) -> None:
        self.places = places
        self.desk = desk
        self.popular: tuple[str, ...] = ()
        self.last_problems: tuple[str, ...] = ()

    @classmethod
    async def open(cls, places: Places) -> Content:
        return cls(places, await asyncio.to_thread(open_desk, places))

    async def refresh(self) -> bool:
        """Look at the files; returns whether another desk is in use now. A bad file keeps the old one."""
        digest = await asyncio.to_thread(digest_files, self.places.knowledge, self.places.city_file)
        if digest == self.desk.library.digest:
            self.last_problems = ()
            return False
        try:
            desk = await asyncio.to_thread(open_desk, self.places)
            _refuse_loss(self.desk.library, desk.library)
            self.desk = desk
        except KnowledgeInvalid as error:
            self.last_problems = tuple(str(problem) for problem in error.problems)
            log.error("knowledge_refused", problems=self.last_problems[:5], count=len(self.last_problems))
            return False
        self.last_problems = ()
        log.info(
            "knowledge_reloaded",
            policies=len(self.desk.library.policies),
            stories=len(self.desk.library.stories),
        )
        return True
