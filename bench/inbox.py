"""The inbox's list, its search and a thread at 100,000 conversations, each as a whole request by a signed-in agent."""

from collections.abc import Callable, Iterator
from itertools import cycle

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.contacts import select_one
from bench.measurement import Measurement, Scale, median_seconds, seconds
from crm.models import Team, User
from omnichannel.models import Channel, Conversation, Inbox

CONVERSATIONS = {"small": 100_000, "full": 1_000_000}
MESSAGES_EACH = 4
REQUESTS = 60
WORDS = ("garcia", "pedido 4711", "lampara", "person4711", "reembolso")

# One in ten is open, of those one in five belongs to the agent who looks and one in four to nobody.
_CONTACTS = """
INSERT INTO crm_contact (first_name, last_name, language, timezone, feeling, traits, custom, search, created_at,
                         last_activity_at)
SELECT 'Ana', 'Garcia', 'es', '', '', '{}', '{}', 'Ana Garcia person' || n || '@post.example', now(), now()
FROM generate_series(1, %s) AS n"""
_CONVERSATIONS = """
INSERT INTO omnichannel_conversation (contact_id, inbox_id, subject, status, priority, assignee_id, waiting_since,
                                      last_message_at, preview, created_at)
SELECT c.id, %s,
       (ARRAY['Pedido ', 'Factura ', 'Lampara rota ', 'Order ', 'Refund '])[1 + c.id %% 5] || c.id,
       CASE WHEN c.id %% 10 = 0 THEN 'open' ELSE 'resolved' END, 1,
       CASE WHEN c.id %% 50 = 0 THEN %s WHEN c.id %% 40 = 0 THEN NULL ELSE %s END,
       CASE WHEN c.id %% 20 = 0 THEN now() - c.id * interval '1 minute' END,
       now() - c.id * interval '1 minute', 'sigue sin llegar, quiero el reembolso ' || c.id, now()
FROM crm_contact c"""
_MESSAGES = """
INSERT INTO omnichannel_message (contact_id, conversation_id, channel_id, direction, automatic, sender, sender_name,
                                 "to", cc, subject, text, reply_text, html, external_id, message_id, in_reply_to,
                                 "references", thread_index, created_at)
SELECT v.contact_id, v.id, %s, CASE WHEN n %% 2 = 1 THEN 'inbound' ELSE 'outbound' END, false, 'a@post.example', 'Ana',
       '{}', '{}', '', repeat('Sigue sin llegar. ', 20), '', '', v.id || '-' || n, '', '', '{}', '',
       now() - v.id * interval '1 minute'
FROM omnichannel_conversation v, generate_series(1, %s) AS n"""


def measure(scale: Scale) -> Iterator[Measurement]:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [CONVERSATIONS[scale]])
    client.force_login(fill(), backend=settings.AUTHENTICATION_BACKENDS[0])
    one = median_seconds(select_one, 50) * 1000
    for metric, urls in _requests():
        yield _measured(scale, metric, client, urls, one)


def _requests() -> Iterator[tuple[str, list[str]]]:
    some = Conversation.objects.order_by("?").values_list("pk", flat=True)[:REQUESTS]
    yield "list_page", [f"/inbox/?tab={tab}" for tab in ("all", "mine", "unassigned", "resolved")]
    yield "search", [f"/inbox/?q={words}" for words in WORDS]
    yield "thread_page", [f"/inbox/{pk}/" for pk in some]


def _measured(scale: Scale, metric: str, client: Client, urls: list[str], one: float) -> Measurement:
    with CaptureQueriesContext(connection) as queries:
        _get(client, urls[0])()
    cost = len(queries)  # now: the next request forgets them
    turn = cycle(urls)
    times = [seconds(_get(client, next(turn))) * 1000 for _ in range(REQUESTS)]
    note = f"{CONVERSATIONS[scale]:,} conversations, {cost} queries; baseline: SELECT 1"
    return Measurement.of("inbox", metric, times, "ms", scale=scale, baseline=one, note=note)


def _get(client: Client, url: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(url).status_code == 200, url

    return get


def fill() -> User:
    """A conversation with everybody there is, and the agent who works on some of them."""
    team = Team.objects.create(name="Support")
    agent = User.objects.create_user("support@casa.example", "a long password", roles=("agent",), team=team)
    other = User.objects.create_user("other@casa.example", "a long password", roles=("agent",), team=team)
    inbox = Inbox.objects.create(name="Support", team=team)
    channel = Channel.objects.create(kind="email", name="Support", address="support@hilo.example", inbox=inbox)
    with connection.cursor() as cursor:
        cursor.execute(_CONVERSATIONS, [inbox.pk, agent.pk, other.pk])
        cursor.execute(_MESSAGES, [channel.pk, MESSAGES_EACH])
        cursor.execute("ANALYZE")
    return agent
