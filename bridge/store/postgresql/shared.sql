-- What PostgreSQL has beside the tables of 0001_store.sql and so on. Those are made of the same files
-- (store/postgresql/spelling.py), with a column `pharmacy` in front.

-- One row: the last step of the schema that was taken, and the oldest that may still be worked with.
CREATE TABLE rxbridge (
  version     BIGINT NOT NULL,
  compatible  BIGINT NOT NULL
);

-- One row a budget of calls: a key's, or a pharmacy's with a key of its own. `fence` grows whenever
-- somebody takes it over: whoever took it before writes no more.
CREATE TABLE budgets (
  id     TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  fence  BIGINT NOT NULL DEFAULT 0
);

-- One row a pharmacy. Each transaction that writes locks its row first, so they follow one another.
-- `version` is another one once anything was written.
CREATE TABLE pharmacies (
  id         TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  budget     TEXT COLLATE "C" NOT NULL REFERENCES budgets (id),
  version    BIGINT NOT NULL DEFAULT 0,
  made_at    BIGINT NOT NULL
);
