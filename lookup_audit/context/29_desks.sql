-- Users whose function is to look up for others: any part of the function's name is on the configured list.
WITH functions AS (
    SELECT DISTINCT functions.function
    FROM (SELECT DISTINCT function FROM everyone) AS functions
    INNER JOIN (SELECT unnest($desk_functions) AS part) AS desk
        ON contains(plain_text(functions.function), plain_text(desk.part))
)

SELECT everyone.user_nr
FROM everyone
INNER JOIN functions ON functions.function = everyone.function
