-- The numbers of tonight's texts: of all that were ever given a small part.
SELECT nr, text FROM numbers WHERE text IN (SELECT text FROM texts)
