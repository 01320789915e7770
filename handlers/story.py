"""A story by name, by what happens in it, by theme or place, or just another one."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.dialog import StoryWish
from domain.effects import Asked
from domain.entries import Story
from domain.replies import Block, Card, Reply, ReplyKind, plain
from handlers.turn import Outcome, Turn
from services.storytelling import leftover_of, pick_story, wish_of


def handle(turn: Turn) -> Outcome:
    """Tell the story that was found, or find one for the wish in the words."""
    if turn.target.kind == "story":
        return _tell(turn, turn.library.stories[turn.target.id], turn.dialog.wish)
    return _grant(turn)


def _grant(turn: Turn) -> Outcome:
    named = _named(turn, turn.desk.index.answer_threshold)
    if named:
        return _tell(turn, named, StoryWish())
    wish = wish_of(turn.text, turn.library)
    left = leftover_of(turn.text, turn.library)
    if wish.is_any and len(left) > 1 and (likely := _named(turn, turn.desk.index.clarify_threshold)):
        return _tell(turn, likely, StoryWish())
    if wish.is_any and not left:
        wish = _another(turn)
    story = pick_story(wish, turn.dialog.told, turn.library, turn.seed)
    if story is None:
        story = pick_story(StoryWish(), turn.dialog.told, turn.library, turn.seed)
        return _tell(turn, story, StoryWish(), lead="story.none_like_that") if story else _nothing(turn)
    lead = "story.not_found" if wish.is_any and len(left) > 1 else ""
    return _tell(turn, story, wish, lead)


def _another(turn: Turn) -> StoryWish:
    """What 换一个 asks for after a story: one more of that kind. After the story of a name, any other will do."""
    is_after_story = turn.dialog.topic.startswith("story:")
    return replace(turn.dialog.wish, mention="") if is_after_story else StoryWish()


def _named(turn: Turn, threshold: float) -> Story | None:
    """The story the matcher found in the words, if it is that sure and no other entry comes first."""
    best = next(iter(turn.found.match.candidates), None) if turn.found.match else None
    if best is None or best.confidence < threshold:
        return None
    kind, ident = targets.parse_target(best.id)
    return turn.library.stories.get(ident) if kind == "story" else None


def _tell(turn: Turn, story: Story, wish: StoryWish, lead: str = "") -> Outcome:
    texts = turn.texts
    blocks: tuple[Block, ...] = (
        *((texts.paragraph(lead),) if lead else ()),
        plain(texts.line("story.title", title=story.title, hook=story.hook)),
        plain(story.teaser, may_cut=True),
        texts.paragraph("story.source", source=story.source, id=story.id, minutes=story.minutes),
        texts.paragraph("story.another"),
    )
    target = targets.story(story.id)
    reply = Reply(
        ReplyKind.STORY,
        blocks,
        id=target,
        title=story.title,
        confidence=turn.found.confidence,
        card=None if lead else _card(turn, story),
    )
    dialog = replace(turn.dialog, choices=(), wish=wish).having_told(story.id).about(target, turn.second)
    return Outcome(reply, dialog, (Asked(target),))


def _card(turn: Turn, story: Story) -> Card:
    title = turn.texts.line("story.title", title=story.title, hook=story.hook)
    return Card(title, story.summary, f"/p/stories/{story.id}", f"/static/covers/{story.id}.png")


def _nothing(turn: Turn) -> Outcome:
    return Outcome(Reply(ReplyKind.STORY, (turn.texts.paragraph("story.empty"),)), turn.dialog)
