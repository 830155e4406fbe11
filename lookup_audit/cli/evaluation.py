"""An evaluation as text: what a reviewer's evening would hold."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lookup_audit.cli.common import say, say_table

if TYPE_CHECKING:
    from lookup_audit.evaluation import Evaluation, LabelScore, Share


def say_evaluation(evaluation: "Evaluation") -> None:
    """Everything that `evaluate` measured, as tables with 95% intervals."""
    say(
        f"{evaluation.lookups:,} lookups by {evaluation.users:,} users on {evaluation.days} audited days; "
        f"{evaluation.labels:,} of them labelled as misuse; {evaluation.alerts:,} alerts"
    )
    say(
        f"\naverage precision  {evaluation.average_precision:.3f} over all lookups, "
        f"{_number(evaluation.alert_average_precision)} over alerts"
    )
    say("\nOf the alerts that people can read (per 1,000 users per 30 days)")
    say_table(
        ("capacity", "alerts", "right", "labelled lookups found", "pairs found", "best possible"),
        [
            (
                at.capacity,
                at.alerts,
                *map(_share, (at.precision, at.recall, at.pair_recall, at.ceiling)),
            )
            for at in evaluation.at_capacity
        ],
        numbers=range(6),
    )  # fmt: skip
    say("\nExplained by a work link")
    say_table(
        ("lookups", "share"),
        [
            ("all", _share(evaluation.explained)),
            ("first of a user and subject", _share(evaluation.first_explained)),
            ("that a detector touched", _share(evaluation.touched_explained)),
            ("labelled as misuse", _share(evaluation.labels_explained)),
        ],
        numbers=(1,),
    )
    say("\nBy detector")
    say_table(
        ("detector", "findings", "right", "of all labels", "of its own theme"),
        [
            (one.detector, one.findings, _share(one.precision), _share(one.recall), _share(one.theme_recall))
            for one in evaluation.detectors
        ],
        numbers=(1, 2, 3, 4),
    )
    _say_labels("motive", evaluation.motives)
    _say_labels("theme", evaluation.themes)
    say("\nDoes the risk read as a probability? (touched lookups)")
    say_table(
        ("risk", "lookups", "mean risk", "labelled"),
        [
            (f"{band.low:.1f}–{band.high:.1f}", band.labelled.whole, band.mean_risk, _share(band.labelled))
            for band in evaluation.calibration
        ],
        numbers=(1, 2, 3),
    )
    say(f"Brier score {_number(evaluation.brier)}")
    say("\nA label that is not there counts as innocent, so each precision is a lower bound.")


def _say_labels(name: str, scores: "Sequence[LabelScore]") -> None:
    say(f"\nLabels by {name}")
    say_table(
        (name, "labels", "touched", "in the alerts read at most"),
        [(one.name, one.touched.whole, _share(one.touched), _share(one.in_top)) for one in scores],
        numbers=(1, 2, 3),
    )


def _share(share: "Share") -> str:
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return f"{share.share:6.1%} ({share.low:.0%}–{share.high:.0%})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
