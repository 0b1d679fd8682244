"""Tags: a colleague's own words for a person. Told one by one, so that flows can begin with one of them."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from crm.facts import ContactTagged, ContactUntagged
from crm.ledger.publishing import publish_many
from crm.models import Contact, Tag, User
from crm.models.families import person_ids

_Tagging = Contact.tags.through


@transaction.atomic
def put(contact: Contact, tags: Sequence[Tag], *, by: User | None) -> list[Tag]:
    """Those of `tags` that the person, over all their records, did not have until now."""
    Contact.objects.select_for_update().get(pk=contact.pk)
    has = set(_Tagging.objects.filter(contact__in=person_ids(contact.pk)).values_list("tag_id", flat=True))
    new = [tag for tag in tags if tag.pk not in has]
    contact.tags.add(*new)
    publish_many([ContactTagged(contact_id=contact.pk, tag=tag.name) for tag in new])
    return new


@transaction.atomic
def take(contact: Contact, tags: Sequence[Tag], *, by: User | None) -> list[Tag]:
    """Those of `tags` that the person had, also by a record that was merged into theirs."""
    Contact.objects.select_for_update().get(pk=contact.pk)
    rows = _Tagging.objects.filter(contact__in=person_ids(contact.pk), tag__in=tags)
    had = set(rows.values_list("tag_id", flat=True))
    rows.delete()
    publish_many([ContactUntagged(contact_id=contact.pk, tag=tag.name) for tag in tags if tag.pk in had])
    return [tag for tag in tags if tag.pk in had]


@transaction.atomic
def replace(contact: Contact, names: Iterable[str], *, by: User | None) -> None:
    """From now on exactly these. Raises ValueError for a name that cannot be one."""
    wanted = {tag.pk: tag for tag in map(named, names)}
    has = Tag.objects.filter(contact__in=person_ids(contact.pk)).distinct()
    take(contact, [tag for tag in has if tag.pk not in wanted], by=by)
    put(contact, list(wanted.values()), by=by)


def named(name: str) -> Tag:
    """The tag of this name, made if there is none; “vip” is the same as “VIP”. Raises ValueError."""
    name = " ".join(name.split())
    if not name or len(name) > Tag.LENGTH:
        raise ValueError(f"A tag has between 1 and {Tag.LENGTH} characters.")
    return Tag.objects.get_or_create(name__iexact=name, defaults={"name": name})[0]
