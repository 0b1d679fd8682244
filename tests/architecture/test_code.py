"""House rules that can be read off the code (docs/architecture.md, STYLE.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import sources

NETWORK = ("requests", "httpx", "aiohttp", "urllib.request", "urllib3", "http.client")
# The one egress client; and what runs before Django and only talks to the product's own address.
MAY_USE_NETWORK = ("kernel/http.py", "config/supervisor/", "config/services/", "config/setup/")
VIEW_LINES = 25
COUNTS = re.compile("num_queries|CaptureQueriesContext")


def decorators(function: ast.FunctionDef) -> set[str]:
    found = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    return {ast.unparse(node).rpartition(".")[2] for node in found}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(sources.tree(path)) if isinstance(node, ast.FunctionDef))


def test_tables_that_may_be_large_get_their_indexes_while_work_goes_on() -> None:
    """Those that a migration makes itself are empty; any other may have grown: AddIndexConcurrently."""
    found = []
    for path in sources.migrations():
        operations = [(call, ast.unparse(call.func)) for call in sources.calls(path)]
        made = {_model(call) for call, name in operations if name == "migrations.CreateModel"}
        found += [
            f"{sources.name(path)}:{call.lineno}"
            for call, name in operations
            if name == "migrations.AddIndex" and _model(call) not in made
        ]

    assert found == []


def _model(operation: ast.Call) -> str:
    """Of CreateModel(name="Contact") and of AddIndex("contact", …)."""
    named = [keyword.value for keyword in operation.keywords if keyword.arg in ("name", "model_name")]
    return str(ast.literal_eval([*named, *operation.args][0])).lower()


def test_nothing_hangs_on_signals() -> None:
    found = [
        sources.name(path)
        for path in sources.code()
        if any(
            name.endswith(".signals") or ".signals." in name or name == "django.dispatch"
            for name in sources.imports(path)
        )
    ]

    assert found == []


def test_no_celery_task_is_delayed_or_sent_before_the_commit() -> None:
    """Timers are rows: a delayed message runs several times once the visibility timeout has passed."""
    found = [
        f"{sources.name(path)}:{call.lineno}"
        for path in sources.code()
        for call in sources.calls(path)
        if {keyword.arg for keyword in call.keywords} & {"eta", "countdown"}
        or (isinstance(call.func, ast.Attribute) and call.func.attr in ("delay", "delay_on_commit", "retry_task"))
    ]

    assert found == []


def test_tasks_take_only_ids() -> None:
    tasks = [(path, f) for path in sources.code("tasks") for f in functions(path) if "shared_task" in decorators(f)]
    found = [
        f"{sources.name(path)}: {task.name}({argument.arg})"
        for path, task in tasks
        for argument in task.args.args
        if argument.annotation is None or ast.unparse(argument.annotation) != "int"
    ]

    assert len(tasks) >= 4
    assert found == []


def test_tasks_are_thin() -> None:
    found = [
        f"{sources.name(path)}: {f.name}"
        for path in sources.code("tasks")
        for f in functions(path)
        if "shared_task" in decorators(f) and (f.end_lineno or 0) - f.lineno >= 10
    ]

    assert found == []


def test_views_fetch_through_what_the_user_may_see() -> None:
    """`objects.get(pk=…)` asks nobody. The way is get_object_or_404(Noun.objects.visible_to(user), pk=pk)."""
    found = [
        f"{sources.name(path)}:{call.lineno}"
        for path in sources.code("views", "api")
        for call in sources.calls(path)
        if ast.unparse(call.func).endswith("objects.get") and {k.arg for k in call.keywords} & {"pk", "id"}
    ]

    assert found == []


def test_views_are_short() -> None:
    found = [
        f"{sources.name(path)}: {f.name} has {(f.end_lineno or 0) - f.lineno + 1} lines"
        for path in sources.code("views")
        for f in functions(path)
        if (f.end_lineno or 0) - f.lineno + 1 > VIEW_LINES
    ]

    assert found == []


def test_only_the_egress_client_uses_the_network() -> None:
    found = [
        f"{sources.name(path)}: {module}"
        for path in sources.code()
        if not sources.name(path).startswith(MAY_USE_NETWORK)
        for module in NETWORK
        if any(used == module or used.startswith(f"{module}.") for used in sources.imports(path))
    ]

    assert found == []


def test_kernel_has_neither_nouns_nor_addresses() -> None:
    assert [
        p for p in ("models", "models.py", "urls.py", "migrations") if (sources.REPOSITORY / "kernel" / p).exists()
    ] == []


def test_there_is_no_junk_drawer() -> None:
    names = {"utils", "utilities", "helpers", "common", "misc", "services", "managers"}
    found = [
        sources.name(p)
        for p in sources.code()
        if p.stem in names or set(p.relative_to(sources.REPOSITORY).parts[1:-1]) & names
    ]

    assert [path for path in found if not path.startswith("config/services/")] == []


def test_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" * 3 + ":", "HACK")
    found = [
        f"{sources.name(path)}: {word}"
        for path in [*sources.code(), *sources.templates()]
        for word in words
        if word in path.read_text()
    ]

    assert found == []


def list_pages() -> list[Path]:
    """Modules of views that page through rows."""
    return [
        path for path in sources.code("views") if any("keyset_page" in ast.unparse(c.func) for c in sources.calls(path))
    ]


def test_every_list_page_has_its_test_with_one_and_three_rows() -> None:
    """A query too many for each row shows only with more than one row."""
    missing = []
    for page in list_pages():
        app, stem = page.relative_to(sources.REPOSITORY).parts[0], page.stem
        tests = [
            *(sources.REPOSITORY / app / "tests").rglob(f"test_*{stem}*.py"),
            *(sources.REPOSITORY / "tests").rglob(f"test_*{stem}*.py"),
        ]
        if not any(COUNTS.search(test.read_text()) for test in tests):
            missing.append(sources.name(page))

    assert missing == []
