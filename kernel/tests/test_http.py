import gzip
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kernel import http

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "::7f00:1",
    "2001:db8::1",
]
ODD_LOOPBACKS = [
    "0177.0.0.1",
    "2130706433",
    "127.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "①②⑦.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::1]",
]

REDIRECTED = [(301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (307, "POST", b"data"), (308, "POST", b"data")]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"]

Script = Callable[[BaseHTTPRequestHandler], None]


class Local:
    """A scripted web server on loopback: path → what to do."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        local = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                local.seen.append(
                    (self.command, self.path, {key.lower(): value for key, value in self.headers.items()}, body)
                )
                local.scripts.get(self.path, plain(b"hello"))(self)

            do_GET = do_POST = do_PUT = handle_any  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def pair(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.pair}{path}"


def plain(body: bytes, status: int = 200, **headers: str) -> Script:
    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return script


def redirect(target: str, status: int = 302) -> Script:
    return plain(b"", status, Location=target)


@pytest.fixture
def local(settings: Any) -> Iterator[Local]:
    server = Local()
    settings.EGRESS_ALLOW_PRIVATE = [server.pair]
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def inside(local: Local, settings: Any) -> Local:
    """A server that is not on the list: nothing may reach it."""
    settings.EGRESS_ALLOW_PRIVATE = []
    return local


@pytest.mark.parametrize("address", PRIVATE)
def test_address_is_not_public(address: str) -> None:
    assert http.is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize("address", PUBLIC)
def test_address_is_public(address: str) -> None:
    assert http.is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize("host", ODD_LOOPBACKS)
def test_odd_spelling_of_loopback_is_refused(inside: Local, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PORTS", {inside.port})
    with pytest.raises(http.EgressError):
        http.request("GET", f"http://{host}:{inside.port}/")
    assert inside.seen == []


def test_local_server_is_refused_without_permission(inside: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PORTS", {inside.port})
    with pytest.raises(http.EgressRefused, match="not on the public internet"):
        http.request("GET", inside.url())
    assert inside.seen == []


def test_permission_holds_for_the_pair_of_host_and_port_only(local: Local) -> None:
    with pytest.raises(http.EgressRefused, match="Port 22 is not allowed"):
        http.request("GET", "http://127.0.0.1:22/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "http://",
        "http://u:p@example.org/",
        "http://example.org/\r\nX: y",
        "http://exa mple.org/",
        "http://[::1/",
        "http://example.org:99999/",
    ],
)
def test_address_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(http.EgressRefused):
        http.request("GET", url)


def test_answer_comes_back(local: Local) -> None:
    local.scripts["/x"] = plain(b'{"ok": true}', 201, X_Kind="test")
    response = http.request("GET", local.url("/x"))
    assert (response.status, response.ok, response.headers["x-kind"], response.json()) == (
        201,
        True,
        "test",
        {"ok": True},
    )


def test_json_is_sent_with_the_host_header_of_the_url(local: Local) -> None:
    http.request("POST", local.url("/in"), json={"a": "ñ"}, headers={"Authorization": "Bearer k"})
    method, path, headers, body = local.seen[0]
    assert (method, path, body) == ("POST", "/in", b'{"a": "\\u00f1"}')
    assert (headers["host"], headers["authorization"], headers["content-type"]) == (
        local.pair,
        "Bearer k",
        "application/json",
    )


def test_cookies_are_not_kept(local: Local) -> None:
    local.scripts["/set"] = plain(b"", 200, Set_Cookie="a=b")
    http.request("GET", local.url("/set"))
    http.request("GET", local.url("/"))
    assert "cookie" not in local.seen[1][2]


def test_environment_proxies_are_ignored(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert http.request("GET", local.url()).body == b"hello"


def test_redirect_is_followed(local: Local) -> None:
    local.scripts["/a"] = redirect("/b")
    response = http.request("GET", local.url("/a"))
    assert (response.body, response.url) == (b"hello", local.url("/b"))


def test_redirect_to_the_inside_is_refused(local: Local, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Local()
    monkeypatch.setattr(http, "PORTS", {other.port})
    local.scripts["/a"] = redirect(other.url("/secret"))
    with pytest.raises(http.EgressRefused):
        http.request("GET", local.url("/a"))
    assert other.seen == []


def test_fourth_redirect_is_refused(local: Local) -> None:
    local.scripts["/a"] = redirect("/a")
    with pytest.raises(http.EgressRefused, match="More than 3 redirects"):
        http.request("GET", local.url("/a"))
    assert len(local.seen) == 4


def test_redirect_to_another_origin_drops_credentials(local: Local, settings: Any) -> None:
    other = Local()
    settings.EGRESS_ALLOW_PRIVATE = [local.pair, other.pair]
    local.scripts["/a"] = redirect(other.url("/b"))
    http.request("GET", local.url("/a"), headers={"Authorization": "Bearer k", "X-Api-Key": "k", "Accept": "text/x"})
    headers = other.seen[0][2]
    assert ("authorization" in headers, "x-api-key" in headers, headers["accept"]) == (False, False, "text/x")


@pytest.mark.parametrize(("status", "method", "body"), REDIRECTED)
def test_redirected_post_follows_the_standard(local: Local, status: int, method: str, body: bytes) -> None:
    local.scripts["/a"] = redirect("/b", status)
    http.request("POST", local.url("/a"), body=b"data")
    assert (local.seen[1][0], local.seen[1][3]) == (method, body)


def test_name_that_changes_its_answer_is_resolved_once(inside: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public for the check, loopback for the connection. There is no second question to answer."""
    answers = iter(["203.0.113.9", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []

    def rebinding(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(http, "is_public", lambda address: str(address) == "203.0.113.9")
    monkeypatch.setattr(http, "PORTS", {inside.port})
    connected: list[Any] = []

    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(http.EgressError):
        http.request("GET", f"http://rebind.example:{inside.port}/")
    assert (asked, connected, inside.seen) == (["rebind.example"], [("203.0.113.9", inside.port)], [])


def test_host_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: pairs)
    with pytest.raises(http.EgressRefused, match=r"10\.0\.0\.1"):
        http.checked_addresses("mixed.example", 80)


def test_unknown_host_is_an_error_that_may_pass(local: Local) -> None:
    with pytest.raises(http.EgressError) as caught:
        http.request("GET", "http://nobody.invalid/")
    assert caught.value.retriable is True


def test_large_answer_is_cut_off(local: Local) -> None:
    local.scripts["/big"] = plain(b"x" * 300_000)
    with pytest.raises(http.EgressTooLarge):
        http.request("GET", local.url("/big"), max_bytes=100_000)


def test_compressed_bomb_is_cut_off(local: Local) -> None:
    local.scripts["/bomb"] = plain(gzip.compress(b"0" * 50_000_000), 200, Content_Encoding="gzip")
    with pytest.raises(http.EgressTooLarge):
        http.request("GET", local.url("/bomb"), max_bytes=1_000_000)


def test_compressed_answer_is_unpacked(local: Local) -> None:
    local.scripts["/z"] = plain(gzip.compress(b"hello"), 200, Content_Encoding="gzip")
    assert http.request("GET", local.url("/z")).body == b"hello"


def drip(handler: BaseHTTPRequestHandler, data: bytes, silence: float = 0) -> None:
    threading.Event().wait(silence)
    for byte in data:
        try:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
        except OSError:
            return
        threading.Event().wait(0.02)


def test_dripping_body_ends_at_the_deadline(local: Local) -> None:
    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        drip(handler, b"x" * 500)

    local.scripts["/drip"] = script
    with pytest.raises(http.EgressTimeout):
        http.request("GET", local.url("/drip"), timeout=0.5)


def test_dripping_header_ends_at_the_deadline(local: Local) -> None:
    local.scripts["/drip"] = lambda handler: drip(handler, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500)
    with pytest.raises(http.EgressTimeout):
        http.request("GET", local.url("/drip"), timeout=0.5)


def test_silent_server_is_a_timeout(local: Local) -> None:
    local.scripts["/silent"] = lambda handler: drip(handler, b"", 3)
    with pytest.raises(http.EgressTimeout):
        http.request("GET", local.url("/silent"), timeout=0.3)


def test_broken_connection_is_an_error_that_may_pass(local: Local) -> None:
    local.scripts["/cut"] = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(http.EgressError) as caught:
        http.request("GET", local.url("/cut"))
    assert caught.value.retriable is True
