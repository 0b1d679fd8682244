"""The one way out over HTTP: a client that checks the address it really connects to (server-side request forgery).

Names are resolved once, every address is checked, and the connection goes to a checked one with the original Host and
SNI, so neither odd spellings of addresses, nor DNS rebinding, nor redirects reach the inside. Redirects (at most 3) go
through the same checks. Bytes, decoded, and time as a whole are capped. No proxies from the environment, no cookies.

`settings.EGRESS_ALLOW_PRIVATE` lists `host:port` pairs that may be reached nevertheless (providers in the same network,
tests); for them the port is free too.
"""

from __future__ import annotations

import ipaddress
import json as jsonlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import certifi
import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Timeout, Url, parse_url

PORTS = frozenset({80, 443, 8080, 8443})
MAX_REDIRECTS = 3
MAX_BYTES = 10 << 20
TIMEOUT = 15.0
MAX_ADDRESSES = 10
CHUNK = 64 << 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# What Python's `is_global` lets through although it leads inside, or wraps an IPv4 address that may.
FORBIDDEN_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
        "::/96",
        "192.0.0.0/24",
        "100.64.0.0/10",
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class EgressError(Exception):
    """The request brought no answer. `retriable` says whether the same request may succeed later."""

    retriable = True


class EgressRefused(EgressError):
    """We do not go there: scheme, port, address, or too many redirects."""

    retriable = False


class EgressTimeout(EgressError):
    """No whole answer in the time given. The other side may have acted."""


class EgressTooLarge(EgressError):
    """The answer is larger than allowed."""

    retriable = False


@dataclass(frozen=True)
class Response:
    """`url` is where the answer came from in the end; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Raises ValueError for what is no JSON."""
        return jsonlib.loads(self.body)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    json: Any = None,
    timeout: float = TIMEOUT,
    max_bytes: int = MAX_BYTES,
) -> Response:
    """`timeout` in seconds is for everything together, redirects included. Raises EgressError."""
    if json is not None:
        body = jsonlib.dumps(json).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
    call = _Call(method, url, dict(headers or {}), body, time.monotonic() + timeout, max_bytes)
    for _ in range(MAX_REDIRECTS + 1):
        response = _send(call)
        location = response.headers.get("location", "")
        if response.status not in REDIRECTS or not location:
            return response
        call.follow(response.status, location)
    raise EgressRefused(f"More than {MAX_REDIRECTS} redirects.")


# --- where we may go -------------------------------------------------------------------------------------------------


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet, whatever form it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return is_public(address.ipv4_mapped)
    inside = any(address.version == network.version and address in network for network in FORBIDDEN_NETWORKS)
    return address.is_global and not address.is_multicast and not inside


