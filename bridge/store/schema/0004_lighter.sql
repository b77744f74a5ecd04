-- Lighter to write to, since every delivery waits for it: one tree for the orders instead of four,
-- one for the deliveries instead of two, and no journal entry beside a delivery's own row.

-- One row a pharmacy order: its link to the order-request and order at PharmaOne.
CREATE TABLE orders_lighter (
  uid            TEXT PRIMARY KEY NOT NULL CHECK (uid <> ''),
  first_seen_at  INTEGER NOT NULL,
  phase          TEXT NOT NULL CONSTRAINT phase_is_known CHECK (
    phase = 'known' OR phase = 'submitting' OR phase = 'unsure' OR phase = 'submitted'
    OR phase = 'adopted' OR phase = 'dropped' OR phase = 'done'),
  announced_by   TEXT NOT NULL CONSTRAINT announced_by_is_known CHECK (
    announced_by = 'webhook' OR announced_by = 'sweep' OR announced_by = 'first_sweep'),
  name           TEXT,
  priority       INTEGER NOT NULL,
  must_find      INTEGER NOT NULL CHECK (must_find = 0 OR must_find = 1),
  cleared        INTEGER NOT NULL CHECK (cleared = 0 OR cleared = 1),
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
  held           INTEGER NOT NULL CHECK (held = 0 OR held = 1),
  rejected_at    INTEGER,
  CONSTRAINT submitting_has_its_intent CHECK (phase <> 'submitting' OR intent_at IS NOT NULL),
  CONSTRAINT unsure_since_when CHECK (phase <> 'unsure' OR unsure_at IS NOT NULL),
  CONSTRAINT submitted_when CHECK (phase <> 'submitted' OR submitted_at IS NOT NULL),
  CONSTRAINT adopted_which_order CHECK (phase <> 'adopted' OR order_id IS NOT NULL),
  CONSTRAINT finished_when CHECK (
    (phase <> 'done' AND phase <> 'dropped') OR finished_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO orders_lighter
SELECT uid, first_seen_at, phase, announced_by, name, priority, must_find, cleared, rx_status,
  rx_seen_at, state, attempts, intent_at, unsure_at, searched_at, submitted_at, request_id,
  order_id, p1_status, p1_seen_at, calls, rules_version, finished_at, held, NULL
FROM orders;

DROP TABLE orders;
ALTER TABLE orders_lighter RENAME TO orders;

-- PharmaOne's ids belong to one pharmacy order each.
CREATE UNIQUE INDEX orders_one_per_request ON orders (request_id) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX orders_one_per_order ON orders (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX orders_finished ON orders (finished_at) WHERE finished_at IS NOT NULL;

-- `told` is the vendor's status word, `became` what came of the delivery: the order's story.
ALTER TABLE deliveries ADD COLUMN told TEXT;
ALTER TABLE deliveries ADD COLUMN became TEXT;
DROP INDEX deliveries_by_age;
