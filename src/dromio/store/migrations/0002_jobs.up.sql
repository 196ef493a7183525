DROP TABLE jobs;

-- Work that is asked for and done later. The database itself lets one job of a domain run at a time.
CREATE TABLE jobs (
    job_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    kind TEXT NOT NULL,
    options TEXT NOT NULL,
    author TEXT NOT NULL,
    schedule TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    phase TEXT NOT NULL DEFAULT '',
    progress INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    is_cancelled INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    held_until {bigint},
    created_at {bigint} NOT NULL,
    started_at {bigint},
    ended_at {bigint},
    result TEXT,
    error TEXT,
    CHECK ((state = 'running') = (holder IS NOT NULL))
);

CREATE UNIQUE INDEX jobs_running ON jobs (domain_id) WHERE state = 'running';
CREATE INDEX jobs_open ON jobs (job_id) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_by_domain ON jobs (domain_id, job_id);

-- What an import was given, until it has been taken in.
CREATE TABLE job_parts (
    job_id {bigint} NOT NULL REFERENCES jobs,
    part INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job_id, part)
);

CREATE TABLE schedules (
    domain_id {bigint} NOT NULL REFERENCES domains,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    time TEXT NOT NULL,
    author TEXT NOT NULL,
    next_at {bigint} NOT NULL,
    PRIMARY KEY (domain_id, name)
);

ALTER TABLE models ADD COLUMN dropped_at {bigint};

CREATE INDEX changes_by_domain ON changes (domain_id, change_id);
