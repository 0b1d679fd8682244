"""The way out over HTTP at its edges: redirects, addresses that do not answer, and what is said of a failure."""

import socket
from typing import Any

import pytest

from kernel import http
from kernel.tests.test_http import Local, drip, local, plain, redirect

__all__ = ["local"]
OVER_THE_EDGE = [
    "http://example.org:80x/",
    "https://user@example.org/",
    "http://exam\tple.org/",
    "http://example.org\x7f/",
]


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)


@pytest.mark.parametrize(("status", "ok"), [(199, False), (200, True), (299, True), (300, False), (404, False)])
def test_answer_is_good_between_two_and_three_hundred(status: int, ok: bool) -> None:
    assert http.Response(status, {}, b"", "").ok is ok


def test_answer_that_is_no_json_says_so(local: Local) -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        http.request("GET", local.url()).json()


def test_callers_headers_win_over_our_own(local: Local) -> None:
    http.request("POST", local.url(), json={}, headers={"Content-Type": "application/x", "User-Agent": "Mine"})
    http.request("GET", local.url())

    sent = [(headers.get("content-type"), headers["user-agent"]) for *_, headers, _ in local.seen]
    assert sent == [("application/x", "Mine"), (None, "Hilo")]


def test_json_null_is_no_body(local: Local) -> None:
    http.request("POST", local.url(), json=None, body=b"raw")
    http.request("POST", local.url(), json=0)

    assert [body for *_, body in local.seen] == [b"raw", b"0"]


@pytest.mark.parametrize(("method", "status"), [("PUT", 301), ("PUT", 302), ("PUT", 307), ("GET", 302)])
def test_only_a_redirected_post_turns_into_get(local: Local, method: str, status: int) -> None:
    local.scripts["/a"] = redirect("/b", status)

    http.request(method, local.url("/a"), body=b"data")

    assert [(asked, body) for asked, _, _, body in local.seen] == [(method, b"data")] * 2


def test_post_that_turned_into_get_names_no_kind_of_content(local: Local) -> None:
    local.scripts["/a"] = redirect("/b", 303)

    http.request("POST", local.url("/a"), json={"a": 1}, headers={"Authorization": "Bearer k"})

    headers = local.seen[1][2]
    assert "content-type" not in headers
    assert headers["authorization"] == "Bearer k"  # the same origin


@pytest.mark.parametrize(("status", "headers"), [(302, {}), (304, {"Location": "/b"}), (201, {"Location": "/b"})])
def test_answer_that_only_looks_like_a_redirect_is_the_answer(
    local: Local, status: int, headers: dict[str, str]
) -> None:
    local.scripts["/a"] = plain(b"", status, **headers)

    assert http.request("GET", local.url("/a")).status == status
    assert len(local.seen) == 1


def test_third_redirect_is_followed(local: Local) -> None:
    for here, there in (("/a", "/b"), ("/b", "/c"), ("/c", "/d")):
        local.scripts[here] = redirect(there)

    assert http.request("GET", local.url("/a")).url == local.url("/d")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/", "http://u:p@example.org/", "//[::1/"])
def test_redirect_to_what_is_no_web_address_is_refused(local: Local, target: str) -> None:
    local.scripts["/a"] = redirect(target)

    with pytest.raises(http.EgressRefused):
        http.request("GET", local.url("/a"))
    assert len(local.seen) == 1


@pytest.mark.parametrize("url", OVER_THE_EDGE)
def test_address_with_a_hidden_part_is_refused(url: str) -> None:
    with pytest.raises(http.EgressRefused):
        http.request("GET", url)


