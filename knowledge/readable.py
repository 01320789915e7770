"""A library → every text of it that a resident can read, with the file and field it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.entries import Intent, Library, Policy, Story
from domain.guides import Guide


@dataclass(frozen=True, slots=True)
class Readable:
    """One text as an editor wrote it. What residents are expected to say (asks, words) is none."""

    file: str
    field: str
    text: str


def readable(library: Library) -> Iterator[Readable]:
    """Answers, stories, guides, fixed replies, sentences, sayings, in this order."""
    for policy in library.policies.values():
        yield from _policy(policy)
    for story in library.stories.values():
        yield from _story(story)
    for guide in library.guides.values():
        yield from _guide(guide)
    for intent in library.intents.values():
        yield from _intent(intent)
    for key, text in library.texts.items():
        name, _, field = key.partition(".")
        yield Readable(f"knowledge/texts/{name}.yaml", field, text)
    for number, saying in enumerate(library.sayings, start=1):
        yield Readable("knowledge/sayings.yaml", f"第 {number} 条", f"{saying.text}\n{saying.meaning}")


def policy_file(policy: Policy) -> str:
    return f"knowledge/policies/{policy.topic.value}/{policy.id}.md"


def story_file(story: Story) -> str:
    return f"knowledge/stories/{story.id}.md"


def guide_file(guide: Guide) -> str:
    return f"knowledge/guides/{guide.id}.yaml"


def _policy(policy: Policy) -> Iterator[Readable]:
    file = policy_file(policy)
    fields = {
        "title": policy.title,
        "answer": policy.answer,
        "expired_answer": policy.expired_answer,
        "detail": policy.detail,
        "正文": policy.body,
    }
    yield from (Readable(file, field, text) for field, text in fields.items() if text)


def _story(story: Story) -> Iterator[Readable]:
    file = story_file(story)
    fields = {
        "title": story.title,
        "hook": story.hook,
        "summary": story.summary,
        "teaser": story.teaser,
        "moral": story.moral,
        "source": story.source,
        "note": story.note,
        "正文": story.body,
        "sayings": "\n".join(f"{saying.text}\n{saying.meaning}" for saying in story.sayings),
    }
    yield from (Readable(file, field, text) for field, text in fields.items() if text)


def _guide(guide: Guide) -> Iterator[Readable]:
    file = guide_file(guide)
    yield Readable(file, "title", guide.title)
    yield Readable(file, "opening", guide.opening)
    for step in guide.steps:
        labels = "\n".join(option.label for option in step.choices)
        yield Readable(file, f"steps.{step.id}", f"{step.question}\n{labels}")
    for end in guide.ends:
        yield Readable(file, f"ends.{end.id}", "\n".join((*(case.text for case in end.cases), end.text)))


def _intent(intent: Intent) -> Iterator[Readable]:
    if intent.reply:
        yield Readable(f"knowledge/intents/{intent.id}.yaml", "reply", intent.reply)
