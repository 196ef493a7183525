ALTER TABLE domains DROP COLUMN review_days;
ALTER TABLE domains DROP COLUMN asks_consent;
DROP TABLE held_merges;
DROP TABLE shared_values;
DROP TABLE value_names;
