"""The files of ``web/static`` → bundles and addresses that change with their content."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).resolve().parent / "static"
# One stylesheet a page: what is kept apart for writing is joined for sending.
BUNDLES = {
    "pages.css": ("base.css", "phone.css", "case.css", "form.css", "print.css"),
    "simulator.css": ("base.css", "simulator.css", "print.css"),
}
FOREVER = "public, max-age=31536000, immutable"
HOURS = "public, max-age=3600"
_COMMENT = re.compile(rb"/\*.*?\*/\s*", re.DOTALL)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
_COVER = re.compile(r"[a-z0-9-]{1,80}\.(?:svg|png)")


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything small that pages need, in memory. ``digest`` names this state of all of it."""

    files: dict[str, bytes]
    digest: str

    def url(self, path: str) -> str:
        """Where a browser gets a file, and may keep it for good."""
        if path not in self.files:
            raise KeyError(path)
        return f"/static/{self.digest}/{path}"


def load_assets() -> Assets:
    """Read scripts and drawings, join the stylesheets."""
    files = {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in ("js", "art")
        for path in sorted((STATIC / folder).iterdir())
        if path.suffix in _TYPES
    }
    for name, parts in BUNDLES.items():
        joined = b"\n".join((STATIC / "css" / part).read_bytes() for part in parts)
        files[name] = _COMMENT.sub(b"", joined)
    seal = hashlib.blake2b(digest_size=6)
    for name, content in sorted(files.items()):
        seal.update(f"{name}\0{len(content)}\0".encode() + content)
    return Assets(files, seal.hexdigest())


ASSETS = web.AppKey("assets", Assets)


async def versioned(request: web.Request) -> web.Response:
    """A file by its address with a digest; an outdated digest gets today's file, not to be kept."""
    assets = request.app[ASSETS]
    content = assets.files.get(request.match_info["path"])
    if content is None:
        raise web.HTTPNotFound
    is_current = request.match_info["digest"] == assets.digest
    response = web.Response(body=content, headers={"Cache-Control": FOREVER if is_current else "no-cache"})
    suffix = Path(request.match_info["path"]).suffix
    response.content_type = _TYPES[suffix]
    if suffix != ".png":
        response.charset = "utf-8"
        response.enable_compression()
    return response


async def cover(request: web.Request) -> web.StreamResponse:
    """A story's picture; a neutral one while it is not drawn yet."""
    name = request.match_info["name"]
    if not _COVER.fullmatch(name):
        raise web.HTTPNotFound
    path, keep = STATIC / "covers" / name, HOURS
    if not path.is_file():
        path, keep = STATIC / "art" / _neutral(name), "no-cache"
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return web.FileResponse(path, headers={"Cache-Control": keep, "Content-Type": kind})


def _neutral(name: str) -> str:
    if name.endswith(".png"):
        return "cover.png"
    return "cover-wide.svg" if name.endswith("-wide.svg") else "cover.svg"


def add_routes(app: web.Application) -> None:
    app[ASSETS] = load_assets()
    app.router.add_get(r"/static/{digest:[0-9a-f]{12}}/{path:[a-z0-9_./-]+}", versioned)
    app.router.add_get("/static/covers/{name}", cover)
