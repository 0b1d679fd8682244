"""The grammar of /api/v1/: filters, problem documents, JSON that can be kept, and when two requests are the same."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test.client import RequestFactory, encode_multipart
from rest_framework import exceptions
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from kernel import resources
from kernel.api import PROBLEM, PlainJSON, Problem, problem_document
from kernel.resources import choice, contribute, contributed, number

ASKED = RequestFactory()


def asked(**query: str) -> Request:
    return Request(ASKED.get("/api/v1/contacts/", query))


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("", None)])
def test_filter_by_a_row_is_its_number(text: str, value: int | None) -> None:
    assert number(asked(contact=text), "contact") == value


def test_filter_that_is_not_there_filters_nothing() -> None:
    assert number(asked(), "contact") is None
    assert choice(asked(), "state", ["open"]) == ""


@pytest.mark.parametrize("text", ["x", "-1", "+1", "1.5", " 1", "1" * 19, "٣", "²"])
def test_filter_that_is_no_number_of_a_row_says_so(text: str) -> None:
    with pytest.raises(exceptions.ValidationError) as refused:
        number(asked(contact=text), "contact")

    assert refused.value.detail == {"contact": ["This must be the number of a row."]}


def test_choice_is_one_of_those_that_there_are() -> None:
    assert choice(asked(state="open"), "state", iter(["open", "done"])) == "open"

    with pytest.raises(exceptions.ValidationError) as refused:
        choice(asked(state="Open"), "state", iter(["open", "done"]))
    assert refused.value.detail == {"state": ["This must be one of: open, done."]}


@pytest.mark.parametrize(
    ("error", "status", "title", "detail"),
    [
        (Http404("secret"), 404, "Not Found", "Not found."),
        (PermissionDenied("secret"), 403, "Forbidden", "You do not have permission to perform this action."),
        (Problem(409, "It has changed meanwhile."), 409, "Conflict", "It has changed meanwhile."),
        (exceptions.ParseError("Half a word."), 400, "Bad Request", "Half a word."),
        (exceptions.Throttled(detail="Too fast."), 429, "Too Many Requests", "Too fast."),
    ],
)
def test_each_refusal_is_a_document_with_one_sentence(error: Exception, status: int, title: str, detail: str) -> None:
    response = problem_document(error, {})

    expected = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    assert (response.status_code, response.content_type, response.data) == (status, PROBLEM, expected)


def test_bad_values_are_named_beside_the_sentence() -> None:
    response = problem_document(exceptions.ValidationError({"name": ["Too long."]}), {})

    assert response.data["detail"] == "Some values are not as they should be; see errors."
    assert response.data["errors"] == {"name": ["Too long."]}


def test_what_a_problem_knows_more_of_is_named_too() -> None:
    assert problem_document(Problem(422, "Other body.", key=["a"]), {}).data["errors"] == {"key": ["a"]}
    assert "errors" not in problem_document(Problem(422, "Other body."), {}).data


def test_mistake_of_our_own_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    response = problem_document(RuntimeError("secret detail"), {})

    assert (response.status_code, response.content_type) == (500, PROBLEM)
    assert response.data["detail"] == (
        "Something went wrong on our side; it is in the log under this request's X-Request-ID."
    )
    assert "secret detail" in caplog.text


def test_limit_of_a_request_is_told_in_megabytes(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20

    response = problem_document(RequestDataTooBig(), {})

    assert (response.status_code, response.data["detail"]) == (
        413,
        "A request may have 5 MB, besides files sent as a form.",
    )


def read(body: bytes) -> Any:
    request = ASKED.generic("POST", "/", body, content_type="application/json")
    return Request(request, parsers=[PlainJSON()]).data


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (rb'{"a": "\u0000"}', "NUL characters cannot be kept."),
        (rb'{"\u0000": 1}', "NUL characters cannot be kept."),
        (rb'"\\\u0000"', "NUL characters cannot be kept."),
        (rb'"\ud83d"', "This JSON holds half of a surrogate pair."),
        (b"[" * 100_000 + b"]" * 100_000, "This JSON is nested too deeply."),
        (b'{"a": [1e999]}', "A number in this JSON is larger than can be kept."),
        (b"-1e999", "A number in this JSON is larger than can be kept."),
    ],
)
def test_json_that_no_database_keeps_is_refused_with_the_reason(body: bytes, sentence: str) -> None:
    with pytest.raises(exceptions.ParseError) as refused:
        read(body)

    assert str(refused.value.detail) == sentence


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (rb'"\\u0000"', "\\u0000"),
        (rb'"\\\\u0000"', "\\\\u0000"),
        (rb'"\ud83d\ude42"', "🙂"),
        ('{"ñ": [1, null]}'.encode(), {"ñ": [1, None]}),
    ],
)
def test_json_that_only_looks_so_is_kept_as_it_is(body: bytes, data: Any) -> None:
    assert read(body) == data


def test_each_row_gets_what_every_contributor_knows_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_contributions", {})
    asked_for: list[list[int]] = []

    @contribute("contact.scores")
    def nps(ids: list[int]) -> dict[int, dict[str, Any]]:
        asked_for.append(ids)
        return {1: {"nps": 9}}

    @contribute("contact.scores")
    def csat(ids: list[int]) -> dict[int, dict[str, Any]]:
        return {1: {"csat": 4}, 2: {"csat": 5}}

    assert contributed("contact.scores", iter([1, 2, 3])) == {1: {"nps": 9, "csat": 4}, 2: {"csat": 5}, 3: {}}
    assert asked_for == [[1, 2, 3]]  # once for a whole page
    assert contributed("elsewhere", [1]) == {1: {}}


def form(boundary: str, **parts: Any) -> Request:
    content = encode_multipart(boundary, parts)
    request = ASKED.generic("POST", "/api/v1/x/", content, content_type=f"multipart/form-data; boundary={boundary}")
    return Request(request, parsers=[MultiPartParser()])


def digest(boundary: str, **parts: Any) -> str:
    return resources._digest(form(boundary, **parts))


def attached(content: bytes = b"hello", name: str = "a.txt", kind: str = "text/plain") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def test_repeated_form_is_the_same_request_whatever_boundary_it_draws() -> None:
    assert digest("one", body="Hi", file=attached()) == digest("other", body="Hi", file=attached())


@pytest.mark.parametrize(
    "parts",
    [
        {"body": "Ho", "file": attached()},
        {"bodies": "Hi", "file": attached()},
        {"body": "Hi"},
        {"body": "Hi", "file": attached(b"hullo")},
        {"body": "Hi", "file": attached(name="b.txt")},
        {"body": "Hi", "file": attached(kind="text/html")},
        {"body": ["Hi", "Hi"], "file": attached()},
    ],
)
def test_form_with_any_other_part_is_another_request(parts: dict[str, Any]) -> None:
    assert digest("one", **parts) != digest("one", body="Hi", file=attached())


def test_file_can_still_be_read_after_it_was_compared() -> None:
    request = form("one", file=attached())

    resources._digest(request)

    assert request.FILES["file"].read() == b"hello"
