"""The operators' back door: read-mostly, its actions call verbs, its lists count nothing that grows."""

from crm.admin import keys, ledger, people, shared, trust

__all__ = ["keys", "ledger", "people", "shared", "trust"]
