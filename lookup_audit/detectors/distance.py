"""How far a user-day lies above the usual one of the function, over all measures at once.

Mahalanobis' distance (1936) on robustly scaled logs, upward only: measures that usually rise together count as
one, and a quiet day has no distance at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from sklearn.covariance import ShrunkCovariance

Numbers = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]

_MAD_TO_SPREAD = 1.4826  # of a normal distribution
_FLOOR = 0.1  # a tenth more than usual is not far, however alike the peers are
_FARTHEST = 12.0  # spreads beyond this say nothing more
_SHRINKAGE = 0.1  # towards alike and unrelated measures: what peers never do is far, not without meaning


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual among peers: centre and spread of each measure, and how upward deviations go together."""

    centre: Numbers
    spread: Numbers
    covariance: "ShrunkCovariance"

    @classmethod
    def of(cls, logs: Numbers) -> Self:
        """Learn from user-days × measures."""
        from sklearn.covariance import ShrunkCovariance  # slow to import, which only learning needs

        centre = np.median(logs, axis=0)
        spread = np.maximum(_MAD_TO_SPREAD * np.median(np.abs(logs - centre), axis=0), _FLOOR)
        usual = cls(centre, spread, ShrunkCovariance(assume_centered=True, shrinkage=_SHRINKAGE))
        usual.covariance.fit(usual.deviations(logs))
        return usual

    def deviations(self, logs: Numbers) -> Numbers:
        """User-days × measures, in spreads above the centre, from 0 to 10."""
        return np.asarray(np.clip((logs - self.centre) / self.spread, 0.0, _FARTHEST))


@dataclass(frozen=True, eq=False)
class Distance:
    """What is usual for each function with enough users, and for everyone under ""; measures are `names`."""

    names: tuple[str, ...]
    usual: dict[str, Usual]

    @classmethod
    def fit(cls, past: pd.DataFrame, names: Sequence[str], minimum_users: int) -> Self:
        """Learn from past user-days: columns user_id, peer_group ("function | team") and `names`."""
        logs = _logs(past, names)
        usual = {"": Usual.of(logs)}
        functions = past["peer_group"].astype(str).str.rpartition(" | ")[0]
        for function, rows in past.groupby(functions, sort=True).indices.items():
            if past["user_id"].iloc[rows].nunique() >= minimum_users:
                usual[str(function)] = Usual.of(logs[rows])
        return cls(tuple(names), usual)

    def functions(self, days: pd.DataFrame) -> Names:
        """Return the function that each user-day is compared with; "" for everyone."""
        names = days["peer_group"].astype(str).str.rpartition(" | ")[0]
        return names.where(names.isin(list(self.usual)), "").to_numpy(dtype=np.str_)

    def deviations(self, days: pd.DataFrame, functions: Names) -> Numbers:
        """User-days × measures, in spreads above the centre of the function; 0 at or below it."""
        logs = _logs(days, self.names)
        result = np.empty_like(logs)
        for function in np.unique(functions):
            rows = functions == function
            result[rows] = self.usual[function].deviations(logs[rows])
        return result

    def of(self, deviations: Numbers, functions: Names) -> Numbers:
        """The squared distance of each user-day; higher is more abnormal."""
        result = np.empty(len(deviations))
        for function in np.unique(functions):
            rows = functions == function
            result[rows] = self.usual[function].covariance.mahalanobis(deviations[rows])
        return result


def _logs(days: pd.DataFrame, names: Sequence[str]) -> Numbers:
    return np.asarray(np.log1p(days[list(names)].to_numpy(dtype=np.float64)), dtype=np.float64)
