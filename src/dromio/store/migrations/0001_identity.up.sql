CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE domains (
    domain_id {serial},
    name TEXT NOT NULL UNIQUE,
    generation {bigint},
    publishes INTEGER NOT NULL DEFAULT 0,
    created_at {bigint} NOT NULL
);

CREATE TABLE models (
    model_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at {bigint} NOT NULL,
    UNIQUE (domain_id, version)
);

-- What follows from the records under one model. Readers see the generation that its domain names.
CREATE TABLE generations (
    generation {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    model_id {bigint} NOT NULL REFERENCES models,
    state TEXT NOT NULL CHECK (state IN ('building', 'published', 'retired')),
    started_at {bigint} NOT NULL,
    published_at {bigint}
);

CREATE TABLE sources (
    domain_id {bigint} NOT NULL REFERENCES domains,
    name TEXT NOT NULL,
    created_at {bigint} NOT NULL,
    PRIMARY KEY (domain_id, name)
);

-- One row for every record key that was ever named; content is null unless the state is current.
CREATE TABLE records (
    record_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    source TEXT NOT NULL,
    unique_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('expected', 'current', 'deleted', 'erased')),
    number INTEGER NOT NULL,
    version {bigint},
    content TEXT,
    accepted_at {bigint} NOT NULL,
    UNIQUE (domain_id, source, unique_id),
    FOREIGN KEY (domain_id, source) REFERENCES sources,
    CHECK ((state = 'current') = (content IS NOT NULL))
);

CREATE TABLE record_versions (
    record_id {bigint} NOT NULL REFERENCES records,
    number INTEGER NOT NULL,
    version {bigint},
    content TEXT,
    accepted_at {bigint} NOT NULL,
    replaced_at {bigint} NOT NULL,
    PRIMARY KEY (record_id, number)
);

-- An id once given answers for ever: live, merged into another, ended with its last record, or erased.
CREATE TABLE entities (
    entity_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    state TEXT NOT NULL CHECK (state IN ('live', 'merged', 'ended', 'erased')),
    redirect {bigint} REFERENCES entities,
    core_id {bigint} REFERENCES records,
    created_at {bigint} NOT NULL,
    CHECK ((state = 'merged') = (redirect IS NOT NULL))
);

CREATE INDEX entities_by_redirect ON entities (redirect) WHERE redirect IS NOT NULL;
CREATE INDEX entities_by_core ON entities (core_id) WHERE core_id IS NOT NULL;

-- Where every current record stands in a generation. Records that are linked to no other have no component.
CREATE TABLE placements (
    generation {bigint} NOT NULL REFERENCES generations,
    record_id {bigint} NOT NULL REFERENCES records,
    entity_id {bigint} NOT NULL REFERENCES entities,
    component {bigint},
    digest {bigint},
    cleaned TEXT NOT NULL,
    blocks TEXT NOT NULL,
    PRIMARY KEY (generation, record_id)
);

CREATE INDEX placements_by_entity ON placements (entity_id, generation);
CREATE INDEX placements_by_component ON placements (component, generation) WHERE component IS NOT NULL;

CREATE TABLE keys (
    generation {bigint} NOT NULL,
    hash {bigint} NOT NULL,
    record_id {bigint} NOT NULL,
    PRIMARY KEY (generation, hash, record_id)
) {clustered};

CREATE TABLE large_blocks (
    generation {bigint} NOT NULL,
    hash {bigint} NOT NULL,
    size {bigint} NOT NULL,
    PRIMARY KEY (generation, hash)
) {clustered};

-- All compared pairs whose records are in one component: left < right, weight above the match threshold in milli-bits.
CREATE TABLE edges (
    generation {bigint} NOT NULL,
    left_id {bigint} NOT NULL,
    right_id {bigint} NOT NULL,
    weight {bigint} NOT NULL,
    PRIMARY KEY (generation, left_id, right_id),
    CHECK (left_id < right_id)
) {clustered};

-- What people did: an act makes judgements and ends others, and can be undone as a whole.
CREATE TABLE acts (
    act_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    kind TEXT NOT NULL CHECK (kind IN ('judge', 'withdraw', 'merge', 'unmerge')),
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    done_at {bigint} NOT NULL,
    undone_at {bigint}
);

-- A judgement counts until an act ends it.
CREATE TABLE judgements (
    judgement_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    left_id {bigint} NOT NULL REFERENCES records,
    right_id {bigint} NOT NULL REFERENCES records,
    verdict TEXT NOT NULL CHECK (verdict IN ('positive', 'negative', 'unsure')),
    act_id {bigint} NOT NULL REFERENCES acts,
    ended_by {bigint} REFERENCES acts,
    CHECK (left_id < right_id)
);

CREATE UNIQUE INDEX judgements_of_pair ON judgements (left_id, right_id) WHERE ended_by IS NULL;
CREATE INDEX judgements_by_right ON judgements (right_id);
CREATE INDEX judgements_by_act ON judgements (act_id);

CREATE TABLE review_items (
    item_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    left_id {bigint} NOT NULL REFERENCES records,
    right_id {bigint} NOT NULL REFERENCES records,
    kind TEXT NOT NULL,
    weight {bigint} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'expired')),
    created_at {bigint} NOT NULL,
    decided_at {bigint},
    UNIQUE (left_id, right_id)
);

CREATE INDEX review_items_open ON review_items (domain_id, item_id) WHERE state = 'open';

CREATE INDEX review_items_by_right ON review_items (right_id);

CREATE TABLE manual_values (
    domain_id {bigint} NOT NULL REFERENCES domains,
    record_id {bigint} NOT NULL REFERENCES records,
    name TEXT NOT NULL,
    value TEXT,
    author TEXT NOT NULL,
    written_at {bigint} NOT NULL,
    PRIMARY KEY (record_id, name)
);

-- What happened, in ids only; rows are never changed.
CREATE TABLE changes (
    change_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    at {bigint} NOT NULL,
    kind TEXT NOT NULL,
    record_id {bigint},
    entity_id {bigint},
    other_id {bigint}
);

CREATE INDEX changes_by_record ON changes (record_id);
CREATE INDEX changes_by_entity ON changes (entity_id);

CREATE TABLE outbox (
    change_id {bigint} PRIMARY KEY REFERENCES changes
);

CREATE TABLE redo (
    generation {bigint} NOT NULL,
    hash {bigint} NOT NULL,
    max_block {bigint} NOT NULL,
    PRIMARY KEY (generation, hash)
) {clustered};

CREATE TABLE jobs (
    job_id {serial},
    domain_id {bigint} NOT NULL REFERENCES domains,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at {bigint} NOT NULL,
    ended_at {bigint},
    message TEXT
);

CREATE TABLE suppressions (
    domain_id {bigint} NOT NULL REFERENCES domains,
    hash {bigint} NOT NULL,
    erased_at {bigint} NOT NULL,
    PRIMARY KEY (domain_id, hash)
);
