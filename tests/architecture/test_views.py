"""Every address carries a policy; what is not ours gets one in config/policies.py."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from config import policies
from kernel.policies import policy_of


def addresses(
    resolver: URLResolver | None = None, route: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """(route, namespaces, view) of every address of the product."""
    for pattern in (resolver or get_resolver()).url_patterns:
        place = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (pattern.namespace,) if pattern.namespace else ()
            yield from addresses(pattern, place, namespaces + inner)
        elif isinstance(pattern, URLPattern):
            yield place, namespaces, pattern.callback


def policy(route: str, namespaces: tuple[str, ...], view: Any) -> Any:
    named = next((policies.BY_NAMESPACE[name] for name in namespaces if name in policies.BY_NAMESPACE), None)
    return policy_of(view) or named or policies.of_route(route)


def test_every_address_carries_a_policy() -> None:
    found = list(addresses())

    assert len(found) > 100
    assert [route for route, namespaces, view in found if policy(route, namespaces, view) is None] == []


def test_every_rule_for_views_of_others_is_used() -> None:
    routes = [route for route, _namespaces, view in addresses() if policy_of(view) is None]

    unused = [prefix for prefix, _policy in policies.BY_ROUTE if not any(r.startswith(prefix) for r in routes)]

    assert unused == []
