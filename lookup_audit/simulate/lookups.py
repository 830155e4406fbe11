"""Lookups before they are dressed as rows of a log: who, what, when, in the course of which activity."""

import numpy as np

from lookup_audit.simulate.clock import Array

INCIDENT, REPORT, TRAFFIC, BRIEFING, CASE, DESKWORK, INTAKE, OVERVIEW = range(8)

Batch = dict[str, Array]

_DEFAULTS: dict[str, tuple[type, float]] = {
    "at": (np.int64, 0),
    "user": (np.int64, 0),
    "subject": (np.int64, 0),
    "activity": (np.int8, 0),
    "case": (np.int64, -1),
    "theme": (np.int8, -1),
    "lat": (np.float64, np.nan),
    "lon": (np.float64, np.nan),
    "home": (np.bool_, False),
    "mobile": (np.bool_, False),
    "copied": (np.bool_, False),
    "pretext": (np.bool_, False),
}


def batch(**columns: Array | float) -> Batch:
    """Lookups as columns of one length; `at` must be an array, others are repeated or have their default.

    `case` is a case number by position (-1 none), `theme` the position of a label (-1 none), `home`
    made from home, `mobile` must be on a mobile device, `copied` printed or exported, `pretext` a
    reason that says nothing.
    """
    size = len(np.atleast_1d(columns["at"]))
    return {
        name: np.broadcast_to(np.asarray(columns.get(name, default)), (size,)).astype(kind)
        for name, (kind, default) in _DEFAULTS.items()
    }


def joined(parts: list[Batch]) -> Batch:
    """All lookups of the parts, in their order."""
    if not parts:
        return batch(at=np.empty(0, dtype=np.int64))
    return {name: np.concatenate([part[name] for part in parts]) for name in _DEFAULTS}


def chosen(part: Batch, where: Array | slice) -> Batch:
    """The lookups at a mask or at positions."""
    return {name: column[where] for name, column in part.items()}
