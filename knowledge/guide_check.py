"""The guides of a library → what is wrong with them: dead ends, endless ways, too long an answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from domain import targets
from domain.entries import Citation, Library
from domain.errors import Problem
from domain.guides import MOST_STEPS, Answers, End, Guide, Option, Step, recorded, ways
from domain.reckoning import COMPUTATIONS
from knowledge.check import MIN_ASKS, TITLE_LIMIT, check_length
from knowledge.readable import guide_file
from knowledge.texts import slots_of

MOST_CHOICES = 5
LABEL_LIMIT = 12
QUESTION_LIMIT = 60
END_BYTES = 2048
LINK_BYTES = 80  # what a clickable choice costs besides its words, said twice
FRAME_BYTES = 520  # the lines around an end: what to do next, caveat, back, from the start
FIXED_SLOTS = frozenset({"city"})


def check_guides(library: Library) -> list[Problem]:
    """Every rule for guides; an empty list means they can be walked."""
    problems: list[Problem] = []
    for guide in library.guides.values():
        faults = [*_names(guide), *_head(guide, library), *_steps(guide, library)]
        faults = faults or [*_reach(guide)]
        problems += faults or [*_ends(guide, library)]
    return problems


def _head(guide: Guide, library: Library) -> Iterator[Problem]:
    file = guide_file(guide)
    taken = {name for policy in library.policies.values() for name in (policy.title, policy.question)}
    taken |= {story.title for story in library.stories.values()}
    taken |= {word for intent in library.intents.values() for word in intent.exact}
    taken |= {
        word for other in library.guides.values() if other != guide for word in (other.title, *other.exact)
    }
    for name in sorted({guide.title, *guide.exact} & taken):
        yield Problem(file, "exact", f"“{name}”已经是别的条目的叫法，换一个")
    yield from check_length(file, "title", guide.title, TITLE_LIMIT)
    if len(set(guide.asks)) < MIN_ASKS:
        yield Problem(file, "asks", f"现在 {len(set(guide.asks))} 种问法，至少 {MIN_ASKS} 种")
    if guide.review_by <= guide.reviewed_on:
        yield Problem(file, "review_by", "应晚于 reviewed_on")


def _names(guide: Guide) -> Iterator[Problem]:
    file = guide_file(guide)
    if not guide.steps or not guide.ends:
        yield Problem(file, "steps", "至少要有一步和一个结果")
    names = [place.id for place in guide.places]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(file, f"steps.{name}", "这个名字用了两次，换一个")


def _steps(guide: Guide, library: Library) -> Iterator[Problem]:
    for step in guide.steps:
        file, field = guide_file(guide), f"steps.{step.id}"
        yield from check_length(file, f"{field}.question", step.question, QUESTION_LIMIT)
        yield from _basis(file, field, step.basis, library)
        if not step.following and not any(option.opens for option in step.choices):
            yield Problem(file, field, "这一步没有出路，写 choices 或 date_then")
        if len(step.choices) > MOST_CHOICES:
            yield Problem(file, f"{field}.choices", f"现在 {len(step.choices)} 个，最多 {MOST_CHOICES} 个")
        for name in step.following:
            if guide.place(name) is None:
                yield Problem(file, field, f"要去的“{name}”不在 steps 和 ends 里")
        for option in step.choices:
            yield from _option(file, f"{field}.{option.label}", option, library)
        recorded = [option.recorded for option in step.choices if option.next]
        if len(set(recorded)) < len(recorded):
            yield Problem(file, f"{field}.choices", "去同一处的几个选项，要各写一个不同的 value")


def _option(file: str, field: str, option: Option, library: Library) -> Iterator[Problem]:
    yield from check_length(file, field, option.label, LABEL_LIMIT)
    if bool(option.next) == bool(option.opens):
        yield Problem(file, field, "next 和 opens 写一样")
    if option.opens:
        yield from _target(file, field, option.opens, library)


def _target(file: str, field: str, text: str, library: Library) -> Iterator[Problem]:
    kind, ident = targets.parse_target(text)
    known: dict[str, Collection[str]] = {
        "guide": library.guides,
        "policy": library.policies,
        "intent": library.intents,
    }
    if ident not in known.get(kind, ()):
        yield Problem(file, field, f"没有 {text}；写 guide:、policy: 或 intent: 加编号")


def _basis(file: str, field: str, basis: tuple[Citation, ...], library: Library) -> Iterator[Problem]:
    for citation in basis:
        if citation.document not in library.documents:
            yield Problem(file, f"{field}.basis", f"documents.yaml 里没有 {citation.document}")
        elif library.documents[citation.document].is_repealed:
            yield Problem(file, f"{field}.basis", f"{citation.document} 已废止，不能当现行依据")


def _reach(guide: Guide) -> Iterator[Problem]:
    """Whether everything can be reached, and no way is endless."""
    reached: set[str] = set()
    stack: list[tuple[str, ...]] = [(guide.steps[0].id,)]
    while stack:
        way = stack.pop()
        reached.add(way[-1])
        place = guide.place(way[-1])
        following = place.following if isinstance(place, Step) else ()
        if len(way) > MOST_STEPS and following:
            told = f"走到这里已超过 {MOST_STEPS} 步，缩短或看看是不是绕圈"
            yield Problem(guide_file(guide), f"steps.{way[-1]}", told)
            return
        stack += [(*way, name) for name in following]
    for place in guide.places:
        if place.id not in reached:
            yield Problem(guide_file(guide), f"steps.{place.id}", "没有一步通到这里，删去或接上")


def _ends(guide: Guide, library: Library) -> Iterator[Problem]:
    leading: dict[str, list[Answers]] = {}
    for answers, end in ways(guide):
        leading.setdefault(end.id, []).append(answers)
    for end in guide.ends:
        file, field = guide_file(guide), f"ends.{end.id}"
        yield from _basis(file, field, end.basis, library)
        if not end.basis:
            yield Problem(file, f"{field}.basis", "至少写一份依据")
        for ident in end.related:
            if ident not in library.policies:
                yield Problem(file, f"{field}.related", f"没有 {ident} 这一条")
        for target in end.opens:
            yield from _target(file, f"{field}.opens", target, library)
        yield from _computed(file, field, guide, end, leading.get(end.id, []))
        yield from _fit(file, field, end, library)


def _computed(file: str, field: str, guide: Guide, end: End, leading: list[Answers]) -> Iterator[Problem]:
    if end.compute and end.compute not in COMPUTATIONS:
        yield Problem(file, f"{field}.compute", f"没有这种算法，只能写：{'、'.join(sorted(COMPUTATIONS))}")
        return
    known = COMPUTATIONS.get(end.compute)
    cases, slots = (known.cases, known.slots) if known else (frozenset(), frozenset())
    if {case.name for case in end.cases} != cases:
        yield Problem(file, f"{field}.cases", f"应正好写这几种：{'、'.join(sorted(cases)) or '不用写'}")
    allowed = slots | FIXED_SLOTS
    for name in sorted(_slots(end) - allowed):
        yield Problem(file, field, f"“{{{name}}}”没有人填，可用的有：{'、'.join(sorted(allowed))}")
    needs = known.needs if known else frozenset()
    for answers in leading:
        if missing := needs - recorded(guide, answers).keys():
            yield Problem(file, f"{field}.compute", f"有一条路没有问到：{'、'.join(sorted(missing))}")
            return


def _slots(end: End) -> frozenset[str]:
    return slots_of("".join((end.text, *(case.text for case in end.cases))))


def _fit(file: str, field: str, end: End, library: Library) -> Iterator[Problem]:
    """No end may need a second message; links and list are counted as WeChat counts them, roughly."""
    longest = max((end.told(case.name) for case in end.cases), key=len, default=end.told(""))
    titles = [library.policies[i].title for i in end.related if i in library.policies]
    size = len(longest.encode()) + LINK_BYTES * len(re.findall(r"\]\(", longest))
    size += sum(2 * len(title.encode()) + LINK_BYTES for title in (*titles, *end.opens))
    size += sum(len(f"《{library.documents[c.document].title}》{c.article}\n".encode()) for c in end.basis)
    size += FRAME_BYTES
    if size > END_BYTES:
        yield Problem(file, field, f"发出来约 {size} 字节，微信一条最多 {END_BYTES}，请缩短")