@pytest.mark.parametrize(("url", "port"), [("http://example.org/", 80), ("https://example.org/", 443)])
def test_address_without_a_port_means_that_of_its_scheme(url: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def nobody(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(port)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(http.EgressError, match=r"^The host example\.org cannot be found: "):
        http.request("GET", url)

    assert asked == [port]


@pytest.mark.parametrize("pair", ["Provider.Example:25", "provider.example:25"])
def test_allowed_pair_is_known_however_it_is_written(pair: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EGRESS_ALLOW_PRIVATE = [pair]
    resolves_to(monkeypatch, "10.0.0.1")

    assert http.checked_addresses("provider.EXAMPLE", 25) == ["10.0.0.1"]
    with pytest.raises(http.EgressRefused):
        http.checked_addresses("provider.example", 26)


def test_host_of_very_many_addresses_is_tried_at_ten_different_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, *["8.8.8.0", "8.8.8.0"], *(f"8.8.8.{number}" for number in range(20)))

    assert http.checked_addresses("many.example", 80) == [f"8.8.8.{number}" for number in range(10)]


def test_address_of_a_link_is_not_public(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, "fe80::1%eth0")

    with pytest.raises(http.EgressRefused, match=r"^link\.example leads to fe80::1%eth0, which is not on the public"):
        http.checked_addresses("link.example", 80)


def test_next_address_is_tried_where_the_first_does_not_answer(
    local: Local, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens at 127.0.0.2."""
    settings.EGRESS_ALLOW_PRIVATE = [f"two.example:{local.port}"]
    really = socket.getaddrinfo

    def both(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host != "two.example":
            return list(really(host, port, *args, **options))
        return [entry for address in ("127.0.0.2", "127.0.0.1") for entry in really(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", both)

    assert http.request("GET", f"http://two.example:{local.port}/").body == b"hello"
    assert local.seen[0][2]["host"] == f"two.example:{local.port}"


def test_host_that_does_not_answer_is_named_with_the_reason(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        pair = f"127.0.0.1:{closed.getsockname()[1]}"
        settings.EGRESS_ALLOW_PRIVATE = [pair]

        with pytest.raises(http.EgressError, match=r"^No connection to 127\.0\.0\.1: .*Connection refused$") as failed:
            http.request("GET", f"http://{pair}/")

    assert failed.value.retriable


@pytest.mark.parametrize(("limit", "fits"), [(100, True), (99, False)])
def test_answer_may_be_exactly_as_large_as_allowed(local: Local, limit: int, fits: bool) -> None:
    local.scripts["/big"] = plain(b"x" * 100)

    if fits:
        assert len(http.request("GET", local.url("/big"), max_bytes=limit).body) == 100
    else:
        with pytest.raises(http.EgressTooLarge, match=r"^The answer is larger than 99 bytes\.$"):
            http.request("GET", local.url("/big"), max_bytes=limit)


def test_answer_that_is_packed_wrongly_is_an_error_that_may_pass(local: Local) -> None:
    local.scripts["/z"] = plain(b"no gzip", 200, Content_Encoding="gzip")

    with pytest.raises(http.EgressError, match=r"^DecodeError: ") as failed:
        http.request("GET", local.url("/z"))
    assert failed.value.retriable


def test_answer_that_ends_too_early_is_an_error_that_may_pass(local: Local) -> None:
    def script(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        drip(handler, b"x")

    local.scripts["/short"] = script

    with pytest.raises(http.EgressError) as failed:
        http.request("GET", local.url("/short"))
    assert (type(failed.value), failed.value.retriable) == (http.EgressError, True)


def test_no_time_left_is_a_timeout_before_anything_is_sent(local: Local) -> None:
    with pytest.raises(http.EgressTimeout, match=r"^The answer took too long\.$"):
        http.request("GET", local.url(), timeout=0)

    assert local.seen == []


def test_only_what_may_end_otherwise_is_tried_again() -> None:
    """A refusal stays one; whether a timeout reached the other side, nobody knows."""
    kinds = (http.EgressError, http.EgressTimeout, http.EgressRefused, http.EgressTooLarge)

    assert [kind.retriable for kind in kinds] == [True, True, False, False]
