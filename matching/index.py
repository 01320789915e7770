"""A base of questions → an index that understands what residents type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from matching.base import Base, Floats, build_base
from matching.clauses import focus, has_content, is_follow_up, split_questions, subject
from matching.evidence import MISSING, NAMES, covered
from matching.fitting import REFUSED, fitted, stamp_of
from matching.model import Model, Ranking, accept, confidences, rank, shipped, shipped_semantic
from matching.normal import dropped, normalise
from matching.reading import Reader, Reading
from matching.retrieval import TOGETHER, Found, Wanted, find
from matching.semantic import Encoder, meaning, vectors_of
from matching.types import Candidate, Decision, Item, Match, Token

SHOWN = 10
SUBJECT_WORDS = (2, 1)  # how many words of the topic are put before a follow-up; the surer reading counts
CLOSE = 0.45  # a runner-up this near to the best one (ratio) makes of an answer a choice
EACH = 0.6  # how sure each of two questions in one message must be
APART = 0.8  # how sure (ratio) a message may be as a whole, beside its surer question, and still be two
UNCOVERED = 0.6  # rarity of asked words that the best question lacks, from which they are told as the reason
MOST_TOGETHER = 64  # questions looked up at once


@dataclass(frozen=True, slots=True)
class _Answer:
    """One text looked up: what was found together with it, in which order, how sure."""

    reading: Reading
    found: Found
    ranking: Ranking
    confidence: tuple[float, ...]
    model: Model  # which judged it

    @property
    def sure(self) -> float:
        return self.confidence[0]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A message and everything that has to be looked up to judge it."""

    text: str
    plain: str
    reading: Reading | None
    followed: tuple[Wanted, ...]  # with the subject of the topic before it
    parts: tuple[Wanted, ...]  # of a message that asks two things
    windows: tuple[Wanted, ...]  # of a long message

    def wanted(self) -> Iterable[Wanted]:
        yield from (Wanted(self.reading),) if self.reading else ()
        yield from self.followed
        yield from self.parts
        yield from self.windows


@dataclass(frozen=True, slots=True)
class _Sense:
    """An encoder, the vectors of the base's questions, and the model that weighs what they add."""

    encoder: Encoder
    vectors: Floats
    model: Model


