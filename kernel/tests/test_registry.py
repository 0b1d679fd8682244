"""Registries check at the door and say what to do."""

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
