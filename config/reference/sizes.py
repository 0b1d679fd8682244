"""How large functions and files are, how much is tested and annotated: the rhythm that the house keeps."""

import ast
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

APPS = ("config", "kernel", "crm", "onsite", "omnichannel", "feedback", "journeys")
LARGEST_FILE = 500  # lines


@dataclass(frozen=True)
class Sizes:
    """Lines; shares from 0 to 1."""

    functions: int
    function_median: float
    function_p90: float
    function_largest: int
    files: int
    file_median: float
    file_p90: float
    file_largest: int
    code_lines: int
    test_lines: int
    tests_to_code: float
    annotated: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def code_files() -> Iterator[Path]:
    for app in APPS:
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


def test_files() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    for app in (*APPS, "tests"):
        for path in sorted((root / app).rglob("*.py")):
            if "tests" in path.relative_to(root).parts:
                yield path


def measure() -> Sizes:
    files = [lines(path) for path in code_files()]
    functions = [node for path in code_files() for node in functions_of(path)]
    bodies = [length(node) for node in functions]
    code, tests = sum(files), sum(lines(path) for path in test_files())
    return Sizes(
        functions=len(functions),
        function_median=statistics.median(bodies),
        function_p90=p90(bodies),
        function_largest=max(bodies),
        files=len(files),
        file_median=statistics.median(size for size in files if size),
        file_p90=p90(files),
        file_largest=max(files),
        code_lines=code,
        test_lines=tests,
        tests_to_code=round(tests / code, 2),
        annotated=round(sum(map(is_annotated, functions)) / len(functions), 3),
    )


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(path: Path) -> list[Function]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function)]


def length(function: Function) -> int:
    """From `def` to the last line, decorators left out."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_annotated(function: Function) -> bool:
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    wanted = [argument for argument in named if argument.arg not in ("self", "cls")]
    return function.returns is not None and all(argument.annotation for argument in wanted)


def p90(sizes: list[int]) -> float:
    return sorted(sizes)[int(len(sizes) * 0.9)]


def too_long() -> list[str]:
    root = Path(settings.BASE_DIR)
    found = {path: lines(path) for path in [*code_files(), *test_files()]}
    return [f"{path.relative_to(root)}: {size} lines" for path, size in found.items() if size > LARGEST_FILE]
