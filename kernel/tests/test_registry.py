"""Registries check at the door and say what to do."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from kernel.registry import RegistrationError, Registry


class Shape:
    slug = ""
    label = ""


def new_registry() -> Registry[Shape]:
    registry = Registry("shape", base=Shape, package="kernel.tests", declares=("sides",))
    registry._discovered = True
    return registry


def plugin(**attributes: object) -> type[Shape]:
    return type("Square", (Shape,), {"slug": "square", "label": "Square", "sides": 4} | attributes)


def test_registered_plugin_is_found_by_slug() -> None:
    registry = new_registry()
    square = registry.register(plugin())
    assert registry.get("square") is square
    assert "square" in registry
    assert registry.choices() == [("square", "Square")]


def test_wrong_base_is_refused() -> None:
    with pytest.raises(RegistrationError, match="must subclass Shape to be a shape"):
        new_registry().register(type("Other", (), {"slug": "other"}))


@pytest.mark.parametrize("missing", ["slug", "label", "sides"])
def test_missing_declaration_is_named(missing: str) -> None:
    with pytest.raises(RegistrationError, match=f"must declare `{missing}`"):
        new_registry().register(plugin(**{missing: ""}))


@pytest.mark.parametrize("slug", ["Square", "1square", "square-one", "sq uare", "é"])
def test_bad_slug_is_refused(slug: str) -> None:
    with pytest.raises(RegistrationError, match="may hold a-z, 0-9 and _ only"):
        new_registry().register(plugin(slug=slug))


def test_taken_slug_names_its_owner() -> None:
    registry = new_registry()
    registry.register(plugin())
    with pytest.raises(RegistrationError, match="is taken by Square; choose another"):
        registry.register(plugin())


def test_unknown_slug_names_the_known_ones() -> None:
    registry = new_registry()
    registry.register(plugin())
    with pytest.raises(LookupError, match=r"No shape 'circle'\. Known: square\."):
        registry.get("circle")


def test_plugin_may_be_registered_again_by_itself() -> None:
    """As where its module is imported under two names."""
    registry = new_registry()
    square = registry.register(plugin())

    assert registry.register(square) is square


def test_slugs_of_figures_and_underscores_are_good() -> None:
    registry = new_registry()

    assert registry.register(plugin(slug="nps_10")).slug == "nps_10"


def test_unknown_slug_of_an_empty_registry_says_that_there_is_none() -> None:
    with pytest.raises(LookupError, match=r"^No shape 'square'\. Known: none\.$"):
        new_registry().get("square")


def test_choices_come_in_the_same_order_on_every_machine() -> None:
    registry = new_registry()
    for slug in ("square", "circle", "line"):
        registry.register(plugin(slug=slug, label=slug.title()))

    assert registry.choices() == [("circle", "Circle"), ("line", "Line"), ("square", "Square")]


def test_plugin_that_was_removed_is_unknown_and_its_slug_free() -> None:
    registry = new_registry()
    registry.register(plugin())

    registry.remove("square")
    registry.remove("square")

    assert "square" not in registry
    assert registry.register(plugin()).slug == "square"


def test_plugin_that_is_refused_is_not_half_taken_in() -> None:
    registry = new_registry()
    with pytest.raises(RegistrationError):
        registry.register(plugin(sides=None))

    assert list(registry) == []


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package of plug-ins: two folders that count, one that is put by, and a module beside them."""
    package = tmp_path / "plugged_shapes"
    for folder in ("", "square", "circle", "_example"):
        (package / folder).mkdir(exist_ok=True)
        (package / folder / "__init__.py").touch()
    for folder in ("square", "circle", "_example"):
        (package / folder / "plugin.py").write_text(f"import plugged_shapes\nplugged_shapes.found.append({folder!r})\n")
    (package / "__init__.py").write_text("found = []\n")
    (package / "helper.py").write_text("raise RuntimeError('no plug-in')\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "plugged_shapes"
    for name in [name for name in sys.modules if name.partition(".")[0] == "plugged_shapes"]:
        del sys.modules[name]


@pytest.mark.parametrize("asks", ["get", "contains", "iter", "choices"])
def test_plugins_are_found_in_their_folders_by_the_first_who_asks(shapes: str, asks: str) -> None:
    registry = Registry("shape", base=Shape, package=shapes)

    for _ in range(2):
        if asks == "get":
            with pytest.raises(LookupError):
                registry.get("square")
        elif asks == "contains":
            assert "square" not in registry
        else:
            assert list(registry if asks == "iter" else registry.choices()) == []

    assert sorted(import_module(shapes).found) == ["circle", "square"]


def test_folder_without_a_plugin_breaks_at_the_door_and_names_itself(shapes: str, tmp_path: Path) -> None:
    (tmp_path / shapes / "empty").mkdir()
    (tmp_path / shapes / "empty" / "__init__.py").touch()

    with pytest.raises(ModuleNotFoundError, match=r"plugged_shapes\.empty\.plugin"):
        Registry("shape", base=Shape, package=shapes).discover()
