"""What each detector and each explanation adds: the same audit, scored again without it.

Its term is taken out of each lookup's sum. Where it was the strongest of its kind, the next of that kind
counts in full, as in scoring. What is not done again: a detector is not asked again, no other detector's
usual rate is measured again, and lookups that no detector touched stay as they are. So an explanation
shows here only what it says of touched lookups, not the questions that it kept from being asked.

Alerts are those of the audit, and keep their lookups; each takes the risk of its riskiest lookup, with the
detector and without, where the audit also counts an alert's days. Recall here is thus close to, and not the
same as, recall of the audit's own alerts.
"""

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lookup_audit.calibration import RECALIBRATED
from lookup_audit.evaluation.false_alerts import LIKELY
from lookup_audit.evaluation.measures import (
    Counts,
    Estimate,
    Numbers,
    Share,
    average_precision,
    estimate,
    resampled_average_precision,
    share,
)
from lookup_audit.scoring import REPEATED_SHARE
from lookup_audit.warehouse import Warehouse

WORK_LINK = "work link"
"""The kind that all explanations are of."""


@dataclass(frozen=True)
class LeftOut:
    """A detector or explanation, and what is there with it and not without it.

    `lookups` are those that it touched and any detector did, and `labels_only` the labels that no other detector
    touched (None for an explanation). `average_precision` and `recall` are without it; `adds` is the
    difference in average precision, positive where it helps, with its interval over users.
    `right_alerts` and `false_alerts` are the alerts of risk 0.5 and higher that it adds; negative where
    it takes them away, as an explanation should do to false ones.
    """

    name: str
    lookups: int
    labels_only: int | None
    average_precision: float | None
    adds: Estimate
    recall: Share
    right_alerts: int
    false_alerts: int


@dataclass(frozen=True)
class LeaveOneOut:
    """Average precision and recall of everything together, and each part left out, in order of name."""

    alerts_read: int
    average_precision: float | None
    recall: Share
    detectors: tuple[LeftOut, ...]
    explanations: tuple[LeftOut, ...]


def leave_one_out(warehouse: Warehouse, *, alerts_read: int) -> LeaveOneOut:
    """What each detector and explanation adds; recall is that of the first `alerts_read` alerts."""
    lookups = warehouse.frame(_LOOKUPS)
    shown = _shown(lookups["sum_shown"])
    terms = _losses(shown, warehouse.frame(_KINDS).astype({"term": str, "kind": str}))
    scorer = _Scorer(warehouse.frame(_UNTOUCHED), lookups, alerts_read)
    risk, alert = lookups["risk"].to_numpy(np.float64), lookups["alert"].to_numpy(np.int64)
    log_odds = np.bincount(shown["lookup"], weights=shown["log_odds"], minlength=len(lookups))
    asked = np.bincount(terms["lookup"][terms["kind"] != WORK_LINK], minlength=len(lookups))
    whole = scorer.score(risk, alert)

    def without(name: str, own: pd.DataFrame, *, is_detector: bool) -> LeftOut:
        at = own["lookup"].to_numpy(np.intp)
        only = at[asked[at] == 1] if is_detector else at[:0]
        left, inside = risk.copy(), alert.copy()
        left[at] = _risk(log_odds[at] - own["loss"].to_numpy(np.float64), lookups.iloc[at])
        left[only], inside[only] = 0.0, -1
        part = scorer.score(left, inside)
        return LeftOut(
            name=name,
            lookups=len(at),
            labels_only=int(scorer.hits[only].sum()) if is_detector else None,
            average_precision=part.average_precision,
            adds=_gain(whole, part),
            recall=part.recall,
            right_alerts=whole.right_alerts - part.right_alerts,
            false_alerts=whole.false_alerts - part.false_alerts,
        )

    def parts(chosen: pd.DataFrame, *, is_detector: bool) -> tuple[LeftOut, ...]:
        return tuple(without(str(name), own, is_detector=is_detector) for name, own in chosen.groupby("term"))

    return LeaveOneOut(
        alerts_read=alerts_read,
        average_precision=whole.average_precision,
        recall=whole.recall,
        detectors=parts(terms[terms["kind"] != WORK_LINK], is_detector=True),
        explanations=parts(terms[terms["kind"] == WORK_LINK], is_detector=False),
    )


