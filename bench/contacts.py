"""The list, the search and the page of a contact at 100,000 people, each as a whole request by a signed-in agent."""

from collections.abc import Callable, Iterator
from itertools import cycle

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measurement import Measurement, Scale, median_seconds, seconds
from crm.models import Contact, User

PEOPLE = {"small": 100_000, "full": 1_000_000}
EVENTS_EACH = 5
REQUESTS = 60
NAMES = ("garcia", "maria", "ana gil", "ruiz lopez", "person4711", "soler")

_CONTACTS = """
INSERT INTO crm_contact (first_name, last_name, language, timezone, feeling, traits, custom, search, owner_id,
                         company_id, created_at, last_activity_at)
SELECT first, last, 'es', '', (ARRAY['', '', 'glad', 'fine', 'uneasy', 'upset'])[1 + n %% 6], '{}', '{}',
       first || ' ' || last || ' person' || n || '@post.example', CASE WHEN n %% 10 = 0 THEN %s END,
       CASE WHEN n %% 7 = 0 THEN %s END, now(), now() - n * interval '1 minute'
FROM (SELECT n, (ARRAY['María','Ana','Ben','Lucía','Noor','Tom','Inés','Hugo','Clara','Leo'])[1 + n %% 10] AS first,
             (ARRAY['Garcia','Ruiz','Lopez','Gil','Soler','Ode','Vidal','Pons','Khan','Reid','Marsh'])[1 + n %% 11]
                 AS last
      FROM generate_series(1, %s) AS n) AS people"""
_IDENTITIES = """
INSERT INTO crm_identity (contact_id, kind, scope, value, display, source, verified, shared)
SELECT id, 'email', '', 'person' || id || '@post.example', 'person' || id || '@post.example', '', false, false
FROM crm_contact"""
_EVENTS = """
INSERT INTO crm_event (contact_id, anonymous_id, name, source, message_id, channel, properties, depth, schema_version,
                       occurred_at)
SELECT id, '', 'Order Completed', 'bench', id || '-' || n, '', '{"total": 40, "currency": "EUR"}', 0, 1,
       now() - n * interval '3 days'
FROM crm_contact, generate_series(1, %s) AS n"""


def measure(scale: Scale) -> Iterator[Measurement]:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(fill(PEOPLE[scale]))
    one = median_seconds(select_one, 50) * 1000
    for metric, urls in _requests():
        yield _measure_page(scale, metric, client, urls, one)


def _requests() -> Iterator[tuple[str, list[str]]]:
    some = list(Contact.objects.order_by("?").values_list("pk", flat=True)[:REQUESTS])
    yield "list_page", ["/contacts/"]
    yield "filtered_list_page", ["/contacts/?owner=me", "/contacts/?feeling=upset", "/contacts/?language=es&owner=none"]
    yield "search_words", [f"/contacts/?q={words}" for words in NAMES]
    yield "search_address", [f"/contacts/?q=person{pk}@post.example" for pk in some]
    yield "search_two_letters", ["/contacts/?q=ru", "/contacts/?q=zz", "/contacts/?q=an"]
    yield "profile_page", [f"/contacts/{pk}/" for pk in some]


def _measure_page(scale: Scale, metric: str, client: Client, urls: list[str], one: float) -> Measurement:
    with CaptureQueriesContext(connection) as queries:
        _get(client, urls[0])()
        number = len(queries)
    turn = cycle(urls)
    times = [seconds(_get(client, next(turn))) * 1000 for _ in range(REQUESTS)]
    note = f"{PEOPLE[scale]:,} people, {number} queries; baseline: SELECT 1"
    return Measurement.of("contacts", metric, times, "ms", scale=scale, baseline=one, note=note)


def _get(client: Client, url: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(url).status_code == 200, url

    return get


def fill(number: int) -> User:
    """So many people with names, addresses and orders, and the agent who looks for them."""
    agent = User.objects.create_user("bench@casa.example", "a long password", roles=("agent",))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO crm_company (name, domain, traits, created_at) VALUES ('Acme', '', '{}', now())")
        cursor.execute("SELECT max(id) FROM crm_company")
        company = cursor.fetchone()[0]
        cursor.execute(_CONTACTS, [agent.pk, company, number])
        cursor.execute(_IDENTITIES)
        cursor.execute(_EVENTS, [EVENTS_EACH])
        cursor.execute("VACUUM ANALYZE")
    return agent


def select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
