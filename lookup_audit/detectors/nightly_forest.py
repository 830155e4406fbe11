"""One model for each week of nights: what it learns from, and where its scores go."""

import math
from datetime import date, timedelta

from lookup_audit.detectors.isolation_forest import FEATURES, Model, score, train
from lookup_audit.warehouse import Warehouse

_SELECTED = ", ".join(FEATURES)
_MOST_LEARNED = 500_000
"""User-days that a model learns from at most: of a group of fifteen peers that leaves a hundred even in a force of
65,000, and a frame of all of them would not fit in memory beside the night."""


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
        days = {"first": monday - timedelta(days=self._settings.training_days), "monday": monday}
        there = int(
            self._warehouse.value(
                "SELECT count(*) FROM user_days WHERE day >= $first AND day < $monday", days
            )
        )
        # drawn by a digest, so that the same days are drawn again
        past = self._warehouse.frame(
            f"SELECT user_id, day, peer_group, {_SELECTED} FROM user_days "
            "WHERE day >= $first AND day < $monday "
            "AND ($one_in = 1 OR md5_number_lower(user_id || ' ' || day) % $one_in = 0) ORDER BY user_id, day",
            {**days, "one_in": max(1, math.ceil(there / _MOST_LEARNED))},
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
