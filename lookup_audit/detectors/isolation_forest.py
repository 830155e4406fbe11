"""How odd each user-day is among peers: an isolation forest (Liu, Ting and Zhou, 2008) over behaviour.

Every measure of a day is put on the scale of the user's peers in the past, and counts only upward: a
quiet day, a part-timer or a new colleague is never odd for being quiet. Higher is more abnormal, in every
number here. A forest splits one measure at a time, and is slow to isolate a day that is extreme in a single
one or somewhat high in several; so the single strongest measure and the day's distance from the usual over all
measures vote too, combined by Fisher's method (1925), and count twice.
The result only supports: it raises a question about a day, and names what drives it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lookup_audit.detectors.distance import Distance, Names
from lookup_audit.detectors.isolation_forest_prose import FEATURES, PROSE
from lookup_audit.settings import Forest

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

__all__ = ["FEATURES", "PROSE", "Model", "score", "train"]

Numbers = npt.NDArray[np.float64]

# Parts of a day's lookups count as a share of them, so that a busy day is not odd for every one of them.
_PARTS = (
    "first_subjects", "unlinked", "off_duty", "night_hours", "persons", "vehicles", "mobile",
    "prints_exports", "near_home", "public_figures",
)  # fmt: skip
_WHOLES = tuple(name for name in FEATURES if name not in _PARTS)
_MEASURED = (*_WHOLES, *_PARTS)  # the feature behind each column of `_measures`

_PRIOR_LOOKUPS = 5.0  # added below the line of a share: one lookup at night is no day at night
_FLOORS = np.array([0.25] * len(_WHOLES) + [0.02] * len(_PARTS))  # a factor 1.3; two in a hundred lookups
_UPPER, _UPPER_NORMAL = 0.9, 1.2816  # a quantile, and where it lies in a normal distribution
_HIGHEST = 10.0  # spreads above the peers' centre; beyond it odd is odd
_RANKED = 20_000  # past user-days that fix the scale of the score: 100 of them above a share of 0.005
_NAMED_FROM = 0.95  # user-days at least this odd get their top features
_TOP = 3


@dataclass(frozen=True, eq=False)
class Compared:
    """User-days as the votes see them: `relative` and `deviations` are user-days × measures, upward only."""

    relative: Numbers
    deviations: Numbers
    functions: Names

    def at(self, rows: npt.NDArray[np.intp]) -> "Compared":
        """Some of the user-days, by position; repeats are possible."""
        return Compared(self.relative[rows], self.deviations[rows], self.functions[rows])


@dataclass(frozen=True, eq=False)
class Model:
    """A forest and the peers it compares with; `flag_above` is the score above which a day is a question.

    `peers` holds two rows of numbers (centre, spread) for each group of peers that is large enough, under
    (level, name): ("group", "<function> | <team>"), ("function", "<function>") and ("everyone", "").
    `distance` measures how far a day is from the usual. The rest are numbers of past user-days, each rising:
    `past_forest` the forest's own scores, `past_single` the strongest single measure in spreads,
    `past_distance` the distances, `past_oddness` all combined.
    """

    forest: "IsolationForest"
    distance: Distance
    peers: dict[tuple[str, str], Numbers]
    past_forest: Numbers
    past_single: Numbers
    past_distance: Numbers
    past_oddness: Numbers
    flag_above: float

    def compared(self, days: pd.DataFrame) -> Compared:
        """These user-days against their peers; columns as `train` takes them."""
        functions = self.distance.functions(days)
        return Compared(
            _relative(days, _measures(days), self.peers),
            self.distance.deviations(days, functions),
            functions,
        )

    def oddness(self, days: Compared) -> Numbers:
        """All votes on each user-day, combined; from 0 up."""
        return _fisher(
            _shares_below(_forest_scores(self.forest, days.relative), self.past_forest),
            _shares_below(days.relative.max(axis=1), self.past_single),
            _shares_below(self.distance.of(days.deviations, days.functions), self.past_distance),
        )


def train(past: pd.DataFrame, settings: Forest) -> Model | None:
    """Return a model of past user-days, or None when there are fewer than `settings.minimum_user_days`.

    `past` has the columns user_id, day, peer_group and those of `FEATURES`; the order of its rows does
    not matter.
    """
    if len(past) < settings.minimum_user_days:
        return None
    from sklearn.ensemble import IsolationForest  # more than a second to import, which only learning needs

    past = past.sort_values(["user_id", "day"], kind="stable", ignore_index=True)
    measures = _measures(past)
    peers = _peers(past, measures, settings.minimum_peers)
    relative = _relative(past, measures, peers)
    forest = IsolationForest(
        n_estimators=settings.trees,
        max_samples=min(settings.sample, len(past)),
        contamination="auto",  # a number would cost a scoring pass over all the past
        random_state=settings.seed,
        n_jobs=1,
    ).fit(relative)
    distance = Distance.fit(past, _MEASURED, settings.minimum_peers)
    if len(past) > _RANKED:
        chosen = np.sort(np.random.default_rng(settings.seed).choice(len(past), _RANKED, replace=False))
        past, relative = past.iloc[chosen], relative[chosen]
    functions = distance.functions(past)
    votes = (
        _forest_scores(forest, relative),
        relative.max(axis=1),
        distance.of(distance.deviations(past, functions), functions),
    )
    past_votes = [np.sort(vote) for vote in votes]
    past_oddness = np.sort(_fisher(*map(_shares_below, votes, past_votes)))
    flag_above = np.quantile(_shares_below(past_oddness, past_oddness), 1.0 - settings.flagged_share)
    return Model(
        forest=forest,
        distance=distance,
        peers=peers,
        past_forest=past_votes[0],
        past_single=past_votes[1],
        past_distance=past_votes[2],
        past_oddness=past_oddness,
        flag_above=round(float(flag_above), 6),
    )


def score(model: Model, days: pd.DataFrame) -> pd.DataFrame:
    """Each user-day's score: columns user_id, day, anomaly_score (0 to 1) and top_features (a list).

    The score is the share of past user-days that were less odd. User-days of at least 0.95 name what drives
    it: at most three features, strongest first; all others name none. `days` has the columns that `train`
    takes; rows come back in its order.
    """
    if days.empty:
        return pd.DataFrame({"user_id": [], "day": [], "anomaly_score": [], "top_features": []})
    compared = model.compared(days)
    oddness = model.oddness(compared)
    scores = _shares_below(oddness, model.past_oddness)
    named = np.flatnonzero(scores >= _NAMED_FROM)
    top_features: list[list[str]] = [[] for _ in range(len(days))]
    for row, names in zip(named, _drivers(model, compared.at(named), oddness[named]), strict=True):
        top_features[row] = names
    return pd.DataFrame(
        {
            "user_id": days["user_id"].to_numpy(),
            "day": days["day"].to_numpy(),
            "anomaly_score": scores.round(6),
            "top_features": pd.Series(top_features, dtype=object),
        }
    )


def _measures(days: pd.DataFrame) -> Numbers:
    """User-days × measures, in the order of `_MEASURED`: logs of whole counts, then shares of the lookups."""
    wholes = np.log1p(days[list(_WHOLES)].to_numpy(dtype=np.float64))
    parts = days[list(_PARTS)].to_numpy(dtype=np.float64)
    lookups = days[["lookups"]].to_numpy(dtype=np.float64)
    return np.hstack([wholes, parts / (lookups + _PRIOR_LOOKUPS)])


def _levels(days: pd.DataFrame) -> Iterator[tuple[str, "pd.Series[str]"]]:
    """Who a user's peers are, narrowest first: function and team, function, everyone."""
    group = days["peer_group"].astype(str)
    yield "group", group
    yield "function", group.str.rpartition(" | ")[0]
    yield "everyone", pd.Series("", index=days.index)


