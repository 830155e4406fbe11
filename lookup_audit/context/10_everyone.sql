-- Whoever could look up: all users that are registered, and who looked up something tonight without being so.
WITH who AS (
    SELECT user_id FROM users
    UNION
    SELECT user_id FROM lookups WHERE local_date = $day
)

SELECT
    who.user_id,
    known.nr AS user_nr,
    users.user_id IS NOT NULL AS is_registered,
    users.team,
    team.nr AS team_nr,
    users.function,
    own.nr AS own_subject_nr,
    users.home_lat,
    users.home_lon,
    users.home_address_key,
    postcode.nr AS home_postcode_nr,
    address.nr AS home_address_nr
FROM who
INNER JOIN known ON known.text = who.user_id
LEFT JOIN users ON users.user_id = who.user_id
LEFT JOIN known AS team ON team.text = users.team
LEFT JOIN known AS own ON own.text = users.own_subject_id
LEFT JOIN known AS postcode ON postcode.text = users.home_postcode_key
LEFT JOIN known AS address ON address.text = users.home_address_key
