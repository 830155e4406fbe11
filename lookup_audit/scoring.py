"""Findings and work links into one risk per lookup: log-odds that add up, with the sum shown.

The odds start from a prior (how often a lookup that any rule touches is misuse before the question is
weighed). Each question adds its weight times its score; questions with the same motive are mostly the same
question, so the strongest counts in full and the others for a quarter. Each work link takes its weight times
its strength away, again the strongest in full. All of these count `EVIDENCE_FACTOR` times.

A weight is reasoned for a question that is rarely asked. Where a unit's own history shows that it is asked
often (a roster that is always late, a town where every second officer lives on the beat), most of its answers
must be innocent, so the logarithm of how much more often is taken off: the likelihood ratio's denominator,
measured instead of assumed. It is measured among all users and among those of the user's function, because a
desk, a detective and a staff officer have other habits. The forest looks at the same day that the rules look
at, so beside any of them it counts as a further finding.

The method is naive Bayes (Good, 1950, on weights of evidence) with a discount for dependence; weights are
reasoned in each rule's header.
"""

from datetime import date

import pandas as pd

from lookup_audit.calibration import RECALIBRATED_SQL, Calibration
from lookup_audit.warehouse import SignedSql, Warehouse

PRIOR_LOG_ODDS = -6.5
"""About 1 in 670: most touched lookups are a question with a good answer."""

EVIDENCE_FACTOR = 1.7
"""What weights and habits count for in the sum. Each was reasoned by itself, and discounts stand between them;
on simulated units of other seeds such sums were too modest in the middle. This factor and the prior are Platt's
scaling (1999) of the reasoned sums on those units, held back so that a unit without misuse stays quiet."""

REPEATED_SHARE = 0.25
"""What a further finding of the same motive, or a further link, still adds: dependence, not proof."""

USUAL_RATE = 0.001
"""A question is rare when it comes up on at most 1 in 1,000 of a user's days."""

PRIOR_DAYS = 2_000
"""User-days at the usual rate that every question starts with: a first night proves no habit."""


def score_day(
    warehouse: Warehouse,
    day: date,
    signed: list[SignedSql],
    weights: dict[str, float],
    calibration: Calibration,
) -> None:
    """Fill `work_links` and `lookup_risk` for the night at hand, from `night_links` and `findings`.

    Parameters
    ----------
    day
        The audited local day, whose context tables are there.
    signed
        Every explanation and rule; their `weight` is in natural log-odds at score 1.
    weights
        The same for detectors that are not SQL, by id.
    calibration
        What reviewers' verdicts taught; as it is made, it changes nothing.
    """
    terms = [(one.id, one.weight, one.about) for one in signed]
    terms += [(name, weight, "support") for name, weight in weights.items()]
    warehouse.run("CREATE OR REPLACE TEMP TABLE term_weights (id VARCHAR, weight DOUBLE, about VARCHAR)")
    warehouse.insert("term_weights", pd.DataFrame(terms, columns=["id", "weight", "about"]))
    warehouse.run(
        """
        INSERT INTO work_links
        SELECT night.system, night.lookup_id, links.explanation, links.strength, $day
        -- in order before the texts come with it, which costs half
        FROM (SELECT * FROM night_links ORDER BY lookup_nr, explanation) AS links
        INNER JOIN night ON night.lookup_nr = links.lookup_nr
        """,
        {"day": day},
    )
    warehouse.run(
        _COMMONNESS,
        {
            "day": day,
            "history_days": warehouse.settings.context.history_days,
            "usual_rate": USUAL_RATE,
            "prior_days": PRIOR_DAYS,
        },
    )
    warehouse.run(
        _RISK,
        {
            "day": day,
            "prior": PRIOR_LOG_ODDS,
            "evidence": EVIDENCE_FACTOR,
            "repeated": REPEATED_SHARE,
            **vars(calibration),
        },
    )


# How often each question comes up at this score or higher, in steps of 0.05, for each day that a user works,
# against the usual rate: among all users, and among those of the user's function, who are taken to be like all
# until their own days say otherwise. Events are counted, not lookups: a series of one user is one event a week,
# and so is a wave of attention for one subject.
_COMMONNESS = """
CREATE OR REPLACE TEMP TABLE commonness AS
WITH asked AS (
    SELECT
        findings.detector,
        coalesce(users.function, '') AS function,
        findings.user_id,
        findings.subject_id,
        date_trunc('week', findings.audit_date) AS week,
        floor(findings.score * 20) AS step
    FROM findings
    LEFT JOIN users ON users.user_id = findings.user_id
    WHERE findings.audit_date <= $day AND findings.audit_date >= $day - $history_days
),

events AS (
    SELECT whose, detector, function, step, count(*) AS events
    FROM (
        SELECT 'user' AS whose, detector, function, user_id AS who, week, max(step) AS step FROM asked GROUP BY ALL
        UNION ALL
        SELECT 'subject' AS whose, detector, function, subject_id AS who, week, max(step) AS step
        FROM asked
        GROUP BY ALL
    ) AS highest
    GROUP BY whose, detector, function, step
),

worked AS (
    SELECT coalesce(users.function, '') AS function, count(*) AS days
    FROM user_days
    LEFT JOIN users ON users.user_id = user_days.user_id
    WHERE user_days.day <= $day AND user_days.day >= $day - $history_days
    GROUP BY ALL
),

everyone AS (
    SELECT sum(days) AS days FROM worked
),

tonight AS (
    SELECT DISTINCT
        findings.detector,
        coalesce(users.function, '') AS function,
        floor(findings.score * 20) AS step
    FROM findings
    LEFT JOIN users ON users.user_id = findings.user_id
    WHERE findings.audit_date = $day
),

counted AS (
    SELECT
        events.whose,
        tonight.detector,
        tonight.function,
        tonight.step,
        sum(events.events) AS events,
        sum(CASE WHEN events.function = tonight.function THEN events.events ELSE 0 END) AS of_function
    FROM tonight
    INNER JOIN events ON events.detector = tonight.detector AND events.step >= tonight.step
    GROUP BY events.whose, tonight.detector, tonight.function, tonight.step
),

-- of users' weeks and subjects' weeks the fewer
fewest AS (
    SELECT detector, function, step, min(events) AS events, min(of_function) AS of_function
    FROM counted
    GROUP BY detector, function, step
),

rates AS (
    SELECT
        fewest.detector,
        fewest.function,
        fewest.step,
        fewest.of_function,
        worked.days AS worked,
        (fewest.events + $usual_rate * $prior_days) / (everyone.days + $prior_days) AS of_all
    FROM fewest
    CROSS JOIN everyone
    INNER JOIN worked ON worked.function = fewest.function
)

SELECT
    detector,
    function,
    step,
    greatest(ln((of_function + of_all * $prior_days) / (worked + $prior_days) / $usual_rate), 0.0) AS log_odds
FROM rates
"""


