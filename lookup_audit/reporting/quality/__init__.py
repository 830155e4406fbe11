"""The page and JSON of what came in: rows, rejects, volumes, and gaps with what they weaken."""
