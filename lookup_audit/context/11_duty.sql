-- Where each lookup falls in its user's roster. A shift is taken as planned up to the end of the day:
-- nothing that starts after it is read. Duty wins over leave where both are rostered. Someone who does a
-- shift's worth of lookups between shifts was at work: the roster is wrong or late (unrostered), not the user. Who has had
-- no shift for so long may have been on duty (unknown); and so may who belongs to a team whose roster of the day is
-- missing, or until noon that of the day before, of which a night shift may last.
WITH near_shifts AS (
    SELECT everyone.user_nr, shifts.starts_at, shifts.ends_at, coalesce(shifts.kind, 'duty') AS kind
    FROM shifts
    INNER JOIN everyone ON everyone.user_id = shifts.user_id
    WHERE shifts.starts_at < $night_end AND shifts.ends_at >= $night_start - to_days(1)
),

rostered AS (
    SELECT DISTINCT everyone.user_nr
    FROM shifts
    INNER JOIN everyone ON everyone.user_id = shifts.user_id
    WHERE shifts.starts_at < $night_end AND shifts.ends_at >= $night_end - to_days($roster_days)
),

no_roster AS (
    SELECT everyone.user_nr, bool_or(missing.day = $day) AS all_day
    FROM everyone
    INNER JOIN missing_rosters AS missing ON missing.team = everyone.team
    GROUP BY everyone.user_nr
),

compared AS (
    SELECT
        lookups.rowid AS lookup_nr,
        everyone.user_nr,
        lookups.occurred_at,
        lookups.local_hour < 12 AS before_noon,
        near_shifts.kind,
        lookups.occurred_at BETWEEN near_shifts.starts_at AND near_shifts.ends_at AS inside,
        greatest(
            seconds_between(lookups.occurred_at, near_shifts.starts_at),
            seconds_between(near_shifts.ends_at, lookups.occurred_at),
            0
        ) / 60.0 AS minutes_outside
    FROM lookups
    INNER JOIN everyone ON everyone.user_id = lookups.user_id
    LEFT JOIN near_shifts ON near_shifts.user_nr = everyone.user_nr
    WHERE lookups.local_date = $day
),

against_shifts AS (
    SELECT
        lookup_nr,
        user_nr,
        occurred_at,
        before_noon,
        coalesce(bool_or(inside AND kind = 'duty'), FALSE) AS on_duty,
        coalesce(bool_or(inside AND kind = 'standby'), FALSE) AS on_standby,
        coalesce(bool_or(inside AND kind = 'training'), FALSE) AS in_training,
        coalesce(bool_or(inside AND kind = 'leave'), FALSE) AS on_leave,
        coalesce(bool_or(inside AND kind = 'sick'), FALSE) AS on_sick_leave,
        min(CASE WHEN kind IN ('duty', 'standby') THEN minutes_outside END) AS minutes_outside
    FROM compared
    GROUP BY lookup_nr, user_nr, occurred_at, before_noon
),

states AS (
    SELECT
        against_shifts.lookup_nr,
        against_shifts.user_nr,
        against_shifts.occurred_at,
        CASE
            WHEN against_shifts.on_duty THEN 'duty'
            WHEN against_shifts.on_standby THEN 'standby'
            WHEN against_shifts.minutes_outside <= $shift_grace_minutes THEN 'overtime'
            WHEN against_shifts.on_leave THEN 'leave'
            WHEN against_shifts.on_sick_leave THEN 'sick'
            WHEN against_shifts.in_training THEN 'training'
            WHEN rostered.user_nr IS NULL OR no_roster.all_day OR (NOT no_roster.all_day AND before_noon) THEN 'unknown'
            ELSE 'off'
        END AS duty_state,
        round(against_shifts.minutes_outside, 1) AS minutes_from_shift
    FROM against_shifts
    LEFT JOIN rostered ON rostered.user_nr = against_shifts.user_nr
    LEFT JOIN no_roster ON no_roster.user_nr = against_shifts.user_nr
),

working AS (
    SELECT user_nr
    FROM states
    WHERE duty_state = 'off'
    GROUP BY user_nr
    HAVING
        count(*) >= $unrostered_lookups
        AND seconds_between(min(occurred_at), max(occurred_at)) >= $unrostered_hours * 3600
)

SELECT
    states.lookup_nr,
    CASE
        WHEN states.duty_state = 'off' AND working.user_nr IS NOT NULL THEN 'unrostered'
        ELSE states.duty_state
    END AS duty_state,
    states.minutes_from_shift
FROM states
LEFT JOIN working ON working.user_nr = states.user_nr
