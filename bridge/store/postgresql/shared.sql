-- What PostgreSQL has beside the tables of 0001_store.sql and so on. Those are made of the same files
-- (store/postgresql/spelling.py), with a column `pharmacy` in front.

-- One row: the last step of the schema that was taken, and the oldest that may still be worked with.
CREATE TABLE rxbridge (
  version     BIGINT NOT NULL,
  compatible  BIGINT NOT NULL
);

-- One row a process that works, or waits to. `beat` is another one every two seconds; whose stays the
-- same for ten is deleted by the others. `calls`: of each budget that it holds, how many it made at
-- each vendor within a minute, by age (JSON). `leaves`: it is about to stop, and takes no more keys.
CREATE TABLE replicas (
  id     TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  name   TEXT COLLATE "C" NOT NULL,
  beat   BIGINT NOT NULL DEFAULT 0,
  calls  TEXT COLLATE "C" NOT NULL DEFAULT '{}',
  leaves BOOLEAN NOT NULL DEFAULT false
);

-- One row a budget of calls: a key's, or a pharmacy's with a key of its own. `fence` is another
-- number (of `fences`) whenever somebody takes it over: whoever took it before writes no more. `calls`: what the last owner reported;
-- `unreported_seconds`: how long it may have gone on calling after that.
CREATE TABLE budgets (
  id                  TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  fence               BIGINT NOT NULL DEFAULT 0,
  owner               TEXT COLLATE "C" REFERENCES replicas (id),
  calls               TEXT COLLATE "C" NOT NULL DEFAULT '{}',
  unreported_seconds  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX budgets_by_owner ON budgets (owner);
CREATE SEQUENCE fences;

-- One row a pharmacy. Each transaction that writes locks its row first, so they follow one another.
-- `version` is another one once anything was written.
CREATE TABLE pharmacies (
  id         TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  budget     TEXT COLLATE "C" NOT NULL REFERENCES budgets (id),
  version    BIGINT NOT NULL DEFAULT 0,
  made_at    BIGINT NOT NULL
);
