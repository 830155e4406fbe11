"""Shares with their intervals, and average precision: the measures that an evaluation is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # of a 95% interval


@dataclass(frozen=True)
class Share:
    """A share of `whole`, with its 95% interval (Wilson, 1927); all None when there is nothing to count."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


def share(part: int, whole: int) -> Share:
    """Share with the Wilson interval at 95%."""
    if whole == 0:
        return Share(part, whole, None, None, None)
    observed, z_squared = part / whole, _Z * _Z
    centre = (observed + z_squared / (2 * whole)) / (1 + z_squared / whole)
    half = _Z * sqrt(observed * (1 - observed) / whole + z_squared / (4 * whole * whole))
    half /= 1 + z_squared / whole
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Share(part, whole, round(observed, 6), round(low, 6), round(high, 6))


def average_precision(groups: Sequence[tuple[int, int]]) -> float | None:
    """Average precision over (rows, labelled rows) per distinct score, highest score first.

    The sum over thresholds of the gain in recall times the precision there, as scikit-learn defines it:
    rows with equal scores enter together. None when nothing is labelled.
    """
    labelled = sum(hits for _, hits in groups)
    if labelled == 0:
        return None
    read = found = 0
    total = 0.0
    for rows, hits in groups:
        read += rows
        found += hits
        total += hits / labelled * found / read
    return round(total, 6)
