"""Logs: one JSON line each, with what happened and where in the program; never what somebody typed or is called."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

_OF_A_REQUEST = "request"


def write_logs_to(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send all logs of this process, ours and those of libraries, to one stream as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _frames_only,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # It writes addresses with their query, and a query holds what somebody looked for.
    logging.getLogger("uvicorn.access").handlers = []
    logging.getLogger("uvicorn.access").propagate = False


def log_request(**said: Any) -> None:
    """One request that was answered."""
    structlog.get_logger("mingcha.web").info(_OF_A_REQUEST, **said)


def log_failure(error: BaseException, **said: Any) -> None:
    """A fault of the program: its kind and its way through the program; its message may quote a person."""
    structlog.get_logger("mingcha").error("failure", exc_info=error, **said)


def _frames_only(_: Any, __: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["frames"] = _frames(error.__traceback__)
        if error.__cause__ is not None:
            event["cause"] = type(error.__cause__).__name__
    event.pop("exc_text", None)
    event.pop("stack_info", None)
    return event


def _frames(trace: TracebackType | None) -> list[str]:
    """The last steps, as places in the program."""
    steps = traceback.extract_tb(trace)[-12:]
    return [f"{step.filename.rpartition('site-packages/')[2]}:{step.lineno} {step.name}" for step in steps]
