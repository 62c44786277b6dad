-- What SQL asks of an entrance's note becomes columns; the note itself is the entrance's own again.

ALTER TABLE jobs RENAME COLUMN reply TO note;
ALTER TABLE jobs ADD COLUMN entrance TEXT NOT NULL DEFAULT '';  -- before the colon of its owner: tg, api, cli
ALTER TABLE jobs ADD COLUMN lifetime_s REAL;                    -- what its caller wished for its files
ALTER TABLE jobs ADD COLUMN files_gone_at REAL;                 -- when its files were deleted

UPDATE jobs SET
    entrance = CASE instr(owner, ':') WHEN 0 THEN owner ELSE substr(owner, 1, instr(owner, ':') - 1) END,
    lifetime_s = json_extract(note, '$.lifetime_s'),
    files_gone_at = CASE WHEN json_extract(note, '$.are_files_gone') THEN finished_at END,
    request = json_set(json_remove(request, '$.photos'), '$.inputs',
                       CASE json_array_length(request, '$.photos') WHEN 0 THEN json('{}')
                       ELSE json_object('face', json(json_extract(request, '$.photos'))) END);
UPDATE jobs SET note = json_remove(note, '$.lifetime_s', '$.are_files_gone');

CREATE INDEX jobs_by_entrance ON jobs (entrance, status);