_RISK = f"""
INSERT INTO lookup_risk BY NAME
WITH touched AS (
    SELECT
        findings.system,
        findings.lookup_id,
        bool_or(term_weights.about = 'subject') AS about_subject
    FROM findings
    INNER JOIN term_weights ON term_weights.id = findings.detector
    WHERE findings.audit_date = $day
    GROUP BY findings.system, findings.lookup_id
),

weighed AS (
    SELECT
        findings.system,
        findings.lookup_id,
        findings.detector AS term,
        term_weights.about,
        -- detectors without a motive ask different things, so each stands by itself
        coalesce(findings.motive, findings.detector) AS kind,
        greatest(findings.score * term_weights.weight - commonness.log_odds, 0.0) AS log_odds
    FROM findings
    INNER JOIN term_weights ON term_weights.id = findings.detector
    LEFT JOIN users ON users.user_id = findings.user_id
    INNER JOIN commonness
        ON
            commonness.detector = findings.detector
            AND commonness.function = coalesce(users.function, '')
            AND commonness.step = floor(findings.score * 20)
    WHERE findings.audit_date = $day
    UNION ALL
    SELECT
        work_links.system,
        work_links.lookup_id,
        work_links.explanation,
        NULL,
        'work link',
        -work_links.strength * term_weights.weight
    FROM work_links
    INNER JOIN touched
        ON touched.system = work_links.system AND touched.lookup_id = work_links.lookup_id
    INNER JOIN term_weights ON term_weights.id = work_links.explanation
    WHERE
        work_links.audit_date = $day
        -- a question about behaviour was already put against the habit of the user's own function
        AND (work_links.explanation <> 'desk_function' OR touched.about_subject)
),

discounted AS (
    SELECT
        system,
        lookup_id,
        term,
        about,
        kind,
        round(
            $evidence * log_odds * CASE
                WHEN row_number() OVER (
                    PARTITION BY system, lookup_id, kind ORDER BY abs(log_odds) DESC, term
                ) = 1
                AND NOT (
                    about = 'support'
                    AND count(*) FILTER (WHERE kind <> 'work link') OVER (PARTITION BY system, lookup_id) > 1
                ) THEN 1.0
                ELSE $repeated
            END,
            4
        ) AS log_odds
    FROM weighed
),

summed AS (
    SELECT
        system,
        lookup_id,
        round($prior + sum(log_odds), 4) AS log_odds,
        list_sort(list(term) FILTER (WHERE kind <> 'work link')) AS detectors,
        list_sort(coalesce(list(term) FILTER (WHERE kind = 'work link'), [])) AS work_links,
        (list({{'motive': kind, 'about': about}} ORDER BY log_odds DESC, term) FILTER (
            WHERE kind IN ('curiosity', 'personal_involvement', 'personal_benefit')
        ))[1] AS strongest,
        list_prepend(
            {{'term': 'prior', 'log_odds': $prior::DOUBLE}},
            list({{'term': term, 'log_odds': log_odds}} ORDER BY log_odds DESC, term)
        ) AS terms
    FROM discounted
    GROUP BY system, lookup_id
),

calibrated AS (
    SELECT *, {RECALIBRATED_SQL} AS recalibrated FROM summed
)

SELECT
    calibrated.system,
    calibrated.lookup_id,
    night.occurred_at,
    night.user_id,
    night.subject_id,
    round(from_log_odds(calibrated.log_odds + calibrated.recalibrated), 6) AS risk,
    calibrated.strongest['motive'] AS motive,
    calibrated.detectors,
    calibrated.work_links,
    NULL::VARCHAR AS alert_id,
    to_json(
        CASE
            WHEN calibrated.recalibrated = 0 THEN calibrated.terms
            ELSE list_append(
                calibrated.terms, {{'term': 'recalibrated', 'log_odds': calibrated.recalibrated}}
            )
        END
    ) AS sum_shown,
    CASE
        WHEN coalesce(calibrated.strongest['about'], '') <> 'subject' OR night_subjects.subject_nr IS NULL
            THEN 'behaviour'
        WHEN night_subjects.address_key IS NOT NULL AND night_subjects.is_household
            THEN 'address ' || night_subjects.address_key
        ELSE 'subject ' || night_subjects.focus_id
    END AS alert_about,
    $day AS audit_date
FROM calibrated
INNER JOIN night ON night.system = calibrated.system AND night.lookup_id = calibrated.lookup_id
LEFT JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
ORDER BY calibrated.system, calibrated.lookup_id
"""
