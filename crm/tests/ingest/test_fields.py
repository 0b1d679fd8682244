"""The fields of a message: ids, texts, objects, context and the names under which they are told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crm.ingest.message import KINDS, Message, read
from crm.ingest.refused import Refused

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WHOLE = {"userId": "7", "event": "Seen", "groupId": "g", "previousId": "p", "messageId": "m"}


def said(kind: str, **fields: Any) -> Message:
    return read(WHOLE | fields, kind=kind, now=NOW)


def reason_of(raw: Any, kind: str = "track") -> str:
    with pytest.raises(Refused) as refused:
        read(raw, kind=kind, now=NOW)
    assert refused.value.status == 400
    return refused.value.reason


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("track", "Seen", {}),
        ("identify", "contact.described", {"traits": ""}),
        ("page", "page.viewed", {"name": ""}),
        ("screen", "screen.viewed", {"name": ""}),
        ("group", "contact.grouped", {"company": "g", "group_id": "g"}),
        ("alias", "contact.aliased", {"previous_id": "p"}),
    ],
)
def test_every_call_is_told_under_its_own_name(kind: str, name: str, told: dict[str, Any]) -> None:
    message = said(kind)

    assert (message.kind, message.name, message.told) == (kind, name, told)


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_names_somebody(kind: str) -> None:
    nobody = WHOLE | {"userId": "", "anonymousId": None}

    assert reason_of(nobody, kind) == (
        "An alias message needs a userId and a previousId."
        if kind == "alias"
        else "A message needs a userId or an anonymousId that names somebody."
    )


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "alias"])
def test_a_visitor_is_somebody(kind: str) -> None:
    message = read(WHOLE | {"userId": "", "anonymousId": "v-1"}, kind=kind, now=NOW)

    assert (message.user_id, message.anonymous_id) == ("", "v-1")


def test_the_type_of_a_batched_message_is_its_own_and_the_addresss_wins() -> None:
    assert read(WHOLE | {"type": "screen"}, now=NOW).kind == "screen"
    assert said("page", type="screen").kind == "page"


@pytest.mark.parametrize("type_", ["", None, "Track", "batch", True])
def test_a_type_that_does_not_exist_is_refused(type_: Any) -> None:
    assert reason_of(WHOLE | {"type": type_}, "").endswith("is not one of track, identify, page, screen, group, alias.")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" 4711 ", "4711"),
        (4711, "4711"),
        (4.5, "4.5"),
        (0, ""),
        (-1, ""),
        (True, ""),
        (None, ""),
        ("NULL", ""),
        ("[object Object]", ""),
        ("00000000-0000-0000-0000-000000000000", ""),
        ("nullable", "nullable"),
        (f" {'x' * 320} ", "x" * 320),
    ],
)
def test_ids_are_trimmed_and_placeholders_are_nobody(sent: Any, kept: str) -> None:
    assert read(WHOLE | {"userId": sent, "anonymousId": "v"}, kind="track", now=NOW).user_id == kept


@pytest.mark.parametrize(
    ("field", "kind", "longest"),
    [
        ("userId", "track", 320),
        ("anonymousId", "page", 320),
        ("previousId", "alias", 320),
        ("groupId", "group", 200),
    ],
)
def test_ids_that_would_have_to_be_cut_are_refused(field: str, kind: str, longest: int) -> None:
    """Cut to the same beginning, two people would be one."""
    assert said(kind, **{field: "x" * longest}).kind == kind
    assert reason_of(WHOLE | {field: "x" * (longest + 1)}, kind) == (
        f"{field} has {longest + 1} characters; {longest} are allowed."
    )


@pytest.mark.parametrize("length", [199, 200])
def test_an_event_may_have_a_name_of_two_hundred_characters(length: int) -> None:
    assert said("track", event=" " + "x" * length + " ").name == "x" * length


@pytest.mark.parametrize("event", [None, "  ", True])
def test_an_event_without_a_name_is_refused(event: Any) -> None:
    assert reason_of(WHOLE | {"event": event}) == "A track message needs the name of its event in `event`."


@pytest.mark.parametrize("event", ["message.received", "page.viewed", "contact.described"])
def test_nobody_outside_speaks_in_hilos_name(event: str) -> None:
    assert reason_of(WHOLE | {"event": event}) == f"The event name {event!r} is Hilo's own; choose another."


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("properties", "track"),
        ("properties", "page"),
        ("context", "track"),
        ("traits", "identify"),
        ("traits", "group"),
    ],
)
def test_what_should_be_an_object_is_refused_by_its_name(field: str, kind: str) -> None:
    assert reason_of(WHOLE | {field: "text"}, kind) == f"{field} must be an object."


@pytest.mark.parametrize("field", ["userId", "anonymousId", "messageId", "timestamp", "event"])
def test_what_should_be_a_text_is_refused_by_its_name(field: str) -> None:
    assert reason_of(WHOLE | {field: {"a": 1}}) == f"{field} must be a text."


def test_null_is_as_good_as_nothing() -> None:
    nothing = dict.fromkeys(["properties", "context", "traits", "timestamp", "sentAt", "anonymousId"])

    assert said("track", **nothing) == said("track")


def test_a_message_id_is_kept_as_it_is_up_to_two_hundred_characters() -> None:
    assert said("track", messageId=" m-1 ").message_id == "m-1"
    assert said("track", messageId="x" * 200).message_id == "x" * 200


def test_a_longer_message_id_counts_by_all_of_its_characters() -> None:
    one, other = "x" * 200 + "a", "x" * 200 + "b"

    assert said("track", messageId=one).message_id == said("track", messageId=one).message_id
    assert said("track", messageId=one).message_id != said("track", messageId=other).message_id
    assert len(said("track", messageId=one).message_id) <= 200


def test_a_derived_message_id_depends_on_neither_the_order_of_fields_nor_the_key() -> None:
    time = {"timestamp": "2026-05-01T00:00:00Z"}
    fields = time | {"userId": "7", "event": "Seen", "properties": {"a": 1, "b": 2}}
    turned = {"properties": {"b": 2, "a": 1}, "writeKey": "hilo_x", "event": "Seen", "userId": "7"} | time

    assert read(fields, kind="track", now=NOW).message_id == read(turned, kind="track", now=NOW).message_id


@pytest.mark.parametrize("kind", ["page", "screen"])
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "Home", "properties": {"title": "T", "name": "N"}}, "Home"),
        ({"properties": {"title": "T", "path": "/p", "url": "https://u.example"}}, "T"),
        ({"properties": {"path": "/p", "url": "https://u.example"}}, "/p"),
        ({"properties": {"url": "https://u.example"}}, "https://u.example"),
        ({"properties": {"title": 404}}, "404"),
        ({"properties": {"title": "t" * 300}}, "t" * 200),
    ],
)
def test_a_view_is_called_by_the_best_name_it_has(kind: str, fields: dict[str, Any], name: str) -> None:
    assert said(kind, **fields).told == fields["properties"] | {"name": name}


def test_the_category_of_a_view_is_told_where_there_is_one() -> None:
    assert said("page", name="Lamps", category="Shop").told == {"name": "Lamps", "category": "Shop"}
    assert said("page", name="Lamps", properties={"category": "own"}).told == {"name": "Lamps", "category": "own"}


def test_a_companys_name_is_told_shortened_and_its_id_where_it_has_none() -> None:
    assert said("group", traits={"name": "Acme"}).told == {"company": "Acme", "group_id": "g"}
    assert said("group", traits={"name": "a" * 300}).told["company"] == "a" * 200
    assert said("group", traits={"plan": "gold"}).told["company"] == "g"


def test_names_of_traits_are_told_in_order_and_shortened() -> None:
    many = {f"trait{number:03}": "secret" for number in range(99, -1, -1)}

    told = said("identify", traits=many).told["traits"]

    assert told.startswith("trait000, trait001, ")
    assert len(told) == 200


def test_traits_may_stand_in_the_context() -> None:
    inside = said("identify", context={"traits": {"plan": "gold"}})
    both = said("identify", traits={"plan": "free"}, context={"traits": {"plan": "gold"}})

    assert (inside.traits, inside.told) == ({"plan": "gold"}, {"traits": "plan"})
    assert both.traits == {"plan": "free"}


@pytest.mark.parametrize(
    ("context", "language", "timezone"),
    [
        ({"locale": "es-MX", "timezone": "America/Bogota"}, "es", "America/Bogota"),
        ({"locale": "EN"}, "en", ""),
        ({"locale": "fil_PH.UTF-8", "timezone": " Europe/Madrid "}, "fil", "Europe/Madrid"),
        ({"locale": "klingon", "timezone": "/etc/passwd"}, "", ""),
        ({"locale": "e", "timezone": "GMT+25"}, "", ""),
        ({"locale": "e" * 500, "timezone": "e" * 500}, "", ""),
        ({}, "", ""),
        ({"locale": None, "timezone": None}, "", ""),
    ],
)
def test_the_context_says_language_and_time_zone(context: dict[str, Any], language: str, timezone: str) -> None:
    message = said("identify", context=context)

    assert (message.language, message.timezone) == (language, timezone)


def test_of_the_context_only_where_somebody_came_from_is_told() -> None:
    context = {
        "campaign": {"source": "mail"},
        "page": {"path": "/lamps"},
        "device": {"id": "d"},
        "ip": "1.2.3.4",
        "userAgent": "x",
    }

    assert said("track", context=context).told == {"campaign": {"source": "mail"}, "page": {"path": "/lamps"}}


def test_a_property_of_the_event_wins_over_the_context_and_an_empty_context_says_nothing() -> None:
    assert said("track", properties={"page": 3}, context={"page": {"path": "/"}}).told == {"page": 3}
    assert said("track", context={"page": {}, "campaign": None}).told == {}
