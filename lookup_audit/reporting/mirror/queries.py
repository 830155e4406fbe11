"""The queries behind a mirror: amounts only, by user. No subject, no query and no finding is read."""

# Whose days there are, and whether they are in the user's group (function and team) and function.
PEERS = """
WITH own AS (
    SELECT peer_group
    FROM user_days
    WHERE user_id = $user AND day BETWEEN $first AND $last
    ORDER BY day DESC
    LIMIT 1
),

in_group AS (
    SELECT DISTINCT user_id
    FROM user_days
    WHERE day BETWEEN $first AND $last AND peer_group = (SELECT peer_group FROM own)
),

working AS (SELECT DISTINCT user_id FROM user_days WHERE day BETWEEN $first AND $last)

SELECT
    working.user_id,
    in_group.user_id IS NOT NULL AS in_group,
    coalesce(users.function = (SELECT function FROM users WHERE user_id = $user), FALSE) AS in_function
FROM working
LEFT JOIN in_group ON in_group.user_id = working.user_id
LEFT JOIN users ON users.user_id = working.user_id
WHERE working.user_id <> $user
ORDER BY working.user_id
"""

TOTALS = """
SELECT
    user_id,
    count(*) AS days,
    sum(lookups) AS lookups,
    sum(subjects) AS subjects,
    sum(first_subjects) AS first_subjects,
    sum(off_duty) AS off_duty,
    sum(prints_exports) AS prints_exports
FROM user_days
WHERE day BETWEEN $first AND $last AND user_id IN (SELECT unnest($users))
GROUP BY user_id
ORDER BY user_id
"""

WEEKS = """
SELECT
    user_id,
    CAST(date_diff('day', CAST($first AS DATE), day) AS INTEGER) // 7 AS part,
    sum(lookups) AS lookups
FROM user_days
WHERE day BETWEEN $first AND $last AND user_id IN (SELECT unnest($users))
GROUP BY ALL
ORDER BY ALL
"""

SYSTEMS = """
SELECT user_id, system AS part, count(*) AS lookups
FROM lookups
WHERE local_date BETWEEN $first AND $last AND user_id IN (SELECT unnest($users))
GROUP BY ALL
ORDER BY ALL
"""

HOURS = """
SELECT user_id, local_hour // CAST($hours AS INTEGER) AS part, count(*) AS lookups
FROM lookups
WHERE local_date BETWEEN $first AND $last AND user_id IN (SELECT unnest($users))
GROUP BY ALL
ORDER BY ALL
"""

# Each lookup once for each kind of link that explains it, and once for any.
LINKS = """
WITH links AS (
    SELECT DISTINCT
        lookups.user_id, lookups.system, lookups.lookup_id, work_links.explanation
    FROM lookups
    INNER JOIN work_links ON work_links.system = lookups.system AND work_links.lookup_id = lookups.lookup_id
    WHERE
        lookups.local_date BETWEEN $first AND $last
        AND lookups.user_id IN (SELECT unnest($users))
        AND work_links.audit_date BETWEEN $first AND $last
        AND work_links.strength >= 0.5
)

SELECT user_id, explanation AS part, count(*) AS lookups
FROM links
GROUP BY user_id, explanation
UNION ALL
SELECT user_id, '' AS part, count(DISTINCT (system, lookup_id)) AS lookups
FROM links
GROUP BY user_id
ORDER BY ALL
"""
