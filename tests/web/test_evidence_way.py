"""The whole way of evidence: a form with files in, sealed, and out again."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from structlog.testing import capture_logs

from domain.evidence import Kept
from services.antivirus import Antivirus
from services.evidence import Intake
from storage.vault import Vault
from tests.support import files
from tests.support.limits import EVIDENCE
from web.evidence_response import send_display
from web.uploads import FormLimits, read_form

LIMITS = EVIDENCE
CANARY = "张三13812345678"


def application(folder: Path, vault: Vault) -> web.Application:
    """What the complaint's routes will do, without a complaint."""
    intake = Intake(vault, LIMITS, Antivirus(""))

    async def submit(request: web.Request) -> web.Response:
        async with read_form(request, folder / "uploads", FormLimits.of(LIMITS)) as form:
            outcomes = await intake.take(form.uploads)
        told = [o.display if isinstance(o, Kept) else o.refusal.value for o in outcomes]
        return web.json_response({"text": form.fields["text"], "outcomes": told})

    async def show(request: web.Request) -> web.StreamResponse:
        return await send_display(request, vault, request.match_info["name"], "1")

    app = web.Application()
    app.router.add_post("/", submit)
    app.router.add_get("/{name}", show)
    return app


async def test_what_is_handed_in_comes_out_bare_and_lies_sealed(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "evidence", {"k1": bytes(32)})
    form = FormData({"text": "事情经过"}, default_to_multipart=True)
    for content, ending, claimed in (
        (files.jpeg(4000, 3000), "jpg", "image/jpeg"),
        (files.heic(), "", "application/octet-stream"),
        (files.HTML, "jpg", "image/jpeg"),
        (files.pdf(), "pdf", "application/pdf"),
        (files.jpeg(4000, 3000), "jpg", "image/jpeg"),
        (files.pdf(), "jpg", "image/jpeg"),
    ):
        form.add_field("files", content, filename=f"{CANARY}.{ending}", content_type=claimed)
    with capture_logs() as logs:
        async with TestClient(TestServer(application(tmp_path, vault))) as client:
            answer = await (await client.post("/", data=form)).json()
            shown = await (await client.get(f"/{answer['outcomes'][0]}")).read()
    assert answer["text"] == "事情经过"
    assert answer["outcomes"][2:] == ["disguised", "", "duplicate", "disguised"]
    assert files.corners(Image.open(BytesIO(shown))) == ("red", "green", "blue", "white")
    assert len(list(vault.names())) == 5
    assert list((tmp_path / "uploads").iterdir()) == []
    assert CANARY not in str(logs)
    for path in (tmp_path / "evidence").rglob("*"):
        assert CANARY not in path.name
        assert path.is_dir() or files.SECRET.encode() not in path.read_bytes()


async def test_ten_pictures_in_one_form_are_nine(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "evidence", {"k1": bytes(32)})
    form = FormData({"text": "x"}, default_to_multipart=True)
    for number in range(10):
        content = files.saved(files.picture(100 + number, 100))
        form.add_field("files", content, filename="a.jpg", content_type="image/jpeg")
    async with TestClient(TestServer(application(tmp_path, vault))) as client:
        answer = await (await client.post("/", data=form)).json()
    assert answer["outcomes"][9] == "too_many"
    assert len(list(vault.names())) == 18
