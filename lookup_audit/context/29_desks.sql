-- Users whose function is to look up for others: any part of the function's name is on the configured list.
WITH functions AS (
    SELECT DISTINCT functions.function
    FROM (SELECT DISTINCT function FROM users) AS functions
    INNER JOIN (SELECT unnest($desk_functions) AS part) AS desk
        ON contains(plain_text(functions.function), plain_text(desk.part))
)

SELECT users.user_id
FROM users
INNER JOIN functions ON functions.function = users.function
