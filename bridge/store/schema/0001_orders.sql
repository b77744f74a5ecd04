-- The orders we know, the work to do for them, and what waits for a person.
-- Times in every table are INTEGER: microseconds since 1970-01-01 00:00 UTC; their names end in
-- _at, _until or are `since`. No column holds a patient's data: keys, ids, status words, numbers.
-- Words are checked with OR, since for IN SQLite builds a table of the words at every write.

PRAGMA application_id = 1920492130;  -- "rxbb" in ASCII: tells our file from another program's

-- One row a pharmacy order: its link to the order-request and order at PharmaOne.
CREATE TABLE orders (
  uid            TEXT PRIMARY KEY NOT NULL CHECK (uid <> ''),
  first_seen_at  INTEGER NOT NULL,
  phase          TEXT NOT NULL CONSTRAINT phase_is_known CHECK (
    phase = 'known' OR phase = 'submitting' OR phase = 'unsure' OR phase = 'submitted'
    OR phase = 'adopted' OR phase = 'dropped' OR phase = 'done'),
  announced_by   TEXT NOT NULL CONSTRAINT announced_by_is_known CHECK (
    announced_by = 'webhook' OR announced_by = 'sweep' OR announced_by = 'first_sweep'),
  name           TEXT,
  priority       INTEGER NOT NULL,
  must_find      INTEGER NOT NULL CHECK (must_find IN (0, 1)),
  cleared        INTEGER NOT NULL CHECK (cleared IN (0, 1)),
  rx_status      TEXT,
  rx_seen_at     INTEGER,
  state          TEXT CONSTRAINT state_is_known CHECK (
    state = 'new' OR state = 'in_review' OR state = 'preparing' OR state = 'ready'
    OR state = 'completed' OR state = 'on_hold' OR state = 'cancelled' OR state = 'rejected'),
  attempts       INTEGER NOT NULL CHECK (attempts >= 0),
  intent_at      INTEGER,
  unsure_at      INTEGER,
  searched_at    INTEGER,
  submitted_at   INTEGER,
  request_id     TEXT CHECK (request_id <> ''),
  order_id       TEXT CHECK (order_id <> ''),
  p1_status      TEXT,
  p1_seen_at     INTEGER,
  calls          INTEGER NOT NULL CHECK (calls >= 0),
  rules_version  TEXT NOT NULL,
  finished_at    INTEGER,
  held           INTEGER NOT NULL CHECK (held IN (0, 1)),
  CONSTRAINT submitting_has_its_intent CHECK (phase <> 'submitting' OR intent_at IS NOT NULL),
  CONSTRAINT unsure_since_when CHECK (phase <> 'unsure' OR unsure_at IS NOT NULL),
  CONSTRAINT submitted_when CHECK (phase <> 'submitted' OR submitted_at IS NOT NULL),
  CONSTRAINT adopted_which_order CHECK (phase <> 'adopted' OR order_id IS NOT NULL),
  CONSTRAINT finished_when CHECK (phase NOT IN ('done', 'dropped') OR finished_at IS NOT NULL)
) STRICT;

-- PharmaOne's ids belong to one pharmacy order each.
CREATE UNIQUE INDEX orders_one_per_request ON orders (request_id) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX orders_one_per_order ON orders (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX orders_unfinished ON orders (phase) WHERE finished_at IS NULL;
CREATE INDEX orders_finished ON orders (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX orders_newest ON orders (first_seen_at DESC, uid);

-- One row a key that is to be looked at, now or at `due_at`: the to-do table.
-- `generation` grows with every hint and is never used twice for a key: a look that ends under
-- another generation than it began with was hinted at meanwhile, and is followed by another.
-- `claimed` is the generation of the look under way; `told` the one status that every delivery
-- since then told, NULL if they differ or anything else hinted: our own writes come back so.
CREATE TABLE todo (
  key          TEXT PRIMARY KEY NOT NULL CONSTRAINT key_names_its_kind CHECK (instr(key, ':') > 1),
  generation   INTEGER NOT NULL CHECK (generation > 0),
  priority     INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  hinted_at    INTEGER NOT NULL,
  lease_until  INTEGER,
  attempts     INTEGER NOT NULL CHECK (attempts >= 0),
  why          TEXT NOT NULL,
  claimed      INTEGER,
  told         TEXT
) STRICT, WITHOUT ROWID;

-- The order in which work is claimed; with the lease, so that work under way is passed over.
CREATE INDEX todo_next ON todo (priority DESC, due_at, lease_until);

-- One row a key that only a person can decide about: the code of the reason, and its facts as JSON.
CREATE TABLE stuck (
  key     TEXT PRIMARY KEY NOT NULL CHECK (instr(key, ':') > 1),
  since   INTEGER NOT NULL,
  code    TEXT NOT NULL CHECK (code <> ''),
  facts   TEXT NOT NULL CHECK (json_type(facts) = 'object')
) STRICT, WITHOUT ROWID;
