"""matrix.yaml as cases: what each role should get at each address, with each method, for each object."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
GONE = 999_999
MATRIX: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("matrix.yaml").read_text())
PLACE = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Case:
    """`expected`: the statuses that are right. `admitted`: something may be changed."""

    entry: str
    method: str
    role: str
    which: str  # own, hidden or gone; "" where there is no object
    address: str
    body: Any
    expected: tuple[int, ...]
    admitted: bool

    def __str__(self) -> str:
        return f"{self.role} {self.method} /{self.address} {self.which}".strip()


@dataclass(frozen=True)
class Entry:
    name: str
    kind: str  # pages or api
    rule: dict[str, Any] = field(repr=False)

    @property
    def is_api(self) -> bool:
        return self.kind == "api"

    @property
    def object(self) -> str:
        found = PLACE.search(self.rule["at"])
        return found.group(1) if found else ""

    def group(self, method: str) -> list[str]:
        if self.rule.get("public"):
            return list(MATRIX["groups"]["everyone"])
        own = self.rule[method].get("for") if isinstance(self.rule.get(method), dict) else None
        return list(MATRIX["groups"][own or self.rule["for"]])

    def status(self, method: str) -> int | None:
        said = self.rule.get(method)
        return said["status"] if isinstance(said, dict) else said

    def body(self, method: str) -> Any:
        said = self.rule.get(method)
        return said.get("body") if isinstance(said, dict) else None


def entries() -> list[Entry]:
    return [Entry(name, kind, rule) for kind in ("pages", "api") for name, rule in MATRIX[kind].items()]


def roles() -> list[str]:
    return [*MATRIX["roles"], *MATRIX["keys"]]


def cases(entry: Entry, rows: dict[str, Any]) -> Iterator[Case]:
    """`rows`: names used in the matrix → primary keys, for objects whose number is not known beforehand."""
    for method in METHODS:
        listed = entry.status(method) is not None
        for which, address in _addresses(entry, rows):
            for role in _visitors(entry) if listed else ("stranger", "admin"):
                if listed or which in ("", "own"):  # a method that does not exist asks for no row
                    yield _case(entry, method, role, which, address)


def _visitors(entry: Entry) -> list[str]:
    """On pages all keys are strangers alike: one of them stands for all. What is public asks nobody who they are."""
    if entry.rule.get("public"):
        return ["stranger", "agent", "admin", "reader"]
    return roles() if entry.is_api else [*MATRIX["roles"], "reader"]


def _addresses(entry: Entry, rows: dict[str, Any]) -> Iterator[tuple[str, str]]:
    at = ("api/v1/" if entry.is_api else "") + entry.rule["at"]
    if not entry.object:
        yield "", at
        return
    known = MATRIX["objects"][entry.object]
    for which in ("own", "hidden"):
        if which in known:
            row = rows.get(known[which], known[which])
            yield which, PLACE.sub(str(row), at)
    yield "gone", PLACE.sub(str(GONE), at)


def _case(entry: Entry, method: str, role: str, which: str, address: str) -> Case:
    expected, admitted = _expected(entry, method, role, which)
    return Case(entry.name, method, role, which, address, entry.body(method), expected, admitted)


def _expected(entry: Entry, method: str, role: str, which: str) -> tuple[tuple[int, ...], bool]:
    refusal = _refusal(entry, method, role)
    status = entry.status(method)
    if status is None:  # which of the two is asked first differs and does not matter
        return (405, refusal or 405), False
    if refusal is not None:
        return (refusal,), False
    unseen = MATRIX["objects"].get(entry.object, {}).get("unseen", {}).get(which, [])
    if which == "gone" or role in unseen:
        return (404,), False
    return (status,), True


def _refusal(entry: Entry, method: str, role: str) -> int | None:
    """The status of a refusal; None for those who are let in."""
    group = entry.group(method)
    if entry.is_api and not entry.rule.get("public"):
        if role == "stranger":
            return 401
        if role in MATRIX["keys"]:
            return None if role == "writer" or (role == "reader" and method == "GET") else 403
        return None if role in group else 403
    if role in group:
        return None
    return 302 if role == "stranger" or role in MATRIX["keys"] else 403
