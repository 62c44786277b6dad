-- What is asked about waiting, running and due jobs costs the same however many have ended.

DROP INDEX jobs_by_status;
DROP INDEX jobs_by_entrance;
CREATE INDEX jobs_active ON jobs (owner, created_at, id) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_running ON jobs (owner) WHERE status = 'running';
CREATE INDEX jobs_ended ON jobs (finished_at, status) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_with_files ON jobs (entrance, finished_at) WHERE files_gone_at IS NULL;
CREATE INDEX jobs_without_files ON jobs (entrance, finished_at) WHERE files_gone_at IS NOT NULL;
CREATE INDEX jobs_by_parent ON jobs (parent) WHERE parent IS NOT NULL;

CREATE INDEX stickers_by_owner ON stickers (owner, message_id);  -- also what forgetting an owner looks for
CREATE INDEX uploads_by_expiry ON uploads (expires_at);
CREATE INDEX inbox_handled ON inbox (handled_at) WHERE handled_at IS NOT NULL;