def _shown(sums: "pd.Series[str]") -> pd.DataFrame:
    """Every term of every sum, before recalibration: `lookup` (its position), `term`, `log_odds`."""
    rows = [
        (lookup, term["term"], term["log_odds"])
        for lookup, text in enumerate(sums)
        for term in json.loads(text)
        if term["term"] != RECALIBRATED
    ]
    columns = {"lookup": np.int64, "term": str, "log_odds": np.float64}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _losses(shown: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """Every finding and link of a lookup, `kinds`, with its `loss`: what the sum loses without it.

    The strongest of a kind counts in full. Without it the next one moves up into its place: of that one only
    REPEATED_SHARE was counted, and then it counts whole.
    """
    terms = kinds.merge(shown, on=["lookup", "term"], how="left")
    terms["log_odds"] = terms["log_odds"].fillna(0.0)  # what the sum does not show adds nothing
    terms["size"] = terms["log_odds"].abs()
    terms = terms.sort_values(["lookup", "kind", "size", "term"], ascending=[True, True, False, True])
    of_kind = terms.groupby(["lookup", "kind"])
    moves_up = of_kind["log_odds"].shift(-1).fillna(0.0).where(of_kind.cumcount() == 0, 0.0)
    terms["loss"] = terms["log_odds"] - moves_up * (1 / REPEATED_SHARE - 1)
    return terms


def _risk(log_odds: Numbers, lookups: pd.DataFrame) -> Numbers:
    """The risk of a sum, recalibrated as the audit of its day did, and rounded alike, so that ties stay ties."""
    judged_from = np.maximum(log_odds, lookups["reviewed_from"].to_numpy(np.float64))
    added = (
        lookups["intercept"].to_numpy(np.float64) + (lookups["slope"].to_numpy(np.float64) - 1) * judged_from
    )
    risk: Numbers = np.round(1 / (1 + np.exp(-np.round(log_odds + added, 4))), 6)
    return risk


@dataclass(frozen=True)
class _Score:
    average_precision: float | None
    draws: Numbers
    recall: Share
    right_alerts: int
    false_alerts: int


class _Scorer:
    """Touched and labelled lookups, with the untouched rest of each user, to be scored more than once."""

    def __init__(self, untouched: pd.DataFrame, lookups: pd.DataFrame, alerts_read: int) -> None:
        self.alerts_read = alerts_read
        self.hits: Counts = lookups["hits"].to_numpy(np.int64)
        everyone = pd.concat([lookups["user_id"], untouched["user_id"]])
        self._users: npt.NDArray[np.intp] = pd.factorize(everyone, sort=True)[0]
        none = np.zeros(len(untouched), dtype=np.int64)
        self._rows = np.concatenate([np.ones_like(self.hits), untouched["lookups"].to_numpy(np.int64)])
        self._hits = np.concatenate([self.hits, none])
        self._rest = none.astype(np.float64)

    def score(self, risk: Numbers, alert: Counts) -> _Score:
        """What these risks are worth; `alert` numbers each lookup's alert, -1 for none."""
        scores = np.concatenate([risk, self._rest])
        labels = int(self.hits.sum())
        draws = np.empty(0)
        if labels:
            draws = resampled_average_precision(self._users, scores, self._rows, self._hits)
        inside = pd.DataFrame({"alert": alert, "risk": risk, "hits": self.hits})
        alerts = (
            inside[inside["alert"] >= 0]
            .groupby("alert")
            .agg(risk=("risk", "max"), lookups=("risk", "size"), hits=("hits", "sum"))
            .sort_values(["risk", "lookups"], ascending=False, kind="stable")
        )
        likely = alerts["hits"][alerts["risk"] >= LIKELY]
        return _Score(
            average_precision=average_precision(scores, self._rows, self._hits),
            draws=draws,
            recall=share(int(alerts["hits"].head(self.alerts_read).sum()), labels),
            right_alerts=int((likely > 0).sum()),
            false_alerts=int((likely == 0).sum()),
        )


def _gain(whole: _Score, part: _Score) -> Estimate:
    if whole.average_precision is None or part.average_precision is None:
        return Estimate(None, None, None)
    return estimate(whole.average_precision - part.average_precision, whole.draws - part.draws)


# A lookup's position is its place in this order; alerts are numbered in order of id, -1 is none.
_LOOKUPS = """
SELECT
    judged.user_id,
    judged.risk,
    judged.is_labelled::BIGINT AS hits,
    CASE WHEN judged.alert_id IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY judged.alert_id) END AS alert,
    coalesce(lookup_risk.sum_shown, '[]') AS sum_shown,
    coalesce(calibrations.intercept, 0.0) AS intercept,
    coalesce(calibrations.slope, 1.0) AS slope,
    coalesce(calibrations.reviewed_from, 0.0) AS reviewed_from
FROM judged
LEFT JOIN lookup_risk
    ON lookup_risk.system = judged.system AND lookup_risk.lookup_id = judged.lookup_id
LEFT JOIN calibrations ON calibrations.fitted_on = lookup_risk.audit_date
ORDER BY judged.system, judged.lookup_id
"""

# Detectors without a motive ask different things, so each is a kind by itself, as in scoring.
_KINDS = f"""
WITH numbered AS (
    SELECT system, lookup_id, is_touched, row_number() OVER (ORDER BY system, lookup_id) - 1 AS lookup
    FROM judged
)

SELECT numbered.lookup, findings.detector AS term, coalesce(findings.motive, findings.detector) AS kind
FROM findings
INNER JOIN numbered ON numbered.system = findings.system AND numbered.lookup_id = findings.lookup_id
UNION ALL
SELECT numbered.lookup, work_links.explanation AS term, '{WORK_LINK}' AS kind
FROM work_links
INNER JOIN numbered ON numbered.system = work_links.system AND numbered.lookup_id = work_links.lookup_id
WHERE numbered.is_touched
ORDER BY lookup, term
"""

_UNTOUCHED = "SELECT user_id, lookups FROM untouched ORDER BY user_id"
