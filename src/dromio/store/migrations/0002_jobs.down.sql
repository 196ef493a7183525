DROP INDEX changes_by_domain;
ALTER TABLE models DROP COLUMN dropped_at;
DROP TABLE schedules;
DROP TABLE job_parts;
DROP TABLE jobs;
CREATE TABLE jobs (
    job_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at {bigint} NOT NULL,
    ended_at {bigint},
    message TEXT
);
