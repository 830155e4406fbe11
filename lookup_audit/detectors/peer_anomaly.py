"""Findings of the isolation forest: lookups without a work link on a day that is odd among peers."""

from datetime import date

from lookup_audit.warehouse import Warehouse


def flag_odd_days(warehouse: Warehouse, *, day: date, run_id: str, flag_above: float) -> int:
    """Insert a `peer_anomaly` finding for every lookup without a work link on a flagged user-day; how many.

    The score rises from 0.5 at the threshold to 1; the evidence names the features that drive it. The
    forest supports what rules ask, so the finding has no motive of its own.
    """
    before = warehouse.count("findings")
    warehouse.run(
        """
        INSERT INTO findings BY NAME
        SELECT
            stable_id('f', ['peer_anomaly', night.system, night.lookup_id]) AS finding_id,
            $run_id AS run_id,
            $day AS audit_date,
            'peer_anomaly' AS detector,
            NULL AS motive,
            night.system,
            night.lookup_id,
            night.user_id,
            night.subject_id,
            night.occurred_at,
            round(0.5 + 0.5 * (user_days.anomaly_score - $flag_above) / greatest(1.0 - $flag_above, 0.000001), 6)
                AS score,
            to_json({
                'anomaly_score': user_days.anomaly_score,
                'top_features': user_days.top_features,
                'peer_group': user_days.peer_group,
                'lookups_that_day': user_days.lookups
            }) AS evidence
        FROM user_days
        INNER JOIN night ON night.user_id = user_days.user_id
        INNER JOIN work ON work.lookup_nr = night.lookup_nr
        WHERE user_days.day = $day AND user_days.anomaly_score > $flag_above AND work.is_unlinked
        ORDER BY night.system, night.lookup_id
        """,
        {"day": day, "run_id": run_id, "flag_above": flag_above},
    )
    return warehouse.count("findings") - before
