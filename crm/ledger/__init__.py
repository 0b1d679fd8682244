"""The ledger: publish facts, react to them (ADR 1 and 2)."""

from crm.ledger.consume import consumer, on
from crm.ledger.fact import Fact, fact
from crm.ledger.publishing import CausalLoop, Recorded, because_of, publish, publish_many, recorded

__all__ = [
    "CausalLoop",
    "Fact",
    "Recorded",
    "because_of",
    "consumer",
    "fact",
    "on",
    "publish",
    "publish_many",
    "recorded",
]
