"""Logging: one readable line each on the console, one JSON object each in a rotated file per process."""

from pathlib import Path
from typing import Any

import structlog

_SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(*, var_dir: Path, process: str, level: str, into_files: bool) -> dict[str, Any]:
    """The logging configuration of one process; also points structlog at the standard library.

    Without files the JSON goes to the console, for whoever collects what processes print.
    JSON escapes control characters, so that no text of a participant can forge a line.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED_PROCESSORS,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    directory = var_dir / "log"
    if into_files:
        directory.mkdir(parents=True, exist_ok=True)
    handlers = ["console", "file"] if into_files else ["json_console"]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": _formatter(structlog.processors.JSONRenderer()),
            "line": _formatter(structlog.dev.ConsoleRenderer(colors=False)),
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "json_console": {"class": "logging.StreamHandler", "formatter": "json"},
            "file": {
                "class": "logging.handlers.RotatingFileHandler",
                "filename": directory / f"{process}.json.log",
                "maxBytes": 20_000_000,
                "backupCount": 5,
                "formatter": "json",
                "delay": True,
            },
        },
        "root": {"handlers": handlers, "level": level},
        "loggers": {
            "daphne": {"level": "WARNING"},
            "django.channels.server": {"level": "WARNING"},
            "django_structlog": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},
            # With Redis away its receiver logs a traceback each second; the feed says the same in a line.
            "channels_redis": {"level": "CRITICAL"},
            # Every probe of the port would leave a traceback; the SSH door says itself who came and who was refused.
            "paramiko": {"level": "CRITICAL"},
            "celery.beat": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


def _formatter(renderer: Any) -> dict[str, Any]:
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": [*_SHARED_PROCESSORS, structlog.processors.format_exc_info],
    }
