"""A loaded library → the faults that only show when the files are seen together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from domain.entries import Library, Policy, Story
from domain.errors import Problem
from domain.opening import is_span
from domain.targets import parse_target
from knowledge.readable import policy_file, story_file
from knowledge.word_check import check_words

TITLE_LIMIT = 14
ANSWER_LIMIT = 60
DETAIL_LIMIT = 160
MIN_ASKS = 6
SCENES = "knowledge/scenes.yaml"
_SCENE = re.compile(r"[a-z][a-z0-9_]{0,63}")
MIN_STORY, MAX_STORY = 400, 900
_TAIL = re.compile(r"[。？！”）》]$")


def check_library(library: Library) -> list[Problem]:
    """Every cross-file rule; an empty list means the library may be served."""
    problems: list[Problem] = []
    problems += _unique_titles(library)
    problems += _unique_asks(library)
    problems += _targets(library)
    problems += _scenes(library)
    problems += _windows(library)
    problems += _handover(library)
    problems += _pushes(library)
    problems += check_words(library)
    for policy in library.policies.values():
        problems += _policy(policy, library)
    for story in library.stories.values():
        problems += _story(story, library)
    return problems


def _unique_titles(library: Library) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    entries = [(policy_file(p), p.title) for p in library.policies.values()]
    entries += [(story_file(s), s.title) for s in library.stories.values()]
    for file, title in entries:
        if title in seen:
            yield Problem(file, "title", f"和 {seen[title]} 同名，点选时分不开，换一个")
        seen[title] = file


def _targets(library: Library) -> Iterator[Problem]:
    """What is offered by its name must be there."""
    offered = [(f"knowledge/intents/{i.id}.yaml", "choices", i.choices) for i in library.intents.values()]
    offered.append(("knowledge/popular.yaml", "items", library.popular))
    offered += [(f"{SCENES}#{scene.id}", "target", (scene.target,)) for scene in library.scenes.values()]
    shelves: dict[str, Collection[str]] = {
        "policy": library.policies,
        "story": library.stories,
        "intent": library.intents,
        "guide": library.guides,
    }
    for file, field, names in offered:
        for name in names:
            kind, ident = parse_target(name)
            if ident not in shelves.get(kind, ()):
                yield Problem(file, field, f"没有 {name} 这一条")


def _scenes(library: Library) -> Iterator[Problem]:
    """A scene is printed on paper: its name has to suit the platform and everybody's keyboard."""
    for scene in library.scenes.values():
        if not _SCENE.fullmatch(scene.id):
            yield Problem(
                f"{SCENES}#{scene.id}", "", "编号只用小写字母、数字、下划线，以字母开头，最多 64 个"
            )
        if not scene.title:
            yield Problem(f"{SCENES}#{scene.id}", "title", "写清这个码贴在哪里")


def _windows(library: Library) -> Iterator[Problem]:
    """Whoever scans in the hall of any window gets to the right thing."""
    titles = {scene.title for scene in library.scenes.values()}
    for window in library.city.windows:
        if window.name not in titles:
            yield Problem(SCENES, "", f"没有{window.name}的码，加一条，title 写窗口的名字")


def _handover(library: Library) -> Iterator[Problem]:
    city = library.city
    reasons = {
        "days": "至少写一天，如 [周一, 周二]",
        "opens": "应是 '09:00' 这样的时间，放进单引号里",
        "closes": "应是 '17:30' 这样的时间，放进单引号里，晚于 opens",
    }
    for number, line in enumerate(city.handover_hours, start=1):
        for field in line.faults:
            yield Problem("city.yaml", f"handover_hours.{number}.{field}", reasons[field])
    if city.handover == "platform" and not city.handover_hours:
        yield Problem("city.yaml", "handover_hours", "handover 是 platform 时，要写哪几天几点有人")


def _pushes(library: Library) -> Iterator[Problem]:
    pushes = library.city.pushes
    for name, template in (("notice", pushes.notice), ("template", pushes.template)):
        for field in template.faults():
            reason = "照公众平台上模板的字段写，如 {character_string1: 编号, thing2: 进展, time3: 时间}"
            yield Problem("city.yaml", f"pushes.{name}.{field}", reason)
    if not is_span(pushes.opens, pushes.closes):
        yield Problem("city.yaml", "pushes.opens", "opens、closes 应是 '08:30' 这样的时间，closes 晚于 opens")


