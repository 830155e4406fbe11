-- Every text that the night is compared by: whoever could look up, who or what was looked up, and what they are told
-- by. The register of users is whole, because history is theirs too.
SELECT user_id AS text FROM lookups WHERE local_date = $day
UNION
SELECT unnest([user_id, team, own_subject_id, home_postcode_key, home_address_key]) AS text FROM users
UNION
SELECT unnest([subject_id, person_id, surname_key, sex, postcode_key, address_key]) AS text FROM asked_subjects