def _peers(past: pd.DataFrame, measures: Numbers, minimum_users: int) -> dict[tuple[str, str], Numbers]:
    """Centre and spread of every group of at least `minimum_users`, and of everyone whatever their number.

    Centre is the median. Spread is how far the highest tenth of the peers' days lies above it, as a
    standard deviation, with a floor: counts are skewed, and a median absolute deviation is 0 wherever most
    days have none (night shifts, prints), which would make every such day as odd as the oddest.
    """
    peers: dict[tuple[str, str], Numbers] = {}
    for level, names in _levels(past):
        for name, rows in past.groupby(names, sort=True).indices.items():
            if level == "everyone" or past["user_id"].iloc[rows].nunique() >= minimum_users:
                inside = measures[rows]
                centre = np.median(inside, axis=0)
                spread = (np.quantile(inside, _UPPER, axis=0) - centre) / _UPPER_NORMAL
                peers[level, str(name)] = np.stack([centre, np.maximum(spread, _FLOORS)])
    return peers


def _relative(days: pd.DataFrame, measures: Numbers, peers: dict[tuple[str, str], Numbers]) -> Numbers:
    """User-days × measures, in spreads above the peers' centre: 0 at or below it, at most 10."""
    relative = np.empty_like(measures)
    missing = np.ones(len(days), dtype=bool)
    for level, names in _levels(days):
        for name, rows in days.groupby(names, sort=False).indices.items():
            inside = rows[missing[rows]]
            if (level, str(name)) in peers:
                centre, spread = peers[level, str(name)]
                relative[inside] = (measures[inside] - centre) / spread
                missing[inside] = False
    return np.clip(relative, 0.0, _HIGHEST)


