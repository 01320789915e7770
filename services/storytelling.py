"""A wish for a story → the story to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.dialog import StoryWish
from domain.entries import Category, Library, Place, Story

_BUSINESS = "平常话"  # the words of everyday business, which wish for nothing
_LAST_MARKS = "吗呢吧？?。 "


def wish_of(text: str, library: Library) -> StoryWish:
    """Read theme, place and kind out of a resident's words, by ``themes.yaml`` and ``facets.yaml``;
    when they say nothing, a word that stands in a story itself (卖药, 达拉特旗)."""
    themes = _themes_in(text, library)
    place = next((p.value for p in Place if _says(text, library.facets.get(p.label, ()))), "")
    category = next((c.value for c in Category if _says(text, library.facets.get(c.label, ()))), "")
    wish = StoryWish(themes, place, category)
    left = leftover_of(text, library)
    if wish.is_any and len(left) > 1 and any(left in _words_of(story) for story in library.stories.values()):
        return StoryWish(mention=left)
    return wish


def is_wish(text: str, library: Library) -> bool:
    """Whether somebody asks for a story without the word: 讲个卖东西不骗人的, 有没有说话算话的人, 讲讲韩信."""
    if _is_name(leftover_of(text, library), library):
        return True
    facets = library.facets
    is_about_people = text.rstrip(_LAST_MARKS).endswith("的") or _says(text, facets.get("人和事", ()))
    if (
        is_about_people
        and _says(text, facets.get("问有没有", ()))
        and _says(text, facets.get("怎样的人", ()))
    ):
        return True
    if not _says(text, facets.get("想听", ())):
        return False
    wish = wish_of(text, library)
    return bool(wish.themes or wish.place or wish.category)


def is_nothing_but_wish(text: str, library: Library) -> bool:
    """Whether the words of a wish for a story are all that was said, so that it can be about nothing else."""
    if not is_wish(text, library):
        return False
    wishing = [words for name, words in library.facets.items() if name != _BUSINESS]
    told = [(theme, *words) for theme, words in library.themes.items()]
    for word in sorted({word for words in (*wishing, *told) for word in words}, key=len, reverse=True):
        text = text.replace(word, "")
    return len(text.strip(_LAST_MARKS)) <= 1


def _themes_in(text: str, library: Library) -> tuple[str, ...]:
    """Themes whose words stand in ``text``; one inside a longer one (骗人 in 不骗人) says nothing."""
    said = {
        theme: [word for word in (theme, *words) if word in text] for theme, words in library.themes.items()
    }
    longer = {word for words in said.values() for word in words}
    return tuple(
        theme
        for theme, words in said.items()
        if any(not any(word != other and word in other for other in longer) for word in words)
    )


def leftover_of(text: str, library: Library) -> str:
    """What is left of a request once the words that only ask for a story are taken out."""
    for word in sorted(library.facets.get("讲故事", ()), key=len, reverse=True):
        text = text.replace(word, "")
    return text


def pick_story(wish: StoryWish, told: Sequence[str], library: Library, seed: int) -> Story | None:
    """The story that fits ``wish`` best and was not told yet; when all were, the one told longest ago.

    None when no story fits at all. The same arguments always pick the same story.
    """
    scored = {story.id: _fit(story, wish) for story in library.stories.values()}
    fitting = [ident for ident, score in scored.items() if score > 0]
    fresh = [ident for ident in fitting if ident not in told]
    if fresh:
        best = max(scored[ident] for ident in fresh)
        lot = [ident for ident in fresh if scored[ident] == best]
        return library.stories[lot[seed % len(lot)]]
    oldest = next((ident for ident in told if ident in fitting), None)
    return library.stories[oldest] if oldest else None


def _fit(story: Story, wish: StoryWish) -> int:
    """How well a story fits: 0 not at all, else one more than the themes that are shared; a story about who was
    named before those that only mention them, and the one to their credit before a warning.
    """
    if wish.mention and wish.mention not in _words_of(story):
        return 0
    if wish.place and story.place.value != wish.place:
        return 0
    if wish.category and story.category.value != wish.category:
        return 0
    shared = len(set(wish.themes) & set(story.themes))
    if wish.themes and not shared:
        return 0
    is_good_of_them = wish.mention in story.people and story.category is not Category.WARNING
    return 1 + shared + (wish.mention in story.people) + is_good_of_them


def _is_name(word: str, library: Library) -> bool:
    return any(word in story.people for story in library.stories.values())


def _words_of(story: Story) -> str:
    return f"{story.title}{story.summary}{story.teaser}{story.source}{story.body}"


def _says(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)
