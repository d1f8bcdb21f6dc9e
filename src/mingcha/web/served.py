"""The application as a server runs it, and what one process does for all beside it."""

from __future__ import annotations

import threading

import uvicorn
from fastapi import FastAPI

from mingcha.access.context import Access
from mingcha.access.upkeep import keep_up
from mingcha.bootstrap import application
from mingcha.web.app import web_application
from mingcha.web.interface import InterfaceNotBuilt, not_built, show_interface
from mingcha.web.logs import log_failure, write_logs_to

_UPKEEP_SECONDS = 2.0


def served() -> FastAPI:
    """The application of this installation; each server process makes its own."""
    write_logs_to()
    app = web_application(application().access)
    if lacks_interface() is None:
        show_interface(app)
    return app


def lacks_interface() -> InterfaceNotBuilt | None:
    """Why there are no pages, only the API; nothing where there are."""
    return not_built()


def run(access: Access, *, host: str, port: int, workers: int) -> None:
    """Serve until stopped; the trail is sealed from here, by this one process."""
    write_logs_to()
    stopped = threading.Event()
    keeper = threading.Thread(target=_keep_up_until, args=(access, stopped), daemon=True, name="upkeep")
    keeper.start()
    try:
        uvicorn.run(
            "mingcha.web.served:served",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_config=None,
            access_log=False,
            server_header=False,
        )
    finally:
        stopped.set()
        keeper.join()
        _keep_up(access)


def _keep_up_until(access: Access, stopped: threading.Event) -> None:
    while not stopped.wait(_UPKEEP_SECONDS):
        _keep_up(access)


def _keep_up(access: Access) -> None:
    try:
        keep_up(access)
    except Exception as error:
        log_failure(error, doing="upkeep")
