"""The product's own files, for rules that are read off them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
APPS = ("config", "kernel", "crm", "onsite", "omnichannel", "feedback", "journeys")


def code(*parts: str) -> Iterator[Path]:
    """Python files without tests and migrations; with `parts`, only those below a folder or in a file so called."""
    for app in APPS:
        for path in sorted((REPOSITORY / app).rglob("*.py")):
            inside = path.relative_to(REPOSITORY).with_suffix("").parts
            if not {"tests", "migrations"} & set(inside) and (not parts or set(parts) & set(inside[1:])):
                yield path


def migrations() -> list[Path]:
    return sorted(path for app in APPS for path in (REPOSITORY / app).glob("migrations/[0-9]*.py"))


def templates() -> list[Path]:
    return sorted((REPOSITORY / "templates").rglob("*.html"))


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


@cache
def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found
