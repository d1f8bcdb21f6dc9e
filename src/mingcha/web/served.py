"""The application as a server runs it, and what one process does for all beside it: seal the trail, keep a worker."""

from __future__ import annotations

import subprocess
import sys
import threading

import uvicorn
from fastapi import FastAPI

from mingcha.access.context import Access
from mingcha.access.logs import log_failure, write_logs_to
from mingcha.access.upkeep import keep_up
from mingcha.bootstrap import application
from mingcha.web.app import web_application
from mingcha.web.interface import InterfaceNotBuilt, not_built, show_interface

_UPKEEP_SECONDS = 2.0
_WORKER = [sys.executable, "-c", "from mingcha.cli import main; main()", "worker", "--attached"]
# A worker that dies at once must not be started as fast as it dies.
_WORKER_AGAIN_SECONDS = 3.0
_WORKER_ENDS_SECONDS = 20


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


def run(access: Access, *, host: str, port: int, workers: int, worker: bool) -> None:
    """Serve until stopped; the trail is sealed from here, by this one process.

    Args:
        worker: also keep the background process of the installation running.
    """
    write_logs_to()
    stopped = threading.Event()
    beside = [threading.Thread(target=_keep_up_until, args=(access, stopped), daemon=True, name="upkeep")]
    if worker:
        beside.append(
            threading.Thread(target=_keep_worker_until, args=(stopped,), daemon=True, name="worker")
        )
    for thread in beside:
        thread.start()
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
        for thread in beside:
            thread.join()
        _keep_up(access)


def _keep_worker_until(stopped: threading.Event) -> None:
    """Start the background process, and again where it dies; it ends by itself when this process is gone."""
    while not stopped.is_set():
        with subprocess.Popen(_WORKER, stdin=subprocess.PIPE) as child:
            while child.poll() is None and not stopped.wait(_UPKEEP_SECONDS / 4):
                pass
            if stopped.is_set():
                child.terminate()
                try:
                    child.wait(_WORKER_ENDS_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
        stopped.wait(_WORKER_AGAIN_SECONDS)


def _keep_up_until(access: Access, stopped: threading.Event) -> None:
    while not stopped.wait(_UPKEEP_SECONDS):
        _keep_up(access)


def _keep_up(access: Access) -> None:
    try:
        keep_up(access)
    except Exception as error:
        log_failure(error, doing="upkeep")