def _forest_scores(forest: "IsolationForest", relative: Numbers) -> Numbers:
    """Return the forest's 2^(-E/c), 0 to 1: scikit-learn's score has the opposite sign, low for abnormal."""
    return np.asarray(-forest.score_samples(relative), dtype=np.float64)


def _shares_below(values: Numbers, past: Numbers) -> Numbers:
    """Share of past user-days that were less odd than each value; below 1, whatever the value."""
    shares: Numbers = np.searchsorted(past, values, side="left") / (len(past) + 1)
    return shares


def _fisher(forest: Numbers, single: Numbers, distance: Numbers) -> Numbers:
    """Fisher's sum over the votes: of each -ln of the share of past user-days that are at least as odd."""
    summed: Numbers = -np.log1p(-forest) - 2 * np.log1p(-single) - 2 * np.log1p(-distance)
    return summed


def _drivers(model: Model, days: Compared, oddness: Numbers) -> list[list[str]]:
    """For each user-day the features that push its score up, strongest first.

    A feature's weight is the mean of how far the score falls when that feature alone is put at the peers'
    centre, and how far it rises above an ordinary day when that feature alone is kept: the first and last
    terms of its Shapley value. The fall alone is blind to features that go together, such as lookups and
    subjects. Path lengths would be cheaper, and are easily read backwards.
    """
    rows, columns = np.nonzero(days.relative > 0.0)
    if len(rows) == 0:
        return [[] for _ in oddness]
    pairs = np.arange(len(rows))

    def changed(values: Numbers) -> Numbers:
        """Each pair without its feature, each with nothing else, and each with nothing at all."""
        without = values[rows]
        without[pairs, columns] = 0.0
        alone = np.zeros_like(without)
        alone[pairs, columns] = values[rows, columns]
        return np.vstack([without, alone, np.zeros_like(without)])

    scores = model.oddness(
        Compared(changed(days.relative), changed(days.deviations), np.tile(days.functions[rows], 3))
    )
    without, alone, ordinary = np.split(scores, 3)
    weights = np.zeros_like(days.relative)
    weights[rows, columns] = (oddness[rows] - without + alone - ordinary) / 2.0
    strongest = np.argsort(-weights, axis=1, kind="stable")[:, :_TOP]
    return [
        [_MEASURED[column] for column in best if weights[row, column] > 0.0]
        for row, best in enumerate(strongest)
    ]
