"""A wish for a story → the story to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.dialog import StoryWish
from domain.entries import Category, Library, Place, Story


def wish_of(text: str, library: Library) -> StoryWish:
    """Read theme, place and kind out of a resident's words, by ``themes.yaml`` and ``facets.yaml``."""
    themes = tuple(theme for theme, words in library.themes.items() if _says(text, (theme, *words)))
    place = next((p.value for p in Place if _says(text, library.facets.get(p.label, ()))), "")
    category = next((c.value for c in Category if _says(text, library.facets.get(c.label, ()))), "")
    return StoryWish(themes, place, category)


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
    """How well a story fits: 0 not at all; a wish for anything fits every story alike."""
    if wish.place and story.place.value != wish.place:
        return 0
    if wish.category and story.category.value != wish.category:
        return 0
    shared = len(set(wish.themes) & set(story.themes))
    return 0 if wish.themes and not shared else 1 + shared


def _says(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)
