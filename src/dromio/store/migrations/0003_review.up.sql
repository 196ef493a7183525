-- Values that the model watches: who has them, under which names. A record without a full name has an empty one.
CREATE TABLE value_names (
    generation {bigint} NOT NULL,
    hash {bigint} NOT NULL,
    record_id {bigint} NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (generation, hash, record_id, name)
) {clustered};

-- Values that too many people share, and how many they are.
CREATE TABLE shared_values (
    generation {bigint} NOT NULL,
    hash {bigint} NOT NULL,
    people {bigint} NOT NULL,
    PRIMARY KEY (generation, hash)
) {clustered};

-- Pairs of records whose entities are not merged without consent.
CREATE TABLE held_merges (
    domain_id {bigint} NOT NULL REFERENCES domains,
    left_id {bigint} NOT NULL REFERENCES records,
    right_id {bigint} NOT NULL REFERENCES records,
    held_at {bigint} NOT NULL,
    PRIMARY KEY (left_id, right_id),
    CHECK (left_id < right_id)
);

CREATE INDEX held_merges_by_right ON held_merges (right_id);

ALTER TABLE domains ADD COLUMN asks_consent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE domains ADD COLUMN review_days INTEGER;
