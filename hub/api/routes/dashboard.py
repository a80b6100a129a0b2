"""The dashboard's files, as they were built into hub/ui/dist."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Header
from fastapi.responses import FileResponse, HTMLResponse, Response

from hub.api.context import Here
from hub.api.faults import ApiError

router = APIRouter()

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
NOT_BUILT: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Relief Relay</title></head>
<body><h1>Relief Relay</h1>
<p>The hub is running, but its dashboard was not built into this installation.</p>
<p>Install the package with <code>pip install .</code>, which builds it, or run
<code>python deploy/build_dashboard.py</code>. The REST interface is at <code>/api/v1</code>.</p>
</body></html>
"""


@router.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
def page(here: Here, path: str, accept_encoding: Annotated[str, Header(max_length=1000)] = "") -> Response:
    """A file of the dashboard; any other address is the dashboard's own to show."""
    if path == "api" or path.startswith("api/"):
        raise ApiError(404, "not-found", "There is no such route.", hint="See /api/v1/openapi.json.")
    folder = here.services.ui
    found = _file(folder, path)
    if found is not None and found.name != "index.html":
        cache = FOR_EVER if path.startswith("assets/") else "no-cache"
        return _sent(found, cache, packed="gzip" in accept_encoding)
    if path.startswith("assets/"):
        raise ApiError(404, "not-found", "There is no such file.", hint="Reload the page: it may be of an older build.")
    index = folder / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, 503, headers={"Cache-Control": "no-store"})
    return _sent(index, "no-cache", packed=False)


def _file(folder: Path, path: str) -> Path | None:
    """The file that a path names inside the folder, links followed; None for anything else."""
    try:
        root = folder.resolve()
        found = (root / path).resolve()
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, ValueError):
        return None


def _sent(file: Path, cache: str, *, packed: bool) -> FileResponse:
    """A file, packed where the build put it so beside it and the browser takes that."""
    kind = TYPES.get(file.suffix.lower(), "application/octet-stream")
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    beside = file.with_name(file.name + ".gz")
    if packed and beside.is_file():
        return FileResponse(beside, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
    return FileResponse(file, media_type=kind, headers=headers)
