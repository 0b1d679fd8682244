"""The grammar of /api/v1/ that settings name: cursor pages, JSON, problem documents (RFC 9457)."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from kernel import room

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"


class CursorPages(CursorPagination):
    """`{"next", "previous", "results"}`; newest first unless a view says otherwise."""

    ordering = "-id"
    page_size_query_param = "limit"
    max_page_size = 200
    page_size_query_description = f"Rows of a page, up to {max_page_size}; more are not given."

    def get_page_size(self, request: Any) -> int | None:
        """Raises ValidationError for what is no number of rows: DRF would answer as if nothing had been asked."""
        said = request.query_params.get(self.page_size_query_param, "")
        if said and not (said.isascii() and said.isdigit() and said.strip("0")):
            raise exceptions.ValidationError({self.page_size_query_param: ["This must be a number of rows from 1."]})
        return super().get_page_size(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"]["minimum"] = 1
        return parameters

    def decode_cursor(self, request: Any) -> Any:
        """All pages go by ids: a place that is no number was made up."""
        cursor = super().decode_cursor(request)
        made_up = cursor and cursor.position is not None and not str(cursor.position).isdecimal()
        nowhere = cursor and not any(cursor) and request.query_params[self.cursor_query_param]
        if made_up or nowhere:
            raise exceptions.NotFound(self.invalid_cursor_message)
        return cursor


class PlainJSON(JSONParser):
    """JSON that PostgreSQL can keep: no NUL characters, no half surrogates, no nesting without end."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            text = json.dumps(data, ensure_ascii=False, allow_nan=False)
            text.encode()
        except RecursionError:
            raise exceptions.ParseError("This JSON is nested too deeply.") from None
        except UnicodeEncodeError:
            raise exceptions.ParseError("This JSON holds half of a surrogate pair.") from None
        except ValueError:
            raise exceptions.ParseError("A number in this JSON is larger than can be kept.") from None
        if "\\u0000" in text.replace("\\\\", ""):
            raise exceptions.ParseError("NUL characters cannot be kept.")
        return data


class Problem(exceptions.APIException):
    """An error with a sentence for the caller. `fields` names what was wrong where."""

    def __init__(self, status: int, detail: str, *, retry_after: int | None = None, **fields: Any) -> None:
        self.status_code = status
        self.fields = fields
        self.wait = retry_after  # by this name the framework looks for it, for the header
        super().__init__(detail)


def problem_document(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler, answering `application/problem+json` with type, title, status, detail and errors."""
    from rest_framework.views import exception_handler  # at the top it would import this module, by the settings

    error = _translated(error)
    response = exception_handler(error, context)
    if response is None:
        log.exception("the API failed", exc_info=error)
        error = Problem(500, "Something went wrong on our side; it is in the log under this request's X-Request-ID.")
        response = Response(status=500)
    response.data = problem(response.status_code, *_said(error))
    response.content_type = PROBLEM
    return response


def _translated(error: Exception) -> Exception:
    """Django's own refusals as those of the API."""
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024**2
        return Problem(413, f"A request may have {most} MB, besides files sent as a form.")
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("the API had no database: %s", type(error).__name__, extra={"reason": (reason := room.why(error))})
        return Problem(503, reason, retry_after=5)
    if isinstance(error, TooManyFieldsSent | TooManyFilesSent):
        fields, files = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_NUMBER_FILES
        return Problem(400, f"A form may have {fields} fields and {files} files.")
    return error


def _said(error: Exception) -> tuple[str, Any]:
    """The sentence and, for bad input, what was wrong with which field."""
    if isinstance(error, exceptions.ValidationError):
        return "Some values are not as they should be; see errors.", error.detail
    if isinstance(error, Problem):
        return str(error.detail), error.fields or None
    return str(getattr(error, "detail", error)), None


def problem(status: int, detail: str, errors: Any = None) -> dict[str, Any]:
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return {**document, "errors": errors} if errors else document
