"""`mingcha worker`: the background process that carries out runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Annotated

import typer

from mingcha.bootstrap import Application, application
from mingcha.cli.app import app, command
from mingcha.cli.console import print_json, say
from mingcha.cli.options import AsJson, Home, Workers

_AGAIN_SECONDS = 2.0


@command(app, "worker")
def worker(
    *,
    home: Home = None,
    workers: Workers = None,
    as_json: AsJson = False,
    attached: Annotated[bool, typer.Option("--attached", hidden=True)] = False,
) -> None:
    """后台进程：执行导入、审核、导出等任务。每套系统只有一个在工作，多开的会等着接替。

    serve 会自己启动它；需要单独部署时，用 serve --no-worker 并另行运行本命令。随时可以停止，下次启动接着做。
    """
    from mingcha.access.logs import write_logs_to
    from mingcha.jobs.worker import work

    installation = application(home, workers)
    write_logs_to()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    if attached:
        threading.Thread(target=_stop_with_parent, args=(stopped,), daemon=True).start()
    elif as_json:
        print_json({"workers": installation.settings.workers})
    else:
        say("后台进程已启动（Ctrl+C 停止；没做完的任务下次接着做）")
    if _prepared(installation, stopped):
        work(installation.access, installation.settings.workers, stopped)
    # Threads of runs under way are not waited for: what they have done is kept, what not is done again.
    sys.stdout.flush()
    os._exit(0)


def _prepared(installation: Application, stopped: threading.Event) -> bool:
    """Bring the database up to date as soon as it is there; false where stopped before."""
    while installation.prepare_unless_away() is not None:
        if stopped.wait(_AGAIN_SECONDS):
            return False
    return True


def _stop_with_parent(stopped: threading.Event) -> None:
    # Whoever started it holds the other end and never writes: it closes when that process is gone, in whatever way.
    sys.stdin.buffer.read()
    stopped.set()
