"""What the contact list's search box looks through, kept beside the contact (see Contact.search)."""

from collections.abc import Iterable

from django.db import connection

# Whoever was merged into a contact is found under it: `family` walks down the aliases.
_REFRESH = """
WITH RECURSIVE family(root, id) AS (
    SELECT id, id FROM unnest(%s::bigint[]) AS id
    UNION SELECT family.root, a.member_id FROM crm_alias a JOIN family ON a.survivor_id = family.id
), words AS (
    SELECT family.root, unaccent(concat_ws(' ',
        string_agg(DISTINCT nullif(trim(c.first_name || ' ' || c.last_name), ''), ' '),
        string_agg(DISTINCT i.value, ' '),
        string_agg(DISTINCT o.name, ' '))) AS text
    FROM family
    JOIN crm_contact c ON c.id = family.id
    LEFT JOIN crm_identity i ON i.contact_id = c.id AND i.kind IN ('email', 'phone', 'external_id')
    LEFT JOIN crm_company o ON o.id = c.company_id
    GROUP BY family.root
)
UPDATE crm_contact SET search = words.text FROM words
WHERE crm_contact.id = words.root AND crm_contact.search IS DISTINCT FROM words.text"""


def refresh(contact_ids: Iterable[int]) -> None:
    """Write names, addresses, numbers and company of these contacts anew, without accents."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [sorted(set(contact_ids))])
