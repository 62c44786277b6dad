-- The model a person chose, and how like its photos a picture came out: a column to ask for, read from the result.

ALTER TABLE users ADD COLUMN model TEXT;
ALTER TABLE jobs ADD COLUMN likeness REAL GENERATED ALWAYS AS (json_extract(result, '$.likeness')) VIRTUAL;
