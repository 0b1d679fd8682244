"""Named things that plug in: channels, nodes, question kinds. Checked at the door."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, TypeVar

SLUG = re.compile(r"[a-z][a-z0-9_]*")


class RegistrationError(Exception):
    """A plug-in that cannot be taken in; the message says what to change."""


T = TypeVar("T")


class Registry(Generic[T]):
    """Slug → one subclass of `base`, found by importing every folder of a package.

    `declares` names the class attributes that each plug-in must set itself.
    """

    def __init__(self, what: str, *, base: type[T], package: str, declares: tuple[str, ...] = ()) -> None:
        self.what = what
        self.base = base
        self.package = package
        self.declares = ("slug", "label", *declares)
        self._entries: dict[str, type[T]] = {}
        self._discovered = False

    def register(self, plugin: type[T]) -> type[T]:
        """Class decorator. Raises RegistrationError for a wrong base, a bad or taken slug, a missing declaration."""
        self._check(plugin)
        self._entries[plugin.slug] = plugin  # type: ignore[attr-defined]
        return plugin

    def _check(self, plugin: type[T]) -> None:
        name = f"{plugin.__module__}.{plugin.__qualname__}"
        if not issubclass(plugin, self.base):
            raise RegistrationError(f"{name} must subclass {self.base.__qualname__} to be a {self.what}.")
        for attribute in self.declares:
            if getattr(plugin, attribute, None) in (None, ""):
                raise RegistrationError(f"{name} must declare `{attribute}`.")
        slug = plugin.slug  # type: ignore[attr-defined]
        if not SLUG.fullmatch(slug):
            raise RegistrationError(f"{name}: slug {slug!r} may hold a-z, 0-9 and _ only, and starts with a letter.")
        taken = self._entries.get(slug)
        if taken is not None and taken is not plugin:
            raise RegistrationError(
                f"{name}: the {self.what} slug {slug!r} is taken by {taken.__qualname__}; choose another."
            )

    def discover(self) -> None:
        """Import every plug-in of the package once; importing registers. A plug-in is a folder with a `plugin.py`."""
        if self._discovered:
            return
        self._discovered = True
        package = import_module(self.package)
        for module in iter_modules(package.__path__, f"{self.package}."):
            if module.ispkg and not module.name.rpartition(".")[2].startswith("_"):
                import_module(f"{module.name}.plugin")

    def get(self, slug: str) -> type[T]:
        """Raises LookupError naming the known slugs."""
        self.discover()
        try:
            return self._entries[slug]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise LookupError(f"No {self.what} {slug!r}. Known: {known}.") from None

    def choices(self) -> list[tuple[str, str]]:
        """For `choices=` of a model field: a new plug-in needs no migration."""
        return [(slug, plugin.label) for slug, plugin in sorted(self)]  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[tuple[str, type[T]]]:
        self.discover()
        return iter(list(self._entries.items()))

    def __contains__(self, slug: str) -> bool:
        self.discover()
        return slug in self._entries

    def remove(self, slug: str) -> None:
        """For tests that register something of their own."""
        self._entries.pop(slug, None)
