"""How odd each user-day is among peers: an isolation forest (Liu, Ting and Zhou, 2008) over behaviour.

Every measure of a day is put on the scale of the user's peers in the past, and counts only upward: a
quiet day, a part-timer or a new colleague is never odd for being quiet. Higher is more abnormal, in every
number here. A forest finds days that are odd in many measures, and is slow to isolate one that is extreme
in a single one; so the single strongest measure has a vote too, combined by Fisher's method (1925).
The result only supports: it raises a question about a day, and names what drives it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import IsolationForest

from lookup_audit.detectors.isolation_forest_prose import FEATURES, PROSE
from lookup_audit.settings import Forest
from lookup_audit.warehouse import Warehouse

__all__ = ["FEATURES", "PROSE", "Model", "NightlyForest", "score", "train"]

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

_SELECTED = ", ".join(FEATURES)


@dataclass(frozen=True, eq=False)
class Model:
    """A forest and the peers it compares with; `flag_above` is the score above which a day is a question.

    `peers` holds two rows of numbers (centre, spread) for each group of peers that is large enough, under
    (level, name): ("group", "<function> | <team>"), ("function", "<function>") and ("everyone", "").
    The rest are numbers of past user-days, each rising: `past_forest` the forest's own scores,
    `past_single` the strongest single measure in spreads, `past_oddness` the two combined.
    """

    forest: IsolationForest
    peers: dict[tuple[str, str], Numbers]
    past_forest: Numbers
    past_single: Numbers
    past_oddness: Numbers
    flag_above: float

    def oddness(self, relative: Numbers) -> Numbers:
        """Both votes on each user-day, combined; from 0 up."""
        forest = _shares_below(_forest_scores(self.forest, relative), self.past_forest)
        return _fisher(forest, _shares_below(relative.max(axis=1), self.past_single))


def train(past: pd.DataFrame, settings: Forest) -> Model | None:
    """Return a model of past user-days, or None when there are fewer than `settings.minimum_user_days`.

    `past` has the columns user_id, day, peer_group and those of `FEATURES`; the order of its rows does
    not matter.
    """
    if len(past) < settings.minimum_user_days:
        return None
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
    if len(relative) > _RANKED:
        chosen = np.random.default_rng(settings.seed).choice(len(relative), _RANKED, replace=False)
        relative = relative[np.sort(chosen)]
    forest_scores, single = _forest_scores(forest, relative), relative.max(axis=1)
    past_forest, past_single = np.sort(forest_scores), np.sort(single)
    past_oddness = np.sort(
        _fisher(_shares_below(forest_scores, past_forest), _shares_below(single, past_single))
    )
    flag_above = np.quantile(_shares_below(past_oddness, past_oddness), 1.0 - settings.flagged_share)
    return Model(forest, peers, past_forest, past_single, past_oddness, round(float(flag_above), 6))


def score(model: Model, days: pd.DataFrame) -> pd.DataFrame:
    """Each user-day's score: columns user_id, day, anomaly_score (0 to 1) and top_features (a list).

    The score is the share of past user-days that were less odd. User-days of at least 0.95 name what drives
    it: at most three features, strongest first; all others name none. `days` has the columns that `train`
    takes; rows come back in its order.
    """
    if days.empty:
        return pd.DataFrame({"user_id": [], "day": [], "anomaly_score": [], "top_features": []})
    relative = _relative(days, _measures(days), model.peers)
    oddness = model.oddness(relative)
    scores = _shares_below(oddness, model.past_oddness)
    named = np.flatnonzero(scores >= _NAMED_FROM)
    top_features: list[list[str]] = [[] for _ in range(len(days))]
    for row, names in zip(named, _drivers(model, relative[named], oddness[named]), strict=True):
        top_features[row] = names
    return pd.DataFrame(
        {
            "user_id": days["user_id"].to_numpy(),
            "day": days["day"].to_numpy(),
            "anomaly_score": scores.round(6),
            "top_features": pd.Series(top_features, dtype=object),
        }
    )


class NightlyForest:
    """Scores nights in sequence, with one model for each ISO week; make a new one for every audit.

    The model of a week learns from the days before its Monday only, at most `training_days` of them, so a
    night on its own and the same night in a backfill get the same scores.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._settings = warehouse.settings.forest
        self._monday: date | None = None
        self._model: Model | None = None

    def score_night(self, day: date) -> float | None:
        """Score the day; the score above which a user-day is a question, or None while there is no model.

        Fills anomaly_score and top_features of the day's rows in `user_days`; without a model, with null.
        """
        monday = day - timedelta(days=day.weekday())
        if monday != self._monday:
            self._model = self._train_before(monday)
            self._monday = monday
        self._write(day, self._model)
        return None if self._model is None else self._model.flag_above

    def _train_before(self, monday: date) -> Model | None:
        past = self._warehouse.frame(
            f"SELECT user_id, day, peer_group, {_SELECTED} FROM user_days "
            "WHERE day >= $first AND day < $monday ORDER BY user_id, day",
            {"first": monday - timedelta(days=self._settings.training_days), "monday": monday},
        )
        return train(past, self._settings)

    def _write(self, day: date, model: Model | None) -> None:
        warehouse = self._warehouse
        warehouse.run(
            "UPDATE user_days SET anomaly_score = NULL, top_features = NULL WHERE day = $day", {"day": day}
        )
        if model is None:
            return
        days = warehouse.frame(
            f"SELECT user_id, day, peer_group, {_SELECTED} FROM user_days WHERE day = $day ORDER BY user_id",
            {"day": day},
        )
        if days.empty:
            return
        warehouse.run(
            "CREATE OR REPLACE TEMP TABLE day_scores "
            "(user_id VARCHAR, day DATE, anomaly_score DOUBLE, top_features VARCHAR[])"
        )
        warehouse.insert("day_scores", score(model, days))
        warehouse.run(
            "UPDATE user_days SET anomaly_score = scored.anomaly_score, top_features = scored.top_features "
            "FROM day_scores AS scored WHERE user_days.user_id = scored.user_id AND user_days.day = $day",
            {"day": day},
        )
        warehouse.run("DROP TABLE day_scores")


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


