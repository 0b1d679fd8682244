"""What a person is worth so far: their orders, from the ledger, as shops tell them by `Order Completed`."""

from dataclasses import dataclass

from django.db import connection

from crm.models import Contact

ORDERED = "Order Completed"


@dataclass(frozen=True)
class Value:
    """`total` in `currency`, the one most of the orders are in; orders in others are counted, not added."""

    orders: int = 0
    total: float = 0.0
    currency: str = ""


# `total` is what the customer paid, `revenue` what older senders call it. Text that is no number counts as nothing.
_VALUE = r"""
WITH orders AS (
    SELECT coalesce(properties ->> 'currency', '') AS currency,
           coalesce(properties ->> 'total', properties ->> 'revenue', '') AS amount
    FROM crm_event WHERE contact_id = ANY(%s) AND name = %s
)
SELECT sum(count(*)) OVER (), currency,
       sum(CASE WHEN amount ~ '^-?\d{1,12}(\.\d+)?$' THEN amount::numeric ELSE 0 END)
FROM orders GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1"""


def of(contact: Contact) -> Value:
    with connection.cursor() as cursor:
        cursor.execute(_VALUE, [contact.family_ids, ORDERED])
        row = cursor.fetchone()
    return Value(int(row[0]), float(row[2]), row[1]) if row else Value()
