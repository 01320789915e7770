"""Every route is declared, and its answers carry what its class demands."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.exc import OperationalError

from bot.service import Assistant, open_assistant
from config.settings import Settings
from domain.clock import ManualClock
from domain.errors import StorageFull, TriedTooOften
from services.desk import Content
from tests.conftest import NOW
from tests.web.phones import NOBODYS, Client, Phone, filed
from web.access import IN_PERSON, ROUTES, Access, check_routes
from web.app import build_app

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
IDENT = "0" * 32


def address_of(route: str, number: str) -> str:
    """An address that a route of the table answers."""
    parts = {"{number}": number, "{act}": "withdraw", "{what}": "all", "{id}": IDENT, "{name}": "cover.svg"}
    for part, value in parts.items():
        route = route.replace(part, value)
    return route.replace("/static/{digest}/{path}", "/static/000000000000/pages.css")


def test_every_route_is_declared_and_nothing_else(assistant: Assistant) -> None:
    app = build_app(assistant)
    assert {route.resource.canonical for route in app.router.routes() if route.resource} == set(ROUTES)


def test_an_undeclared_route_does_not_start(assistant: Assistant) -> None:
    app = build_app(assistant)
    app.router.add_get("/p/backdoor", lambda _: web.Response())  # type: ignore[arg-type, return-value]
    with pytest.raises(LookupError, match="/p/backdoor"):
        check_routes(app)


async def test_every_answer_carries_the_headers_of_its_class(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    for route, access in ROUTES.items():
        for method in ("GET", "POST"):
            answer = await phone.client.request(
                method, address_of(route, filing.number), allow_redirects=False
            )
            told = f"{method} {route}"
            assert answer.status != 500, told
            assert {name: answer.headers[name] for name in COMMON} == COMMON, told
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy, told
            assert "unsafe-inline" not in policy, told
            assert "object-src 'none'; base-uri 'none'" in policy, told
            if access in IN_PERSON:
                assert answer.headers["Cache-Control"] == "no-store", told
                assert "ETag" not in answer.headers, told
            camera = "camera=(self)" if access is Access.FORM else "camera=()"
            assert camera in answer.headers["Permissions-Policy"], told


async def test_no_personal_form_is_taken_without_its_token(phone: Phone, assistant: Assistant) -> None:
    filing = await filed(assistant)
    for route, access in ROUTES.items():
        answer = await phone.client.post(address_of(route, filing.number), data={"x": "y"})
        if access in IN_PERSON:
            assert answer.status in {400, 403, 405}, route
            assert answer.status != 400 or route.endswith("/supplement"), (
                "a form that is no form is refused first"
            )
    assert len((await assistant.complaints.read(filing.number)).events) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_an_unknown_method_is_refused_everywhere(client: Client, method: str) -> None:
    for route in ROUTES:
        answer = await client.request(method, address_of(route, NOBODYS))
        assert answer.status == 405, route
        assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"], route


async def test_over_tls_a_browser_is_told_to_stay_there(
    settings: Settings, clock: ManualClock, assistant: Assistant
) -> None:
    secure = settings.model_copy(update={"public_url": "https://xy.example.gov.cn"})
    opened = await open_assistant(secure, clock, Content(assistant.content.places, assistant.content.desk))
    async with TestClient(TestServer(build_app(opened))) as client:
        answer = await client.get("/p/sayings")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        answer = await client.get("/p/complaints")
        assert "__Host-browser" in answer.headers["Set-Cookie"]
        assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (web.HTTPForbidden(), 403, "没有办成，什么也没有变"),
        (web.HTTPNotFound(), 404, "没有这一页"),
        (web.HTTPGone(), 410, "这一页已经不在了"),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, "内容太大，没有收下"),
        (TriedTooOften(NOW), 429, "先停一停"),
        (web.HTTPServiceUnavailable(), 503, "您什么也没有丢"),
        (OperationalError("SELECT secret", {}, Exception("database is locked")), 503, "等几秒再点一次"),
        (StorageFull(), 503, "等几秒再点一次"),
        (ZeroDivisionError("secret"), 500, "问题在我们这边"),
    ],
)
async def test_whatever_goes_wrong_is_told_in_plain_words_with_a_way_on(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    status: int,
    words: str,
) -> None:
    def fail(_: object) -> None:
        raise fault

    monkeypatch.setattr("web.pages._desk", fail)
    answer = await client.get("/p/sayings")
    html = await answer.text()
    assert answer.status == status
    assert words in html
    assert "secret" not in html
    assert 'class="btn' in html
    if status in {429, 503} and not isinstance(fault, web.HTTPException):
        assert int(answer.headers["Retry-After"]) > 0
    if status in {500, 503} and not isinstance(fault, web.HTTPException):
        assert "向工作人员说这个号" in html
