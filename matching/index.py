"""A base of questions → an index that understands what residents type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matching.base import Base, build_base
from matching.clauses import focus, has_content, is_follow_up, split_questions, subject
from matching.evidence import NAMES, Question, covered
from matching.fitting import REFUSED, fitted, stamp_of
from matching.model import Model, Ranking, confidences, rank, shipped
from matching.normal import dropped, normalise
from matching.reading import Reader
from matching.retrieval import Found, find
from matching.types import Candidate, Decision, Item, Match, Token

SHOWN = 10
SUBJECT_WORDS = (2, 1)  # how many words of the topic are put before a follow-up; the surer reading counts
CLOSE = 0.6  # a runner-up this near to the best one (ratio) makes an unsure answer a choice


@dataclass(frozen=True, slots=True)
class _Answer:
    """One text looked up: what was found, in which order, how sure."""

    found: Found
    ranking: Ranking
    confidence: tuple[float, ...]


class Index:
    """Immutable; any number of threads may read it."""

    def __init__(self, base: Base, reader: Reader, model: Model) -> None:
        self._base = base
        self._reader = reader
        self._model = model
        self._place = {name: number for number, name in enumerate(base.ids)}
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
    ) -> Index:
        """Read all questions; fit ``model`` (or the shipped one) to this base, or take the fit from a cache.

        ``refused``: the share of the base's own questions that get no answer once their item is hidden, 0..1.
        """
        reader = Reader(lexicon)
        base = build_base(items, reader, normalise)
        name = f"ranker-{stamp_of(items, lexicon)}-{refused:.3f}.json" if cache_dir else ""
        path = cache_dir / name if cache_dir else None
        return cls(base, reader, fitted(base, model or shipped(), reader, path, refused))

    def match(self, text: str, *, topic: str | None = None, explain: bool = False) -> Match:
        """Rank the items for a text. ``topic``: the item just answered, for short follow-ups."""
        plain = normalise(text)
        answer = self._look_up(plain)
        if topic in self._place and is_follow_up(plain):
            followed = self._follow(plain, str(topic))
            if followed and (answer is None or self._prefers(followed, answer, plain)):
                return replace(self._tell(text, plain, followed, explain), reason="follow_up")
        both = self._both(text, plain, split_questions(text), explain)
        if both is not None:
            return both
        for shorter in focus(text):
            other = self._look_up(normalise(shorter))
            if other and (answer is None or other.confidence[0] > answer.confidence[0]):
                answer = other
        return self._tell(text, plain, answer, explain)

    def _prefers(self, followed: _Answer, alone: _Answer, plain: str) -> bool:
        """A text with words of its own follows the topic only where it says little alone."""
        if followed.confidence[0] < self._model.clarify:
            return False
        if not has_content(self._reader.read(plain)):
            return True
        return alone.confidence[0] < min(self._model.answer, followed.confidence[0])

    def _look_up(self, plain: str, hidden: int = -1) -> _Answer | None:
        if not plain:
            return None
        found = find(self._base, self._reader.read(plain, spoken=True), hidden_item=hidden)
        if found is None:
            return None
        ranking = rank(found, self._model.ranker)
        return _Answer(found, ranking, tuple(confidences(ranking, self._model.acceptance, SHOWN).tolist()))

    def _follow(self, plain: str, topic: str) -> _Answer | None:
        """The text looked up with the topic's subject before it.

        The topic itself is looked at only when one of its questions asks the same kind of thing.
        """
        item = self._place[topic]
        rows = range(self._base.first[item], self._base.first[item + 1])
        asked = self._reader.read(plain).types
        hidden = -1 if any(int(self._base.types[row]) & asked for row in rows) else item
        readings = [self._reader.read(self._base.texts[row]) for row in rows]
        answers = [self._look_up(subject(readings, most) + plain, hidden) for most in SUBJECT_WORDS]
        return max(filter(None, answers), key=lambda one: one.confidence[0], default=None)

    def _both(self, text: str, plain: str, parts: Sequence[str], explain: bool) -> Match | None:
        """Two questions that are clear by themselves are both offered."""
        if len(parts) < 2:
            return None
        answers = [self._look_up(normalise(part)) for part in parts]
        clear = [answer for answer in answers if answer and answer.confidence[0] >= self._model.answer]
        best = {int(answer.ranking.items[0]): answer for answer in clear}
        if len(best) < 2:
            return None
        firsts = [self._candidates(answer, explain)[0] for answer in best.values()]
        firsts.sort(key=lambda candidate: -candidate.confidence)
        lead = clear[0]
        tokens = self._tokens(text, lead.found.question, int(lead.found.rows[lead.ranking.best[0]]), explain)
        return Match(text, plain, tokens, tuple(firsts), Decision.CLARIFY, "two_questions")

    def _tell(self, text: str, plain: str, answer: _Answer | None, explain: bool) -> Match:
        if answer is None:
            return Match(text, plain, (), (), Decision.REJECT, "unknown" if plain else "empty")
        decision, reason = self._decide(answer)
        row = int(answer.found.rows[answer.ranking.best[0]])
        tokens = self._tokens(text, answer.found.question, row, explain)
        return Match(text, plain, tokens, self._candidates(answer, explain), decision, reason)

    def _decide(self, answer: _Answer) -> tuple[Decision, str]:
        first = answer.confidence[0]
        second = answer.confidence[1] if len(answer.confidence) > 1 else 0.0
        if first >= self._model.answer:
            return Decision.ANSWER, "clear"
        if first < self._model.clarify:
            top = answer.found.evidence[answer.ranking.best[0]]
            uncovered = top[NAMES.index("worst_asked")] > CLOSE
            return Decision.REJECT, "uncovered_words" if uncovered else "weak"
        return Decision.CLARIFY, "close_runner_up" if second > CLOSE * first else "unsure"

    def _candidates(self, answer: _Answer, explain: bool) -> tuple[Candidate, ...]:
        base, found, ranking = self._base, answer.found, answer.ranking
        told = []
        for place, confidence in enumerate(answer.confidence):
            best = int(ranking.best[place])
            name, question = base.ids[ranking.items[place]], base.raw[found.rows[best]]
            if explain:
                numbers = dict(zip(NAMES, map(float, found.evidence[best]), strict=True))
                told.append(
                    Candidate(name, confidence, question, numbers | {"ranker": float(ranking.scores[place])})
                )
            else:
                told.append(Candidate(name, confidence, question))
        return tuple(told)

    def _tokens(self, text: str, question: Question, row: int, explain: bool) -> tuple[Token, ...]:
        if not explain:
            return ()
        hits = covered(self._base, question, row)
        seen = dict(zip(question.words, hits, strict=True))
        kept = [Token(word, "hit" if seen.get(word) else "kept") for word in question.reading.words]
        gone = [Token(word, "dropped") for word in dropped(text)]
        return (*gone, *kept)
