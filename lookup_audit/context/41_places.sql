-- Where tonight's subjects are, in cells of about two kilometres, by the team that looked them up.
SELECT
    night.team,
    round(floor(night_subjects.lat / 0.02) * 0.02 + 0.01, 2) AS cell_lat,
    round(floor(night_subjects.lon / 0.03) * 0.03 + 0.015, 3) AS cell_lon,
    count(*) AS lookups
FROM night
INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
WHERE night.team IS NOT NULL AND night_subjects.lat IS NOT NULL AND night_subjects.lon IS NOT NULL
GROUP BY ALL