def _unique_asks(library: Library) -> Iterator[Problem]:
    """The same words in two entries could only be answered by chance."""
    seen: dict[str, str] = {}
    entries = [(policy_file(p), p.asks) for p in library.policies.values()]
    entries += [(story_file(s), s.asks) for s in library.stories.values()]
    entries += [(f"knowledge/intents/{i.id}.yaml", i.asks) for i in library.intents.values()]
    for file, asks in entries:
        for ask in asks:
            if seen.setdefault(ask, file) != file:
                yield Problem(file, "asks", f"“{ask}”在 {seen[ask]} 里也有，只留一处")


def _policy(policy: Policy, library: Library) -> Iterator[Problem]:
    file = policy_file(policy)
    yield from check_length(file, "title", policy.title, TITLE_LIMIT)
    yield from check_length(file, "answer", policy.answer, ANSWER_LIMIT)
    yield from check_length(file, "detail", policy.detail, DETAIL_LIMIT)
    yield from _sentence(file, "answer", policy.answer)
    yield from _asks(file, policy.asks)
    yield from _related(file, policy.related, policy.id, library.policies)
    for citation in policy.basis:
        if citation.document not in library.documents:
            yield Problem(file, "basis.document", f"documents.yaml 里没有 {citation.document}")
        elif library.documents[citation.document].is_repealed and policy.standing.value == "in_force":
            yield Problem(file, "basis.document", f"{citation.document} 已废止，不能当现行依据")
    if not policy.basis:
        yield Problem(file, "basis", "至少写一份依据")
    if policy.review_by <= policy.reviewed_on:
        yield Problem(file, "review_by", "应晚于 reviewed_on")
    if policy.guide and policy.guide not in library.guides:
        yield Problem(file, "guide", f"knowledge/guides 里没有 {policy.guide}")
    if policy.expires_on and not policy.expired_answer:
        yield Problem(file, "expired_answer", "有 expires_on，就要写过期后怎么答")


def _story(story: Story, library: Library) -> Iterator[Problem]:
    file = story_file(story)
    yield from check_length(file, "title", story.title, 10)
    yield from check_length(file, "hook", story.hook, 14)
    yield from check_length(file, "summary", story.summary, 40)
    yield from check_length(file, "teaser", story.teaser, 120)
    yield from check_length(file, "moral", story.moral, 40)
    yield from check_length(file, "cover.character", story.cover.character, 1)
    yield from _sentence(file, "teaser", story.teaser)
    yield from _asks(file, story.asks)
    yield from _related(file, story.related, story.id, library.stories)
    size = len(re.sub(r"\s", "", story.body))
    if not MIN_STORY <= size <= MAX_STORY:
        yield Problem(file, "正文", f"现在 {size} 字，应在 {MIN_STORY} 到 {MAX_STORY} 字之间")
    for theme in story.themes:
        if theme not in library.themes:
            yield Problem(file, "themes", f"themes.yaml 里没有“{theme}”")
    if not story.themes:
        yield Problem(file, "themes", "至少写一个主题")


def check_length(file: str, field: str, text: str, limit: int) -> Iterator[Problem]:
    if len(text) > limit:
        yield Problem(file, field, f"现在 {len(text)} 字，最多 {limit} 字")


def _sentence(file: str, field: str, text: str) -> Iterator[Problem]:
    if not _TAIL.search(text):
        yield Problem(file, field, "应是完整的一句话，以句号收尾")


def _asks(file: str, asks: tuple[str, ...]) -> Iterator[Problem]:
    if len(asks) < MIN_ASKS:
        yield Problem(file, "asks", f"现在 {len(asks)} 种问法，至少 {MIN_ASKS} 种")
    if len(set(asks)) < len(asks):
        yield Problem(file, "asks", "有重复的问法")


def _related(
    file: str, related: tuple[str, ...], own: str, known: dict[str, Policy] | dict[str, Story]
) -> Iterator[Problem]:
    for other in related:
        if other == own or other not in known:
            yield Problem(file, "related", f"没有 {other} 这一条" if other != own else "不用写自己")