class Index:
    """Immutable; any number of threads may read it."""

    def __init__(self, base: Base, reader: Reader, model: Model, sense: _Sense | None = None) -> None:
        self._base = base
        self._reader = reader
        self._model = model
        self._sense = sense
        self._place = {name: number for number, name in enumerate(base.ids)}
        self._subjects = lru_cache(maxsize=256)(self._find_subjects)
        self.answer_threshold = model.answer
        self.clarify_threshold = model.clarify

    @classmethod
    def build(
        cls,
        items: Sequence[Item],
        *,
        lexicon: Sequence[str] = (),
        cache_dir: Path | None = None,
        model: Model | None = None,
        refused: float = REFUSED,
        encoder: Encoder | None = None,
    ) -> Index:
        """Read all questions; fit ``model`` (or the shipped one) to this base, or take the fit from a cache.

        ``refused``: the share of the base's own questions that get no answer once their item is hidden, 0..1.
        ``encoder``: one more evidence, asked only where the rest is unsure; it reads the whole base once.
        """
        reader = Reader(lexicon)
        base = build_base(items, reader, normalise)
        stamp = f"{stamp_of(items, lexicon)}-{refused:.3f}.json" if cache_dir else ""
        path = cache_dir / f"ranker-{stamp}" if cache_dir else None
        index = cls(base, reader, fitted(base, model or shipped(), reader, path, refused=refused))
        if encoder is None or not base.size:
            return index
        vectors = vectors_of(base.texts, encoder, cache_dir / "vectors.npz" if cache_dir else None)
        path = cache_dir / f"semantic-{stamp}" if cache_dir else None
        deep = fitted(base, shipped_semantic(), reader, path, refused=refused, vectors=vectors)
        return cls(base, reader, index._model, _Sense(encoder, vectors, deep))

    def match(self, text: str, *, topic: str | None = None, explain: bool = False) -> Match:
        """Rank the items for a text. ``topic``: the item just answered, for short follow-ups."""
        return self.match_many((text,), (topic,), explain=explain)[0]

    def match_many(
        self, texts: Sequence[str], topics: Sequence[str | None] = (), *, explain: bool = False
    ) -> list[Match]:
        """``match`` for several texts at once: the same answers, for less than one by one.

        ``topics``: one a text, or none at all.
        """
        plans = [
            self._plan(text, topic) for text, topic in zip(texts, topics or [None] * len(texts), strict=True)
        ]
        answers = iter(self._look_up([wanted for plan in plans for wanted in plan.wanted()]))
        return [self._judge(plan, [next(answers) for _ in plan.wanted()], explain) for plan in plans]

    def _plan(self, text: str, topic: str | None) -> _Plan:
        plain = normalise(text)
        reading = self._reader.read(plain, spoken=True) if plain else None
        followed: tuple[Wanted, ...] = ()
        if reading and topic in self._place and is_follow_up(plain):
            followed = self._follow(plain, reading, self._place[str(topic)])
        parts = split_questions(text)
        return _Plan(
            text, plain, reading, followed,
            tuple(map(self._want, parts)) if len(parts) > 1 else (),
            tuple(map(self._want, focus(text))),
        )  # fmt: skip

    def _want(self, text: str) -> Wanted:
        return Wanted(self._reader.read(normalise(text), spoken=True))

    def _follow(self, plain: str, reading: Reading, item: int) -> tuple[Wanted, ...]:
        """The text with the topic's subject before it.

        The topic itself is looked at only when one of its questions asks the same kind of thing.
        """
        hidden = -1 if reading.types and self._asks_kind(item, reading.types) else item
        return tuple(
            Wanted(self._reader.read(words + plain, spoken=True), hidden_item=hidden)
            for words in self._subjects(item)
        )

    def _find_subjects(self, item: int) -> tuple[str, ...]:
        """What the questions of an item are about, in more words and in fewer."""
        rows = range(self._base.first[item], self._base.first[item + 1])
        readings = [self._reader.read(self._base.texts[row]) for row in rows]
        return tuple(subject(readings, most) for most in SUBJECT_WORDS)

    def _look_up(self, wanted: Sequence[Wanted]) -> list[_Answer | None]:
        """Each reading's items, best first; None where nothing in the base shares anything with it."""
        answers: list[_Answer | None] = []
        together = max(1, min(MOST_TOGETHER, TOGETHER // max(1, self._base.size)))
        for start in range(0, len(wanted) if self._base.size else 0, together):
            some = wanted[start : start + together]
            told = self._judged(some, find(self._base, some), self._model)
            answers += self._sensed(some, told) if self._sense else told
        return answers or [None] * len(wanted)

    def _judged(self, wanted: Sequence[Wanted], found: Found, model: Model) -> list[_Answer | None]:
        rankings = rank(found, model.ranker)
        sure = accept(found, rankings, model.acceptance)
        return [
            _Answer(one.reading, found, ranking, confidences(ranking, top, SHOWN), model)
            if ranking.items
            else None
            for one, ranking, top in zip(wanted, rankings, sure, strict=True)
        ]

    def _sensed(self, wanted: Sequence[Wanted], answers: list[_Answer | None]) -> list[_Answer | None]:
        """The answers, those that are unsure judged again with the encoder's evidence.

        Texts are encoded one by one: encoders differ in the last digits with the company of a text.
        """
        sense, found = self._sense, next((answer.found for answer in answers if answer), None)
        if sense is None or found is None:
            return answers
        low, high = sense.model.unsure
        unsure = [answer is not None and low <= answer.sure < high for answer in answers]
        if not any(unsure):
            return answers
        asked = [
            sense.encoder([one.reading.text])[0] if is_unsure else None
            for one, is_unsure in zip(wanted, unsure, strict=True)
        ]
        richer = replace(found, meaning=meaning(sense.vectors, found, asked))
        again = self._judged(wanted, richer, sense.model)
        return [new if is_unsure else old for old, new, is_unsure in zip(answers, again, unsure, strict=True)]

    def _judge(self, plan: _Plan, answers: Sequence[_Answer | None], explain: bool) -> Match:
        """What was looked up → one match."""
        if plan.reading is None:
            return self._tell(plan, None, explain)
        answer, rest = answers[0], list(answers[1:])
        follows = [one for one in rest[: len(plan.followed)] if one]
        del rest[: len(plan.followed)]
        if follows:
            followed = max(follows, key=lambda one: one.sure)
            if answer is None or self._prefers(followed, answer, plan.reading):
                return self._followed(plan, followed, explain)
        if plan.parts and (both := self._both(plan, answer, rest[: len(plan.parts)], explain)):
            return both
        for other in rest[len(plan.parts) :]:
            if other and (answer is None or other.sure > answer.sure):
                answer = other
        return self._tell(plan, answer, explain)

    def _followed(self, plan: _Plan, answer: _Answer, explain: bool) -> Match:
        """A follow-up's match; what asks another kind of thing (多久 for 收费吗) is no answer to it."""
        match = self._tell(plan, answer, explain)
        if plan.reading is None or self._asks_kind(answer.ranking.items[0], plan.reading.types):
            return replace(match, reason="follow_up")
        return replace(match, decision=Decision.CLARIFY, reason="follow_up_unanswered")

    def _asks_kind(self, item: int, types: int) -> bool:
        rows = range(self._base.first[item], self._base.first[item + 1])
        return not types or any(int(self._base.types[row]) & types for row in rows)

    def _prefers(self, followed: _Answer, alone: _Answer, reading: Reading) -> bool:
        """A text with words of its own follows the topic only where it says little alone."""
        if followed.sure < followed.model.clarify:
            return False
        return not has_content(reading) or alone.sure < min(alone.model.answer, followed.sure)

    def _both(
        self, plan: _Plan, whole: _Answer | None, answers: Sequence[_Answer | None], explain: bool
    ) -> Match | None:
        """Two questions are both offered where each is clear by itself.

        One that is clear and one worth asking back are offered too, where together they are less clear than the
        one alone: then neither is only the other in more words.
        """
        told = [one for one in answers if one and one.sure >= one.model.clarify and has_content(one.reading)]
        clear = [one for one in told if one.sure >= max(one.model.answer, EACH)]
        best = {answer.ranking.items[0]: answer for answer in told}
        if len(best) < 2 or not clear:
            return None
        surest = max(one.sure for one in clear)
        if len(clear) < len(told) and whole and whole.sure > APART * surest:
            return None
        firsts = [self._candidates(answer, explain)[0] for answer in best.values()]
        firsts.sort(key=lambda candidate: -candidate.confidence)
        tokens = self._tokens(plan.text, clear[0], explain)
        return Match(plan.text, plan.plain, tokens, tuple(firsts), Decision.CLARIFY, "two_questions")

    def _tell(self, plan: _Plan, answer: _Answer | None, explain: bool) -> Match:
        if answer is None:
            reason = "unknown" if plan.plain else "empty"
            return Match(plan.text, plan.plain, (), (), Decision.REJECT, reason)
        decision, reason = self._decide(answer)
        tokens = self._tokens(plan.text, answer, explain)
        return Match(plan.text, plan.plain, tokens, self._candidates(answer, explain), decision, reason)

    def _decide(self, answer: _Answer) -> tuple[Decision, str]:
        second = answer.confidence[1] if len(answer.confidence) > 1 else 0.0
        is_close = second > CLOSE * answer.sure
        if answer.sure >= answer.model.answer and not is_close:
            return Decision.ANSWER, "clear"
        if answer.sure < answer.model.clarify:
            uncovered = answer.found.evidence[MISSING, answer.ranking.best[0]] > UNCOVERED
            return Decision.REJECT, "uncovered_words" if uncovered else "weak"
        return Decision.CLARIFY, "close_runner_up" if is_close else "unsure"

    def _candidates(self, answer: _Answer, explain: bool) -> tuple[Candidate, ...]:
        base, found, ranking = self._base, answer.found, answer.ranking
        told = []
        for place, confidence in enumerate(answer.confidence):
            best = ranking.best[place]
            name, question = base.ids[ranking.items[place]], base.raw[found.rows.rows[best]]
            if explain:
                numbers = dict(zip(NAMES, map(float, found.evidence[:, best]), strict=True))
                numbers["ranker"] = ranking.scores[place]
                told.append(Candidate(name, confidence, question, numbers))
            else:
                told.append(Candidate(name, confidence, question))
        return tuple(told)

    def _tokens(self, text: str, answer: _Answer, explain: bool) -> tuple[Token, ...]:
        if not explain:
            return ()
        row = int(answer.found.rows.rows[answer.ranking.best[0]])
        hits = covered(self._base, answer.reading, row)
        kept = [Token(word, "hit" if word in hits else "kept") for word in answer.reading.words]
        gone = [Token(word, "dropped") for word in dropped(text)]
        return (*gone, *kept)
