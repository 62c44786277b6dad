-- How often the process ended while the job was being drawn or its photo decoded, and whether that is going on now.

ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN is_decoding INTEGER NOT NULL DEFAULT 0;
