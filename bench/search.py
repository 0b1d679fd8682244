"""Ctrl-K at 100,000 people with a conversation each: people, conversations and pages in one answer, as it is asked for
at every pause in typing. What the lists' own searches take stands with `contacts` and `inbox`."""

from collections.abc import Iterator
from itertools import cycle

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import contacts, inbox
from bench.measurement import Measurement, Scale, median_seconds, seconds

REQUESTS = 60
QUESTIONS = {
    "palette_name": ("garcia", "ana gil", "lucia soler", "ruiz lopez"),
    "palette_address": tuple(f"person{number}@post.example" for number in (7, 4711, 31_000, 99_999)),
    "palette_two_letters": ("ru", "an", "zz"),
    "palette_subject": ("pedido 4711", "lampara", "#4711"),
}


def measure(scale: Scale) -> Iterator[Measurement]:
    settings.ALLOWED_HOSTS = ["testserver"]
    contacts.fill(contacts.PEOPLE[scale])
    client = Client()
    client.force_login(inbox.fill(), backend=settings.AUTHENTICATION_BACKENDS[0])
    one = median_seconds(contacts.select_one, 50) * 1000
    for metric, questions in QUESTIONS.items():
        with CaptureQueriesContext(connection) as queries:
            _ask(client, questions[0])
        cost = len(queries)
        turn = cycle(questions)
        times = [seconds(lambda: _ask(client, next(turn))) * 1000 for _ in range(REQUESTS)]  # noqa: B023 - called here
        note = f"{contacts.PEOPLE[scale]:,} people and conversations, {cost} queries; baseline: SELECT 1"
        yield Measurement.of("search", metric, times, "ms", scale=scale, baseline=one, note=note)


def _ask(client: Client, words: str) -> None:
    assert client.get("/palette/", {"q": words}).status_code == 200, words
