"""What a reviewer may name: a detector, a motive, a team, a system; a slip is told the nearest."""

import difflib
from collections.abc import Iterable
from functools import cache

from lookup_audit.errors import UsageError
from lookup_audit.warehouse import Warehouse, load_signed

LADDER = ("curiosity", "personal_involvement", "personal_benefit")
"""The motives, the gravest last."""


def one_of(what: str, name: str, known: Iterable[str]) -> str:
    """The name, which is known; else `UsageError` with the nearest, or with all where they are few."""
    names = sorted(known)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    few = f"; one of {', '.join(names)}" if len(names) <= 20 else ""
    raise UsageError(f"no {what} {name!r}{f'; did you mean {near[0]}?' if near else few}")


@cache
def motive_by_detector() -> dict[str, str]:
    """The motive of every detector, by its id: curiosity where it speaks of any, as an alert's is then."""
    motives = {rule.id: rule.motive for rule in load_signed("rule", locked=False)}
    return {
        name: "curiosity" if motive == "any" else motive
        for name, motive in {**motives, "peer_anomaly": "any"}.items()
    }


def known_detector(name: str) -> str:
    """The id of a detector; `UsageError` for one that is not there."""
    return one_of("detector", name, motive_by_detector())


def known_motive(name: str) -> str:
    """A motive that a finding can have; `UsageError` for another."""
    return one_of("motive", name, LADDER)


def known_team(warehouse: Warehouse, name: str) -> str:
    """A team that `users` names; `UsageError` for another."""
    rows = warehouse.rows("SELECT DISTINCT team FROM users WHERE team IS NOT NULL")
    return one_of("team", name, [row["team"] for row in rows])


def known_system(warehouse: Warehouse, name: str) -> str:
    """A system that an audited lookup was made in; `UsageError` for another."""
    rows = warehouse.rows("SELECT DISTINCT system FROM lookup_risk")
    return one_of("system", name, [row["system"] for row in rows])