def _forest_scores(forest: IsolationForest, relative: Numbers) -> Numbers:
    """Return the forest's 2^(-E/c), 0 to 1: scikit-learn's score has the opposite sign, low for abnormal."""
    return np.asarray(-forest.score_samples(relative), dtype=np.float64)


def _shares_below(values: Numbers, past: Numbers) -> Numbers:
    """Share of past user-days that were less odd than each value; below 1, whatever the value."""
    shares: Numbers = np.searchsorted(past, values, side="left") / (len(past) + 1)
    return shares


def _fisher(forest: Numbers, single: Numbers) -> Numbers:
    """Fisher's sum over both votes: -ln of the share of past user-days that are at least as odd."""
    summed: Numbers = -np.log1p(-forest) - np.log1p(-single)
    return summed


def _drivers(model: Model, relative: Numbers, oddness: Numbers) -> list[list[str]]:
    """For each user-day the features that push its score up, strongest first.

    A feature's weight is the mean of how far the score falls when that feature alone is put at the peers'
    centre, and how far it rises above an ordinary day when that feature alone is kept: the first and last
    terms of its Shapley value. The fall alone is blind to features that go together, such as lookups and
    subjects. Path lengths would be cheaper, and are easily read backwards.
    """
    rows, columns = np.nonzero(relative > 0.0)
    if len(rows) == 0:
        return [[] for _ in relative]
    pairs = np.arange(len(rows))
    without = relative[rows]
    without[pairs, columns] = 0.0
    alone = np.zeros_like(without)
    alone[pairs, columns] = relative[rows, columns]
    ordinary = np.zeros((1, relative.shape[1]))
    scores = model.oddness(np.vstack([without, alone, ordinary]))
    weights = np.zeros_like(relative)
    weights[rows, columns] = (oddness[rows] - scores[pairs] + scores[len(rows) + pairs] - scores[-1]) / 2.0
    strongest = np.argsort(-weights, axis=1, kind="stable")[:, :_TOP]
    return [
        [_MEASURED[column] for column in best if weights[row, column] > 0.0]
        for row, best in enumerate(strongest)
    ]
