-- What happened: the journal of each key, the deliveries taken in, and plain numbers and notes.

-- One row a sentence of a key's story. `facts` is a JSON object of ids, words and numbers.
CREATE TABLE journal (
  id     INTEGER PRIMARY KEY,
  key    TEXT NOT NULL,
  at     INTEGER NOT NULL,
  what   TEXT NOT NULL CHECK (what <> ''),
  facts  TEXT NOT NULL CHECK (json_type(facts) = 'object')
) STRICT;

CREATE INDEX journal_by_key ON journal (key, id);

-- One row a webhook delivery, so that a repeated one is known; `times` it came.
CREATE TABLE deliveries (
  vendor       TEXT NOT NULL,
  dedup_key    TEXT NOT NULL,
  event        TEXT NOT NULL,
  key          TEXT,
  received_at  INTEGER NOT NULL,
  times        INTEGER NOT NULL CHECK (times > 0),
  PRIMARY KEY (vendor, dedup_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_by_age ON deliveries (received_at);

-- One row a counted thing; numbers only grow, and outlast a restart.
CREATE TABLE counters (
  name   TEXT PRIMARY KEY NOT NULL,
  value  INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

-- One row a note about the store as a whole; a time is written as its microseconds, in digits.
CREATE TABLE meta (
  name   TEXT PRIMARY KEY NOT NULL,
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
