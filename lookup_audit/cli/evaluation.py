"""An evaluation as text: what a reviewer's evening would hold, and what it costs the innocent."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lookup_audit.cli.common import counted, say, say_table

if TYPE_CHECKING:
    from lookup_audit.evaluation import Comparison, Evaluation, LabelScore, LeftOut, Rate, Reviewed, Share


def say_evaluation(evaluation: "Evaluation", *, by_group: bool = False, leave_one_out: bool = False) -> None:
    """What `evaluate` measured, as tables with 95% intervals; two long parts only when asked for."""
    say(
        f"{counted(evaluation.lookups, 'lookup')} by {counted(evaluation.users, 'user')} on "
        f"{counted(evaluation.days, 'audited day')}; {counted(evaluation.alerts, 'alert')}"
    )
    if evaluation.labels:
        say(
            f"{counted(evaluation.labels, 'lookup')} by {counted(evaluation.labelled_users, 'user')} "
            f"{'is' if evaluation.labels == 1 else 'are'} labelled as misuse"
        )
        _say_reading(evaluation)
    else:
        say("no audited lookup has a label: every alert counts as false")
    _say_false_alerts(evaluation)
    _say_explained(evaluation)
    _say_detectors(evaluation)
    if evaluation.labels:
        _say_labels("motive", evaluation.motives)
        _say_labels("theme", evaluation.themes)
        _say_calibration(evaluation)
    _say_reviewed(evaluation)
    if leave_one_out:
        _say_left_out(evaluation)
    _say_flag_rates(evaluation, by_group=by_group)
    if evaluation.labels:
        say("\nA label that is not there counts as innocent, so each precision is a lower bound.")
    if not leave_one_out:
        say("What each detector and explanation adds: --leave-one-out")


def _say_reading(evaluation: "Evaluation") -> None:
    lookups, alerts = evaluation.average_precision_interval, evaluation.alert_average_precision_interval
    _head("OF THE ALERTS THAT PEOPLE CAN READ", "capacity: alerts read per 1,000 users per 30 days")
    say_table(
        ("capacity", "alerts", "right", "labelled lookups found", "pairs found", "best possible"),
        [
            (at.capacity, at.alerts, *map(_share, (at.precision, at.recall, at.pair_recall, at.ceiling)))
            for at in evaluation.at_capacity
        ],
        numbers=range(6),
    )
    say(
        f"average precision {_value(evaluation.average_precision, *lookups)} over all lookups, "
        f"{_value(evaluation.alert_average_precision, *alerts)} over alerts"
    )


def _say_false_alerts(evaluation: "Evaluation") -> None:
    _head("FALSE ALERTS", "alerts without any labelled lookup")
    say_table(
        ("of the alerts", "alerts", "false", "per 1,000 users a night", "per 1,000 user-days"),
        [
            (one.chosen, one.alerts, one.false, _rate(one.per_night), _rate(one.per_user_day))
            for one in evaluation.false_alerts
        ],
        numbers=(1, 2, 3, 4),
    )


def _say_explained(evaluation: "Evaluation") -> None:
    rows = [
        ("all", evaluation.explained),
        ("first of a user and subject", evaluation.first_explained),
        ("that a detector touched", evaluation.touched_explained),
        ("labelled as misuse", evaluation.labels_explained),
    ]
    _head("EXPLAINED BY A WORK LINK", "of the labelled, the fewer the better")
    say_table(("lookups", "share"), [(name, _share(one)) for name, one in rows if one.whole], numbers=(1,))


def _say_detectors(evaluation: "Evaluation") -> None:
    if not evaluation.labels:
        _head("BY DETECTOR")
        rows = [(one.detector, one.findings) for one in evaluation.detectors]
        say_table(("detector", "findings"), rows, numbers=(1,))
        return
    _head("BY DETECTOR", "labels touched: of all, and of those with its own theme")
    say_table(
        ("detector", "findings", "right", "labels touched", "own theme"),
        [
            (one.detector, one.findings, *map(_share, (one.precision, one.recall, one.theme_recall)))
            for one in evaluation.detectors
        ],
        numbers=(1, 2, 3, 4),
    )


def _say_labels(name: str, scores: "Sequence[LabelScore]") -> None:
    _head(f"LABELS BY {name.upper()}")
    say_table(
        (name, "labels", "touched", "in the alerts read at most"),
        [(one.name, one.touched.whole, _share(one.touched), _share(one.in_top)) for one in scores],
        numbers=(1, 2, 3),
    )


def _say_calibration(evaluation: "Evaluation") -> None:
    _head("DOES THE RISK READ AS A PROBABILITY?", "touched lookups")
    say_table(
        ("risk", "lookups", "mean risk", "labelled"),
        [
            (f"{band.low:.1f}–{band.high:.1f}", band.labelled.whole, band.mean_risk, _share(band.labelled))
            for band in evaluation.calibration
        ],
        numbers=(1, 2, 3),
    )
    say(f"Brier score {_number(evaluation.brier)}")


def _say_reviewed(evaluation: "Evaluation") -> None:
    if not evaluation.reviewed:
        return
    _head(
        "AGAINST REVIEWERS' VERDICTS",
        "the latest of each alert; right: unexplained, referred; wrong: explained, dismissed",
    )
    say_table(
        ("alerts in which", "decided", "right", "asked, still open"),
        [
            (one.detector or "(any detector)", one.precision.whole, _share(one.precision), one.open)
            for one in evaluation.reviewed
        ],
        numbers=(1, 2, 3),
    )
    false = [one for one in evaluation.reviewed if one.false_because]
    if false:
        _head("WHY THEY WERE FALSE", "as reviewers said, for the owner of the rule; the most frequent first")
        say_table(
            ("alerts in which", "false", "because"),
            [(one.detector or "(any detector)", *_because(one)) for one in false],
            numbers=(1,),
        )


def _because(one: "Reviewed") -> tuple[int, str]:
    from lookup_audit.triage.reasons import reason_words

    said = [
        f"{reason_words(code)['en'] if code else 'no reason given'} ({count})"
        for code, count in one.false_because
    ]
    return sum(count for _, count in one.false_because), ", ".join(said)


def _say_left_out(evaluation: "Evaluation") -> None:
    out = evaluation.leave_one_out
    _head("WHAT EACH DETECTOR ADDS", "scored again without it; what others ask, and how rarely, stays")
    say_table(
        ("detector", "lookups", "labels it alone touched", *_LEFT_OUT),
        [(one.name, one.lookups, one.labels_only, *_left_out(one)) for one in out.detectors],
        numbers=range(1, 7),
    )
    _head(
        "WHAT EACH EXPLANATION ADDS",
        "of lookups that a detector touched; what it kept from being asked is not here",
    )
    say_table(
        ("explanation", "lookups", *_LEFT_OUT),
        [(one.name, one.lookups, *_left_out(one)) for one in out.explanations],
        numbers=range(1, 6),
    )
    say(
        f"Of all together: average precision {_number(out.average_precision)}, recall "
        f"{_share(out.recall).strip()} in the first {counted(out.alerts_read, 'alert')}, each with the risk of its "
        "riskiest lookup. Right and false: alerts of risk from 0.5."
    )


_LEFT_OUT = ("average precision", "recall without it", "right alerts", "false alerts")


def _left_out(one: "LeftOut") -> tuple[str, ...]:
    return (
        _value(one.adds.value, one.adds.low, one.adds.high, sign="+"),
        _share(one.recall),
        f"{one.right_alerts:+d}",
        f"{one.false_alerts:+d}",
    )


def _say_flag_rates(evaluation: "Evaluation", *, by_group: bool) -> None:
    _head("WHO IS FLAGGED", "users with an alert of risk from 0.5; p that groups have one rate, after Holm")
    falsely = ["flagged falsely"] if evaluation.labels else []  # without labels it is the same as flagged
    say_table(
        ("by", "groups", "flagged", *falsely),
        [
            (one.name, len(one.groups), _verdict(one.flagged), *(_verdict(one.falsely) for _ in falsely))
            for one in evaluation.flag_rates
        ],
        numbers=(1,),
    )
    if not by_group:
        say("Each group's rates: --by-group")
        return
    for dimension in evaluation.flag_rates:
        say()
        say_table(
            (dimension.name, "users", "alerts per 1,000 user-days", "flagged", *falsely),
            [
                (
                    one.name,
                    one.users,
                    _rate(one.alerts),
                    _share(one.flagged),
                    *(_share(one.falsely) for _ in falsely),
                )
                for one in dimension.groups
            ],
            numbers=range(1, 5),
        )
    say("Who is in a small group can be guessed: these tables are for analysts, not to publish.")


def _head(title: str, note: str = "") -> None:
    say(f"\n{title}" + (f" ({note})" if note else ""))


def _share(share: "Share") -> str:
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return f"{share.share:6.1%} ({share.low:.0%}–{share.high:.0%})"


def _rate(rate: "Rate") -> str:
    return _value(rate.rate, rate.low, rate.high, digits=2)


def _value(
    value: float | None, low: float | None, high: float | None, *, digits: int = 3, sign: str = ""
) -> str:
    if value is None:
        return "–"
    form = f"{sign}z.{digits}f"
    if low is None or high is None:
        return f"{value:{form}}"
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


def _verdict(comparison: "Comparison") -> str:
    if comparison.p_holm is None:
        return comparison.verdict
    return f"{comparison.verdict} (p {comparison.p_holm:.3f})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
