"""``/p/…``: the pages a resident opens on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from aiohttp import web

from domain.clock import local_day
from domain.entries import Audience, Category, Citation, Document, Library, Saying, Story, Topic
from domain.ids import seed_of
from domain.labels import Labelled
from services.desk import Desk
from web import assets
from web.bodies import BODIES, Bodies, paragraphs
from web.display import LARGEST, SMALLEST, display_of, local_path, remember
from web.figures import figure_of
from web.headers import allow_weixin
from web.health import is_from_here
from web.keys import ASSISTANT
from web.library import LONGEST_QUERY, SHELF, Filter, Shelf, cut, popular_of
from web.templating import add_site, page

POPULAR_CELLS = 5
L = TypeVar("L", bound=Labelled)


async def front(request: web.Request) -> web.Response:
    """Whoever types the bare address gets the simulator on this machine, the library from elsewhere."""
    is_at_home = request.app[ASSISTANT].settings.is_simulated and is_from_here(request)
    raise web.HTTPFound("/simulator" if is_at_home else "/p/policies")


async def policies(request: web.Request) -> web.Response:
    """The library: a search form and its rows."""
    desk, query = _desk(request), request.query
    wanted = Filter(
        query.get("q", "").strip()[:LONGEST_QUERY],
        _member(Audience, query.get("audience", "")),
        _member(Topic, query.get("topic", "")),
    )
    popular = request.app[ASSISTANT].content.popular
    is_all = wanted == Filter()
    found = cut(
        request.app[SHELF].search(desk, wanted, () if is_all else popular), _number(query.get("page", ""))
    )
    return page(
        request,
        "policies.html",
        wanted=wanted,
        found=found,
        popular=popular_of(desk, popular)[:POPULAR_CELLS] if is_all and found.number == 1 else (),
        audiences=tuple(Audience),
        topics=tuple(Topic),
        documents=desk.library.documents,
        today=_today(request),
    )


async def policy(request: web.Request) -> web.Response:
    """One answer with all that it rests on."""
    desk = _desk(request)
    entry = desk.library.policies.get(request.match_info["id"])
    if entry is None:
        raise web.HTTPNotFound
    today = _today(request)
    known = desk.library.policies
    allow_weixin(request)
    return page(
        request,
        "policy_elder.html" if display_of(request).is_elder else "policy.html",
        policy=entry,
        standing=entry.standing_on(today),
        answer=entry.answer_on(today),
        is_expired=entry.is_expired(today),
        body=request.app[BODIES].html(desk.library.digest, entry),
        figure=figure_of(entry.spans),
        basis=[_cited(desk.library, citation) for citation in entry.basis],
        related=[known[name] for name in entry.related if name in known],
    )


async def stories(request: web.Request) -> web.Response:
    """The story library: by kind, by theme, and in today's order."""
    library, query = _desk(request).library, request.query
    category = _member(Category, query.get("category", ""))
    theme = query.get("theme", "") if query.get("theme", "") in library.themes else ""
    day = _today(request)
    chosen = [
        story
        for story in library.stories.values()
        if category in (None, story.category) and (not theme or theme in story.themes)
    ]
    if not (category or theme):
        chosen.sort(key=lambda story: seed_of(f"{day} {story.id}"))
    used = {name for story in library.stories.values() for name in story.themes}
    allow_weixin(request)
    return page(
        request,
        "stories.html",
        found=cut(chosen, _number(query.get("page", ""))),
        category=category,
        theme=theme,
        categories=[c for c in Category if any(s.category is c for s in library.stories.values())],
        themes=[name for name in library.themes if name in used],
        saying=_saying_of_the_day(library, request),
    )


async def story(request: web.Request) -> web.Response:
    """One story, to read or to be read."""
    library = _desk(request).library
    entry = library.stories.get(request.match_info["id"])
    if entry is None:
        raise web.HTTPNotFound
    before, after = _neighbours(library.stories, entry)
    allow_weixin(request)
    return page(
        request,
        "story.html",
        story=entry,
        paragraphs=paragraphs(entry.body),
        related=[library.stories[name] for name in entry.related if name in library.stories],
        before=before,
        after=after,
        smallest=SMALLEST,
        largest=LARGEST,
    )


async def sayings(request: web.Request) -> web.Response:
    library = _desk(request).library
    return page(request, "sayings.html", sayings=library.sayings, today=_saying_of_the_day(library, request))


async def privacy(request: web.Request) -> web.Response:
    """The notice that residents consent to: its periods are the ones in force, its version is the city's."""
    return page(request, "privacy.html", kept=_desk(request).library.limits.kept)


async def display_form(request: web.Request) -> web.Response:
    """The display settings, with the page to come back to."""
    return page(request, "display.html", back=local_path(request.query.get("next", "")))


async def change_display(request: web.Request) -> web.Response:
    """Keep what the form says in a cookie and go back to the page it came from."""
    form = await request.post()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    response = web.Response(status=303, headers={"Location": local_path(fields.get("next", ""))})
    is_secure = request.app[ASSISTANT].settings.base_url.startswith("https:")
    remember(response, display_of(request).changed(fields), secure=is_secure)
    return response


def _desk(request: web.Request) -> Desk:
    return request.app[ASSISTANT].content.desk


def _today(request: web.Request) -> date:
    return local_day(request.app[ASSISTANT].clock.now())


def _member(kind: type[L], text: str) -> L | None:
    """The member with this value; None for none, so a mistyped address shows everything."""
    return next((member for member in kind if member.value == text), None)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _cited(library: Library, citation: Citation) -> tuple[Document, str, Document | None]:
    """The document, the article in it, and the document that took its place."""
    document = library.documents[citation.document]
    return document, citation.article, library.documents.get(document.repealed_by)


def _neighbours(shelf: Mapping[str, Story], entry: Story) -> tuple[Story | None, Story | None]:
    """The stories before and after this one, in the order of kinds."""
    order = list(Category)
    row = sorted(shelf.values(), key=lambda story: order.index(story.category))
    place = row.index(entry)
    return (row[place - 1] if place else None), (row[place + 1] if place + 1 < len(row) else None)


def _saying_of_the_day(library: Library, request: web.Request) -> Saying | None:
    days = _today(request).toordinal()
    return library.sayings[days % len(library.sayings)] if library.sayings else None


def add_routes(app: web.Application) -> None:
    assets.add_routes(app)
    add_site(app)
    app[BODIES] = Bodies()
    app[SHELF] = Shelf()
    app.router.add_get("/", front)
    app.router.add_get("/p/policies", policies)
    app.router.add_get("/p/policies/{id}", policy)
    app.router.add_get("/p/stories", stories)
    app.router.add_get("/p/stories/{id}", story)
    app.router.add_get("/p/sayings", sayings)
    app.router.add_get("/p/privacy", privacy)
    app.router.add_get("/p/display", display_form)
    app.router.add_post("/p/display", change_display)
