"""Drawing, publishing and pausing journeys."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.models import User
from feedback.actions import surveys
from feedback.models import Survey
from journeys.engine import compiled
from journeys.graph import Graph, GraphError, parse
from journeys.models import Enrolment, Handover, Journey, Version
from kernel.wakeup import wake


class CannotMove(ValueError):
    """People cannot be moved to where they should go; the message says why."""


class NothingToPublish(ValueError):
    """The journey has no version yet."""


@transaction.atomic
def create(*, name: str, by: User | None, slug: str = "", purpose: str = "") -> Journey:
    return Journey.objects.create(name=name, slug=slug or _free_slug(name), purpose=purpose)


def _free_slug(name: str) -> str:
    wish = slugify(name)[:50] or "journey"
    taken = set(Journey.objects.filter(slug__startswith=wish).values_list("slug", flat=True))
    numbered = (f"{wish}-{number}" for number in range(2, len(taken) + 3))
    return wish if wish not in taken else next(slug for slug in numbered if slug not in taken)


@transaction.atomic
def add_version(journey: Journey, *, graph: dict[str, Any], by: User | None) -> Version:
    """The next draft; people under way stay on theirs. Raises GraphError with everything that is wrong."""
    parse(graph)
    Journey.objects.select_for_update().get(pk=journey.pk)
    last = Version.objects.filter(journey=journey).aggregate(last=Max("number"))["last"] or 0
    return Version.objects.create(journey=journey, number=last + 1, graph=graph, created_by=by)


@transaction.atomic
def publish(
    version: Version, *, by: User | None, way: str = Handover.Way.FINISH, targets: Mapping[str, str] | None = None
) -> Journey:
    """From now on people enter this version; it never changes again. Publishing an older one goes back to it.

    `way` and `targets` (see Handover) say what becomes of those under way; they are moved behind the commit, in
    chunks. Raises GraphError, CannotMove.
    """
    journey = Journey.objects.select_for_update().get(pk=version.journey_id)
    graph = parse(version.graph)
    if missing := _missing(graph):
        raise GraphError(missing)
    _refuse_targets(graph, targets or {})
    Version.objects.filter(pk=version.pk, published_at=None).update(
        published_at=Now(), published_by=by, listens=graph.listens
    )
    journey.live_version, journey.status = version, Journey.Status.LIVE
    journey.save(update_fields=["live_version", "status"])
    version.refresh_from_db()
    _let_ask(journey, by)
    _hand_over(version, Handover.Way(way), targets or {}, by)
    journey.refresh_from_db()
    return journey


def _refuse_targets(graph: Graph, targets: Mapping[str, str]) -> None:
    for node, target in targets.items():
        if target in (Handover.LEAVES, Handover.FINISHES):
            continue
        if target not in graph.nodes:
            raise CannotMove(_("The new version has no node “%(id)s” to move people to.") % {"id": target})
        if graph.nodes[target].kind.is_entry and target != node:
            raise CannotMove(_("Nobody can be moved to “%(id)s”: people enter there by an event.") % {"id": target})


def _hand_over(version: Version, way: str, targets: Mapping[str, str], by: User | None) -> None:
    if way == Handover.Way.FINISH or not Enrolment.objects.under_way().elsewhere_than(version).exists():
        return
    Handover.objects.create(journey_id=version.journey_id, version=version, way=way, targets=dict(targets), by=by)
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    from journeys.tasks import advance_due

    wake(advance_due)


def _missing(graph: Graph) -> list[str]:
    """What a node refers to and is not there: a survey, say."""
    return [f"{placed.id}: {text}" for placed in graph.nodes.values() for text in placed.kind.missing(placed.config)]


def publish_newest(
    journey: Journey, *, by: User | None, way: str = Handover.Way.FINISH, targets: Mapping[str, str] | None = None
) -> Journey:
    """Raises NothingToPublish, GraphError, CannotMove."""
    version = journey.newest_version
    if version is None:
        raise NothingToPublish(_("There is no version to publish yet."))
    return publish(version, by=by, way=way, targets=targets)


@transaction.atomic
def pause(journey: Journey, *, by: User | None = None) -> Journey:
    """Nobody enters, and those under way stay where they stand. What they wait for is remembered, nothing is lost.

    A survey that it asks and that also asks by itself is paused with it, unless another live journey asks it too.
    """
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    if locked.is_live:
        own = _asked_by(locked) - {pk for other in _others(locked) for pk in _asked_by(other)}
        asking = list(Survey.objects.filter(pk__in=own, status=Survey.Status.ACTIVE).exclude(trigger=""))
        for survey in asking:
            surveys.pause(survey, by=by)
        paused = sorted(survey.pk for survey in asking)
        Journey.objects.filter(pk=locked.pk).update(status=Journey.Status.PAUSED, paused_surveys=paused)
    journey.refresh_from_db()
    return journey


def _others(journey: Journey) -> QuerySet[Journey]:
    return Journey.objects.live().exclude(pk=journey.pk).select_related("live_version")


def _asked_by(journey: Journey) -> set[int]:
    graph = compiled.graph(journey.live_version) if journey.live_version else None
    return set(graph.surveys) if graph else set()


@transaction.atomic
def resume(journey: Journey, *, by: User | None = None) -> Journey:
    """Go on where it stood: overdue waits end at once, and the surveys that were paused with it ask again."""
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    if locked.is_paused:
        _let_ask(locked, by)
        Journey.objects.filter(pk=locked.pk).update(status=Journey.Status.LIVE)
    journey.refresh_from_db()
    return journey


def _let_ask(journey: Journey, by: User | None) -> None:
    for survey in Survey.objects.filter(pk__in=journey.paused_surveys):
        surveys.resume(survey, by=by)
    Journey.objects.filter(pk=journey.pk).update(paused_surveys=[])
