"""A guide: short questions that branch and end in an answer; answers given so far → where one stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.entries import Citation

MOST_STEPS = 9  # questions on the longest way through a guide

Answers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a step. It leads to ``next`` inside the guide, or ``opens`` a target outside it.

    ``value`` is what is recorded, by default the name of what follows; ``words`` are other ways to say it.
    """

    label: str
    next: str = ""
    opens: str = ""
    value: str = ""
    words: tuple[str, ...] = ()

    @property
    def recorded(self) -> str:
        return self.value or self.next


@dataclass(frozen=True, slots=True)
class Step:
    """A question with choices. With ``date_then`` a date answers it too, and leads to that step.

    ``records``: the name under which the answer is kept, by default the step's own;
    ``is_ahead``: the day asked for may lie in the future.
    """

    id: str
    question: str
    choices: tuple[Option, ...] = ()
    date_then: str = ""
    is_ahead: bool = False
    records: str = ""
    basis: tuple[Citation, ...] = ()

    def after(self, value: str) -> str | None:
        """The place that ``value`` leads to; None when it answers nothing here."""
        named = {option.recorded: option.next for option in self.choices if option.next}
        chosen = named.get(value)
        if chosen is None and self.date_then and _is_date(value):
            return self.date_then
        return chosen

    @property
    def following(self) -> tuple[str, ...]:
        """Every place that can come next."""
        named = [option.next for option in self.choices if option.next]
        return tuple(dict.fromkeys([*named, *([self.date_then] if self.date_then else [])]))


@dataclass(frozen=True, slots=True)
class Case:
    """What an end says when its computation finds ``name``; ``is_whole``: without the end's own text."""

    name: str
    text: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """Where a way ends: a text with slots, its basis, and what can be done or asked next.

    ``compute`` names a function of ``domain.reckoning``: it picks one of ``cases``, told before ``text``,
    and fills the slots. ``opens``: targets offered before the ``related`` policies.
    """

    id: str
    text: str
    basis: tuple[Citation, ...] = ()
    compute: str = ""
    cases: tuple[Case, ...] = ()
    opens: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    caveat: bool = True

    def told(self, case: str) -> str:
        """The template of what is said in ``case``."""
        found = next((each for each in self.cases if each.name == case), Case("", ""))
        return "\n\n".join(filter(None, (found.text.strip(), "" if found.is_whole else self.text.strip())))


@dataclass(frozen=True, slots=True)
class Guide:
    """A way through a matter. The first step is where everybody begins."""

    id: str
    title: str
    opening: str
    asks: tuple[str, ...]
    steps: tuple[Step, ...]
    ends: tuple[End, ...]
    facts: tuple[str, ...]
    reviewed_on: date
    review_by: date
    exact: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Step | End, ...]:
        """Every step, then every end."""
        return *self.steps, *self.ends

    def place(self, name: str) -> Step | End | None:
        """The step or end of that name."""
        return next((place for place in self.places if place.id == name), None)


def walk(guide: Guide, answers: Answers) -> Step | End:
    """Where one stands after ``answers``. One that no longer fits, and all after it, counts for nothing."""
    return _follow(guide, answers)[0]


def valid(guide: Guide, answers: Answers) -> Answers:
    """The answers that still fit the guide."""
    return answers[: _follow(guide, answers)[1]]


def recorded(guide: Guide, answers: Answers) -> dict[str, str]:
    """The answers by the names under which they are kept."""
    steps = {step.id: step for step in guide.steps}
    return {steps[name].records or name: value for name, value in answers if name in steps}


def ways(guide: Guide) -> Iterator[tuple[Answers, End]]:
    """Every way through a sound guide: its answers, and the end it leads to. Dates are 2026-03-05."""
    yield from _ways_from(guide, ())


def _follow(guide: Guide, answers: Answers) -> tuple[Step | End, int]:
    place: Step | End = guide.steps[0]
    for count, (name, value) in enumerate(answers):
        is_here = isinstance(place, Step) and place.id == name
        following = guide.place(place.after(value) or "") if is_here and isinstance(place, Step) else None
        if following is None:
            return place, count
        place = following
    return place, len(answers)


def _ways_from(guide: Guide, answers: Answers) -> Iterator[tuple[Answers, End]]:
    place = walk(guide, answers)
    if isinstance(place, End):
        yield answers, place
        return
    values = [option.recorded for option in place.choices if option.next]
    for value in (*values, *(["2026-03-05"] if place.date_then else [])):
        yield from _ways_from(guide, (*answers, (place.id, value)))


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
