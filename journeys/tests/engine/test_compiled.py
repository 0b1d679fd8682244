"""Graphs in memory: read once, never mixed up, never of a draft."""

from typing import Any

import pytest
from django.utils import timezone

from journeys.engine import compiled
from journeys.models import Version
from journeys.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    compiled.forget()


def live_version() -> Version:
    version = make.live(make.graph(make.start(), make.end())).live_version
    assert version is not None
    return version


def test_many_graphs_are_read_in_one_query_and_never_again(django_assert_num_queries: Any) -> None:
    versions = [live_version() for _ in range(3)]

    compiled.forget()
    with django_assert_num_queries(1):
        first = compiled.graphs(versions)
    with django_assert_num_queries(0):
        again = compiled.graphs(versions)
    assert [graph is again[pk] for pk, graph in first.items()] == [True] * 3


def test_draft_has_no_graph_to_travel_by() -> None:
    assert compiled.graph(make.draft()) is None


def test_graph_of_another_time_of_publication_is_another_one() -> None:
    """A database that was restored gives the same number to another version."""
    version = live_version()
    known = compiled.graph(version)
    restored = Version(pk=version.pk, published_at=timezone.now())

    assert compiled.graph(restored) is not known


def test_memory_is_emptied_when_it_is_full_and_what_is_wanted_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MOST", 1)
    versions = [live_version() for _ in range(4)]
    for version in versions[:2]:
        assert compiled.graph(version) is not None

    found = compiled.graphs(versions)
    assert all(found[version.pk] is not None for version in versions)
