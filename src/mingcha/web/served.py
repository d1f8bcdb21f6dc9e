"""The application as a server runs it, and what one process does for all beside it: seal the trail, keep a worker."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from mingcha.access.context import Access
from mingcha.access.logs import log_failure, write_logs_to
from mingcha.access.upkeep import keep_up
from mingcha.bootstrap import Application, application
from mingcha.gateways.national.draining import Drainer
from mingcha.gateways.national.opening import Opened
from mingcha.library.publishing import publish_due
from mingcha.review.second_opinions import close_overdue
from mingcha.store.database.migrating import check_structure
from mingcha.web.app import web_application
from mingcha.web.embedded.pages import show_embedded
from mingcha.web.interface import InterfaceNotBuilt, not_built, show_interface
from mingcha.web.national import Line, NationalDoor
from mingcha.web.patience import Patience

_UPKEEP_SECONDS = 2.0
_NICENESS = 19
_LOCK_SECONDS = 0.0005
_WORKER = [sys.executable, "-c", "from mingcha.cli import main; main()", "worker", "--attached"]
# A worker that dies at once must not be started as fast as it dies.
_WORKER_AGAIN_SECONDS = 3.0
_WORKER_ENDS_SECONDS = 20
# Longer than a proxy keeps a connection: who closes first must not be us, in the middle of the next request.
_KEPT_SECONDS = 75
# What is being answered when the service is stopped.
_ANSWERED_WITHIN_SECONDS = 15
# A server process that says nothing for so long is hung, and replaced; on a machine that is busy one is only late.
_SILENT_FOR_SECONDS = 30


def served() -> ASGIApp:
    """The application of this installation with its gateway; each server process makes its own."""
    # What keeps answers asks for the program's lock while the loop judges: it shall not wait long for it.
    sys.setswitchinterval(_LOCK_SECONDS)
    write_logs_to()
    _end_with_parent()
    installation = application()
    access = installation.access
    access.database.check_first = (
        check_structure  # another process may still be at it, or wait for the database
    )
    app = web_application(access, installation.single_sign_on)
    show_embedded(app)
    if lacks_interface() is None:
        show_interface(app)
    return with_gateway(app, access)


def _end_with_parent() -> None:
    """Let a server process end when the one that started it is gone: it would keep the port from the next."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def end() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True, name="parent").start()


def with_gateway(app: FastAPI, access: Access) -> ASGIApp:
    """An application behind the door of the national interface, which opens when the server starts."""
    opened = Opened(access)

    @asynccontextmanager
    async def open_while_serving(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(opened.start)
        try:
            yield
        finally:
            await asyncio.to_thread(opened.stop)

    app.router.lifespan_context = open_while_serving
    app.state.line = Line(opened.gateway)
    return NationalDoor(app, app.state.line)


def lacks_interface() -> InterfaceNotBuilt | None:
    """Why there are no pages, only the API; nothing where there are."""
    return not_built()


def run(
    installation: Application, *, host: str, port: int, workers: int, worker: bool, prepared: bool = True
) -> None:
    """Serve until stopped; the trail is sealed from here, by this one process.

    Args:
        prepared: whether the database is there; otherwise it is brought up to date as soon as it is.
        worker: also keep the background process of the installation running.
    """
    write_logs_to()
    stopped = threading.Event()
    beside = [
        threading.Thread(
            target=_keep_up_until, args=(installation, prepared, stopped), daemon=True, name="upkeep"
        )
    ]
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
            http=Patience,
            forwarded_allow_ips=list(installation.settings.proxies),
            timeout_keep_alive=_KEPT_SECONDS,
            timeout_graceful_shutdown=_ANSWERED_WITHIN_SECONDS,
            timeout_worker_healthcheck=_SILENT_FOR_SECONDS,
        )
    finally:
        stopped.set()
        for thread in beside:
            thread.join()


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


def _keep_up_until(installation: Application, prepared: bool, stopped: threading.Event) -> None:
    _stand_back()
    access = installation.access
    seal = partial(keep_up, access)
    overdue = partial(close_overdue, access)
    works = (overdue, seal, partial(publish_due, access), Drainer(access, stopped.is_set))
    while not stopped.wait(_UPKEEP_SECONDS):
        prepared = prepared or _try(installation.prepare_database)
        if prepared:
            for work in works:
                _try(work)
    if prepared:
        _try(seal)  # what journals hold is read when the service starts again


def _stand_back() -> None:
    """What this thread does can wait; calls and people cannot."""
    if sys.platform == "linux":  # elsewhere priority belongs to the process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _try(work: Callable[[], object]) -> bool:
    """Whether it ended well."""
    try:
        work()
    except Exception as error:
        log_failure(error, doing="upkeep")
        return False
    return True
