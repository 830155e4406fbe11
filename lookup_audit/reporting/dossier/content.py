"""What stands around the lookups of a dossier, besides the audit: facts found later, gaps, time, and ties."""

from collections.abc import Sequence
from dataclasses import dataclass

from lookup_audit.reporting.dossier.afterwards import Fact, read_afterwards
from lookup_audit.reporting.dossier.behind import Behind, read_behind
from lookup_audit.reporting.dossier.content_words import content_words
from lookup_audit.reporting.dossier.network import Network, read_network
from lookup_audit.reporting.dossier.numbers import Alert, Lookup, Period
from lookup_audit.reporting.dossier.unknown import Unknown, read_unknown
from lookup_audit.warehouse import Warehouse

__all__ = ["Content", "content_words", "read_content"]


@dataclass(frozen=True)
class Content:
    """Facts found only after the fact; gaps by alert, in order; what stood behind the lookups; their network.

    Whether third parties are hidden in it, and in the dossier that it is part of, is `redacted`.
    """

    facts: tuple[Fact, ...]
    unknown: tuple[tuple[Unknown, ...], ...]
    behind: Behind
    network: Network
    redacted: bool = False


def read_content(
    warehouse: Warehouse, user_id: str, period: Period, lookups: Sequence[Lookup], alerts: Sequence[Alert]
) -> Content:
    """The content of one user's dossier, from its lookups and alerts and the rest of the warehouse."""
    return Content(
        facts=read_afterwards(warehouse, user_id, period, lookups),
        unknown=read_unknown(warehouse, period, alerts),
        behind=read_behind(warehouse, user_id, period, alerts),
        network=read_network(warehouse, lookups),
    )
