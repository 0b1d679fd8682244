"""Signs of life: each part of the product says now and then that it is there."""

from django.db import connection

EVERY_SECONDS = 5.0
REPORT = """
INSERT INTO crm_heartbeat (service, at) VALUES (%s, now())
ON CONFLICT (service) DO UPDATE SET at = excluded.at"""


def report(service: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REPORT, [service])
