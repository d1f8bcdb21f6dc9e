"""The built user interface as static files: what browsers may keep and run, and where the application takes over."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path, PurePosixPath

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mingcha.domain.errors import MingchaError

BUILT = Path(__file__).parent / "ui"
INDEX = "index.html"
# Built files bear a digest of their content in the name: what has the name never changes.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
# Everything comes from here, and nothing is written into pages. Other headers are every answer's (`guard`).
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class InterfaceNotBuilt(MingchaError):
    """The package has no user interface in it."""


class BuiltInterface(StaticFiles):
    """The files of the interface; every address that is no file is the application's own."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the page that shows the address."""
        if path == "api" or path.startswith("api/"):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as refused:
            # An address with an ending asks for a file that is not there, not for a screen.
            if refused.status_code != HTTPStatus.NOT_FOUND or PurePosixPath(path).suffix:
                raise
            response = await super().get_response(INDEX, scope)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = FOR_EVER if path.startswith("assets/") else ASK_EACH_TIME
        return response


def not_built(folder: Path = BUILT) -> InterfaceNotBuilt | None:
    """Why there is nothing to show; nothing where there is."""
    if (folder / INDEX).is_file():
        return None
    return InterfaceNotBuilt(
        "界面尚未构建，浏览器里只能用接口",
        where=str(folder),
        remedy="在源码目录运行 make ui；安装包里的界面是构建好的",
    )


def show_interface(app: FastAPI, folder: Path = BUILT) -> None:
    """Let an application answer all addresses that are not its own with the interface."""
    # Only these files are compressed: an answer that mixes a secret with what was asked must not be.
    app.mount(
        "/", GZipMiddleware(BuiltInterface(directory=folder, html=True), minimum_size=1000), name="interface"
    )