def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses of the host, all of them public or the pair allowed by the settings. Raises EgressError.

    One private address among public ones refuses the host: an attacker chooses the order.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EgressError(f"The host {host} cannot be found: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))[:MAX_ADDRESSES]
    if _is_allowed_pair(host, port):
        return addresses
    for address in addresses:
        if not is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise EgressRefused(f"{host} leads to {address}, which is not on the public internet.")
    return addresses


def _is_allowed_pair(host: str, port: int) -> bool:
    return f"{host.strip('[]')}:{port}".lower() in {pair.lower() for pair in settings.EGRESS_ALLOW_PRIVATE}


def _checked_url(url: str) -> Url:
    if any(ord(char) <= 32 or ord(char) == 127 for char in url):
        raise EgressRefused("The address holds spaces or control characters.")
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise EgressRefused(f"The address cannot be read: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise EgressRefused("Only http and https addresses with a host are allowed.")
    if parsed.auth:
        raise EgressRefused("A user name in the address is not allowed.")
    port = _port(parsed)
    if port not in PORTS and not _is_allowed_pair(parsed.host, port):
        raise EgressRefused(f"Port {port} is not allowed.")
    return parsed


def _port(url: Url) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


# --- the call --------------------------------------------------------------------------------------------------------


@dataclass
class _Call:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    deadline: float
    max_bytes: int

    @property
    def seconds_left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise EgressTimeout("The answer took too long.")
        return left

    def follow(self, status: int, location: str) -> None:
        """A redirect to another origin must not get our credentials; 303 and friends turn into GET."""
        try:
            target = urljoin(self.url, location)
        except ValueError as error:
            raise EgressRefused(f"The address cannot be read: {error}") from error
        if _origin(_checked_url(target)) != _origin(_checked_url(self.url)):
            kept = ("accept", "accept-language", "content-type", "user-agent")
            self.headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
        if status == 303 or (status in (301, 302) and self.method == "POST"):
            self.method, self.body = "GET", None
            self.headers = {name: value for name, value in self.headers.items() if name.lower() != "content-type"}
        self.url = target


def _origin(url: Url) -> tuple[str | None, str | None, int]:
    return url.scheme, url.host, _port(url)


def _send(call: _Call) -> Response:
    _checked_url(call.url)
    with _watchdog(call) as watch:
        try:
            answer = _pools.request(
                call.method,
                call.url,
                headers={"User-Agent": "Hilo", **call.headers},
                body=call.body,
                timeout=Timeout(total=call.seconds_left),
                preload_content=False,
                redirect=False,
                retries=False,
            )
            with answer:
                body = _read(answer, call)
                if watch.fired:  # a body without a length ends like this too
                    raise EgressTimeout("The answer took too long.")
                return Response(answer.status, _lowered(answer.headers), body, call.url)
        except (HTTPError, OSError, ValueError) as error:
            raise _explained(error, watch) from error


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(answer: urllib3.BaseHTTPResponse, call: _Call) -> bytes:
    body = bytearray()
    while chunk := answer.read(CHUNK, decode_content=True):
        body += chunk
        if len(body) > call.max_bytes:
            raise EgressTooLarge(f"The answer is larger than {call.max_bytes} bytes.")
        call.seconds_left  # noqa: B018 - raises when the time is up
    return bytes(body)


def _explained(error: Exception, watch: _Watch) -> EgressError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EgressError):
            return cause
        cause = getattr(cause, "reason", None) or cause.__cause__
    late = watch.fired or isinstance(error, urllib3.exceptions.TimeoutError)
    return EgressTimeout("The answer took too long.") if late else EgressError(f"{type(error).__name__}: {error}")


# --- the watchdog: a server that drips one byte at a time resets every socket timeout, but not this ------------------


@dataclass
class _Watch:
    socket: socket.socket | None = None
    fired: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fire(self) -> None:
        with self.lock:
            self.fired = True
            if self.socket is not None:
                with suppress(OSError):  # closed in the same moment
                    self.socket.shutdown(socket.SHUT_RDWR)


_active = threading.local()


@contextmanager
def _watchdog(call: _Call) -> Iterator[_Watch]:
    watch = _Watch()
    timer = threading.Timer(call.seconds_left, watch.fire)
    timer.daemon = True
    timer.start()
    _active.watch = watch
    try:
        yield watch
    finally:
        timer.cancel()
        _active.watch = None
        with watch.lock:
            watch.socket = None  # the connection may serve the next request


def _connect(connection: HTTPConnection) -> socket.socket:
    """In place of urllib3's: the addresses that were checked are the ones connected to."""
    failure: Exception | None = None
    # The name as given, without the dot that urllib3 strips for the certificate.
    for address in checked_addresses(connection._dns_host, connection.port):
        try:
            return socket.create_connection((address, connection.port), connection.timeout, connection.source_address)
        except OSError as error:
            failure = error
    raise EgressError(f"No connection to {connection.host}: {failure}")


class _CheckedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)
        _watch_over(self)


class _CheckedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)
        _watch_over(self)


def _watch_over(connection: HTTPConnection) -> None:
    watch: _Watch | None = getattr(_active, "watch", None)
    if watch is not None:
        # The socket, not the connection: that forgets its socket when the answer is the last one on it.
        watch.socket = connection.sock


class _CheckedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHTTPConnection


class _CheckedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPSConnection


_pools = urllib3.PoolManager(num_pools=20, maxsize=8, ca_certs=certifi.where())
_pools.pool_classes_by_scheme = {"http": _CheckedHTTPPool, "https": _CheckedHTTPSPool}
