"""Light and dark, letters, 长辈版: kept in a cookie, changed by a form."""

from __future__ import annotations

import pytest

from services.desk import Desk
from tests.web.conftest import Client
from tests.web.reading import Page, read
from web.display import Display, local_path


async def shown(client: Client, cookie: str, path: str = "/p/stories") -> Page:
    return read(await (await client.get(path, headers={"Cookie": f"display={cookie}"})).text())


@pytest.mark.parametrize(
    ("cookie", "attributes"),
    [
        ("..0", {}),
        ("dark..0", {"data-theme": "dark"}),
        ("light.elder.0", {"data-theme": "light", "data-mode": "elder"}),
        ("..2", {"data-size": "2"}),
        ("..9", {}),
        ("purple.elder.0", {}),
        ('"><script>', {}),
    ],
)
async def test_the_cookie_sets_the_look(client: Client, cookie: str, attributes: dict[str, str]) -> None:
    page = await shown(client, cookie)
    found = {k: v for k, v in page.one("html").attributes.items() if k.startswith("data-")}
    assert found == attributes


async def test_a_form_changes_the_display_and_comes_back(client: Client) -> None:
    response = await client.post(
        "/p/display", data={"mode": "elder", "next": "/p/stories?theme=守约"}, allow_redirects=False
    )
    assert response.status == 303
    assert response.headers["Location"] == "/p/stories?theme=守约"
    cookie = response.headers["Set-Cookie"]
    assert "display=.elder.0" in cookie
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" in cookie


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/p/",
        "/\\evil",
        "/p/x\r\nSet-Cookie: a=b",
        "/wechat",
        "",
        "p/x",
    ],
)
def test_nobody_is_sent_elsewhere(target: str) -> None:
    assert local_path(target) == "/p/policies"


@pytest.mark.parametrize(
    ("form", "display"),
    [
        ({"step": "larger"}, Display("dark", "", 2)),
        ({"step": "smaller"}, Display("dark", "", 0)),
        ({"size": "-1"}, Display("dark", "", -1)),
        ({"size": "7", "theme": "purple", "mode": "huge"}, Display("dark", "", 1)),
        ({"theme": "", "mode": "elder"}, Display("", "elder", 1)),
    ],
)
def test_a_form_changes_what_it_says_and_nothing_else(form: dict[str, str], display: Display) -> None:
    assert Display("dark", "", 1).changed(form) == display


def test_letters_stop_at_their_largest() -> None:
    assert Display(size=2).changed({"step": "larger"}).size == 2


async def test_the_elder_edition_is_another_edit(client: Client, desk: Desk) -> None:
    policy = next(p for p in desk.library.policies.values() if p.spans)
    page = await shown(client, ".elder.0", f"/p/policies/{policy.id}")
    classes = " ".join(page.values("class"))
    assert "spans" not in classes
    assert "chips" not in classes
    assert "ledger" not in classes
    assert "tel:12345" in page.values("href")
    body = page.one("article").text
    assert body.index("读给我听") < body.index("打 12345") < body.index("依据") < body.index("回到普通版")


async def test_dark_is_written_once_and_alike_in_both_places(client: Client) -> None:
    page = read(await (await client.get("/p/policies")).text())
    sheet = next(e.attributes["href"] for e in page.all("link") if e.attributes["rel"] == "stylesheet")
    css = await (await client.get(sheet)).text()
    chosen = css.split('[data-theme="dark"] {')[1].split("}")[0]
    dark_phone = css.split(":root:not([data-theme]) {")[1].split("}")[0]
    assert chosen.split() == dark_phone.split()
