"""Who a route is for: every route the application has, in one table. What is not in it does not start.

The class of a route decides what a browser may keep of its answers, and tests walk the table: every page about a
person wants its owner, every form its token, whatever is for this machine refuses others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from domain.labels import Labelled


class Access(Labelled):
    """``PERSONAL``: about one person, or an answer to what they did; ``FORM``: that too, and it may ask the phone for
    its camera and its place; ``SIGNED``: checked by its signature."""

    PUBLIC = "public", "谁都能看"
    PERSONAL = "personal", "本人"
    FORM = "form", "本人填写"
    SIGNED = "signed", "平台签名"
    PROBE = "probe", "探活"
    LOOPBACK = "loopback", "本机"


_PUBLIC = (
    "/",
    "/p/policies",
    "/p/policies/{id}",
    "/p/stories",
    "/p/stories/{id}",
    "/p/sayings",
    "/p/privacy",
    "/p/display",
    "/static/{digest}/{path}",
    "/static/covers/{name}",
    "/wechat/jssdk",
)
_PERSONAL = (
    "/p/signin",
    "/p/signin/return",
    "/p/complaints",
    "/p/complaints/new/draft",
    "/p/complaints/new/drop",
    "/p/complaints/new/files/{id}",
    "/p/complaints/new/receipt",
    "/p/complaints/{number}",
    "/p/complaints/{number}/evidence/{id}",
    "/p/complaints/{number}/supplement",
    "/p/complaints/{number}/{act}",
    "/p/me",
    "/p/me/copy",
    "/p/me/leave",
    "/p/me/correct/{number}",
    "/p/me/delete/{what}",
)
ROUTES: Mapping[str, Access] = MappingProxyType(
    {
        **dict.fromkeys(_PUBLIC, Access.PUBLIC),
        **dict.fromkeys(_PERSONAL, Access.PERSONAL),
        "/p/complaints/new": Access.FORM,
        "/wechat": Access.SIGNED,
        "/healthz": Access.PROBE,
        "/readyz": Access.PROBE,
        "/metrics": Access.LOOPBACK,
        "/simulator": Access.LOOPBACK,
        "/simulator/send": Access.LOOPBACK,
        "/simulator/picture": Access.LOOPBACK,
        "/simulator/arrivals": Access.LOOPBACK,
        "/simulator/explain": Access.LOOPBACK,
    }
)


IN_PERSON = frozenset({Access.PERSONAL, Access.FORM})


def check_routes(app: web.Application) -> None:
    """Refuse to start with a route that is not in the table. Raises ``LookupError`` that names it."""
    found = {route.resource.canonical for route in app.router.routes() if route.resource}
    if undeclared := sorted(found - ROUTES.keys()):
        raise LookupError(f"not in web/access.py: {', '.join(undeclared)}")


def access_of(request: web.Request) -> Access | None:
    """The class of the route that a request came by; None where there is no route."""
    resource = request.match_info.route.resource
    return ROUTES.get(resource.canonical) if resource else None
