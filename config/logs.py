"""Structured logs: ids and counts, never names, addresses or texts of customers."""

import logging.config
import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
PHONE = re.compile(r"\+\d(?:[ ().-]{0,2}\d){7,14}")
# What PostgreSQL quotes of a statement or a row, which hold what customers wrote.
QUOTED = re.compile(r"\b(LINE \d+|DETAIL|CONTEXT|QUERY|STATEMENT):[^\n]*")
NO_PAGE = "an unknown path"
MAX_LINE = 4096


def hide_personal_data(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The net under the rule: what slipped into a text and reaches somebody is cut out, long texts are cut short."""
    for key, value in event.items():
        if isinstance(value, str):
            told = QUOTED.sub(r"\1: <left out>", value)
            event[key] = PHONE.sub("<phone>", ADDRESS.sub("<address>", told))[:MAX_LINE]
    return event


def tell_routes(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Django writes the path of what it refused. It may be a survey's token, which opens the survey, or whatever
    somebody typed; `/s/<token>` and the request's id say enough."""
    path = getattr(event.get("request"), "path", "")
    if len(path) > 1:
        match = event["request"].resolver_match
        route = f"/{match.route}" if match else NO_PAGE
        as_written = path.encode("unicode_escape").decode("ascii")
        event["event"] = event["event"].replace(as_written, route).replace(path, route)
    return event


def keep_ids_and_counts(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Libraries attach whole requests and tasks to their lines; what begins with _ is structlog's own."""
    plain = (str, int, float, type(None))
    return {key: value for key, value in event.items() if key.startswith("_") or isinstance(value, plain)}


def add_cause(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    from crm.ledger.publishing import current_cause_id

    cause = current_cause_id()
    if cause is not None:
        event["cause_id"] = cause
    return event


def leave_refusals_short(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A page that somebody may not see is no fault: Django attaches where it was refused, which says nothing."""
    if event.get("logger") == "django.request" and event.get("level") == "warning":
        event.pop("exc_info", None)
    return event


def configure(options: dict[str, Any]) -> None:
    """settings.LOGGING_CONFIG: `format` json or console, `level` a name."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_cause,
        leave_refusals_short,
        tell_routes,
        structlog.processors.format_exc_info,
        keep_ids_and_counts,
        hide_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    final: Any = (
        structlog.processors.JSONRenderer()
        if options["format"] == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    logging.config.dictConfig(_handlers(shared, final, options["level"]))


def _handlers(shared: list[Any], final: Any, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, final],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "celery.app.trace": {"level": "WARNING"},
            "mail.log": {"level": "WARNING"},  # aiosmtpd tells every line it hears
            "celery.worker.strategy": {"level": "WARNING"},
            "django.server": {"level": "WARNING"},
        },
    }
