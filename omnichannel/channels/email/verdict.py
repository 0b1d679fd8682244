"""Whether the sender of a mail is who the From line says, by the word of a server that we trust.

Believed is one line of `Authentication-Results` at most (RFC 8601 §5): that of the server named in the settings of the
account, or, in a mailbox read by IMAP, a line above all lines of transport, signed with the provider's own name: what
the sender wrote stands below them. Mail through our own SMTP door counts only from a relay named by its address too,
because whoever connects to the door writes all that comes with it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from .mime.authentication import Result, Results

NEWEST = "*"  # setting: the newest line, whoever it says wrote it (Exchange Online does not say)


def judge(lines: list[Results], *, sender: str, settings: dict[str, Any], meta: dict[str, Any]) -> dict[str, str]:
    """{} if nobody whom we trust has checked; else `verdict` ("verified" or "unverified"), `server`, and each check."""
    line = believed(lines, settings, meta)
    if line is None:
        return {}
    verified = _is_verified(line["results"], sender.rpartition("@")[2].lower())
    checks = {method: _best(line["results"], method) for method in ("spf", "dkim", "dmarc")}
    said = {method: result for method, result in checks.items() if result}
    return {"verdict": "verified" if verified else "unverified", "server": line["server"]} | said


def believed(lines: list[Results], settings: dict[str, Any], meta: dict[str, Any]) -> Results | None:
    trusted = str(settings.get("authserv_id") or "").lower()
    if "uid" not in meta and not (trusted not in ("", NEWEST) and _comes_from(settings, str(meta.get("peer") or ""))):
        return None
    if trusted == NEWEST:
        return next(iter(lines), None)
    if trusted:
        return next((line for line in lines if line["server"] == trusted), None)
    newest = next(iter(lines), None)
    host = str(settings.get("imap_host") or "").lower()
    return newest if newest and newest["on_top"] and _is_of(newest["server"], host) else None


def _comes_from(settings: dict[str, Any], peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in relays(str(settings.get("relays") or "")))


def relays(text: str) -> Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses and networks, separated by commas or spaces. What is neither is passed over."""
    for word in re.split(r"[\s,]+", text):
        try:
            yield ipaddress.ip_network(word, strict=False)
        except ValueError:
            continue


def _is_of(server: str, host: str) -> bool:
    """imap.example.org vouches for mx.example.org: the same name without its first part, which still has two."""
    parent = host.partition(".")[2]
    return bool(server) and (server == host or ("." in parent and (server == parent or server.endswith(f".{parent}"))))


def _is_verified(results: list[Result], domain: str) -> bool:
    """DMARC says it; without DMARC a signature or an envelope of the same domain does (RFC 7489 §3.1, relaxed)."""
    dmarc = [result for result in results if result["method"] == "dmarc"]
    if any(result["result"] in ("pass", "fail") for result in dmarc):
        return all(r["result"] == "pass" and r["properties"].get("header.from") == domain for r in dmarc)
    return any(result["result"] == "pass" and _is_aligned(result, domain) for result in results)


def _is_aligned(result: Result, domain: str) -> bool:
    names = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}.get(result["method"], ())
    said = {result["properties"].get(name, "").rpartition("@")[2] for name in names}
    return any("." in each and (domain == each or domain.endswith(f".{each}")) for each in said)


def _best(results: list[Result], method: str) -> str:
    """A mail may carry several signatures: one that holds is enough."""
    found = [result["result"] for result in results if result["method"] == method]
    return "pass" if "pass" in found else next(iter(found), "")
