-- The store's tables. Times in every table are INTEGER: microseconds since 1970-01-01 00:00 UTC;
-- their names end in _at, _until or are `since`. No column holds a patient's data: keys, ids, status
-- words, numbers. Words are checked with OR, since for IN SQLite builds a table of the words at
-- every write.

PRAGMA application_id = 1920492130;  -- "rxbb" in ASCII: tells our file from another program's

-- One row a pharmacy order: its record (OrderRecord), from the order to what PharmaOne made of it.
-- `echoes` are the words that the bridge itself set at RxScale and that were not reported back yet,
-- one a line: RxScale announces each of them once, and none of these is news.
-- `untracked_at`: since when it is shipped without a parcel's page, also once completed so.
-- `claimed_as` is the word that this store set at RxScale to take the order before sending it.
-- `doubted_at`: since when it may be at PharmaOne without our knowing, NULL if it cannot be.
-- `created_at`: when RxScale made it, NULL where it does not tell; `unsent_at`: until when nobody can
-- have sent it. PharmaOne's order that is made of it is younger than both.
-- `wanted_at`: when a person said that it is to be sent; `not_twins`: PharmaOne's orders (ids) that
-- look like it and, as a person said, are other ones.
CREATE TABLE orders (
  uid            TEXT NOT NULL CHECK (uid <> ''),
  first_seen_at  INTEGER NOT NULL,
  phase          TEXT NOT NULL DEFAULT 'known' CONSTRAINT phase_is_known CHECK (
    phase = 'known' OR phase = 'submitting' OR phase = 'submitted'
    OR phase = 'adopted' OR phase = 'dropped' OR phase = 'done'),
  announced_by   TEXT NOT NULL CONSTRAINT announced_by_is_known CHECK (
    announced_by = 'webhook' OR announced_by = 'sweep' OR announced_by = 'first_sweep'),
  name           TEXT,
  priority       INTEGER NOT NULL,
  claimed_as     TEXT CHECK (claimed_as <> ''),
  doubted_at     INTEGER,
  searched_at    INTEGER,
  rx_status      TEXT,
  rx_seen_at     INTEGER,
  wrote_at       INTEGER,
  is_believed    INTEGER NOT NULL DEFAULT 0 CHECK (is_believed = 0 OR is_believed = 1),
  rx_gone_since  INTEGER,
  state          TEXT CONSTRAINT state_is_known CHECK (
    state = 'new' OR state = 'in_review' OR state = 'preparing' OR state = 'ready'
    OR state = 'completed' OR state = 'on_hold' OR state = 'cancelled' OR state = 'rejected'),
  attempts       INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  intent_at      INTEGER,
  submitted_at   INTEGER,
  request_id     TEXT CHECK (request_id <> ''),
  order_id       TEXT CHECK (order_id <> ''),
  p1_status      TEXT,
  p1_seen_at     INTEGER,
  p1_state       TEXT,
  p1_cancelled_at  INTEGER,
  unheeded       INTEGER NOT NULL DEFAULT 0,
  p1_gone_since  INTEGER,
  p1_deleted_at  INTEGER,
  calls          INTEGER NOT NULL DEFAULT 0 CHECK (calls >= 0),
  rules_version  TEXT NOT NULL DEFAULT '',
  finished_at    INTEGER,
  held           INTEGER NOT NULL DEFAULT 0 CHECK (held = 0 OR held = 1),
  rejected_at    INTEGER,
  prescription_id      TEXT CHECK (prescription_id <> ''),
  prescription_status  TEXT,
  prescription_at      INTEGER,
  created_at     INTEGER,
  unsent_at      INTEGER,
  untracked_at   INTEGER,
  wanted_at      INTEGER,
  not_twins      TEXT NOT NULL DEFAULT '',
  edition        INTEGER NOT NULL DEFAULT 1 CHECK (edition > 0),
  sent           TEXT NOT NULL DEFAULT '',
  snapshot       TEXT NOT NULL DEFAULT '',
  echoes         TEXT NOT NULL DEFAULT '',
  CONSTRAINT submitting_has_its_intent CHECK (phase <> 'submitting' OR intent_at IS NOT NULL),
  CONSTRAINT submitted_when CHECK (phase <> 'submitted' OR submitted_at IS NOT NULL),
  CONSTRAINT adopted_which_order CHECK (phase <> 'adopted' OR order_id IS NOT NULL),
  CONSTRAINT finished_when CHECK (
    (phase <> 'done' AND phase <> 'dropped') OR finished_at IS NOT NULL),
  PRIMARY KEY (uid)
) STRICT, WITHOUT ROWID;

-- PharmaOne's ids belong to one pharmacy order each.
CREATE UNIQUE INDEX orders_one_per_request ON orders (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX orders_by_prescription ON orders (prescription_id) WHERE prescription_id IS NOT NULL;
CREATE UNIQUE INDEX orders_one_per_order ON orders (order_id) WHERE order_id IS NOT NULL;
-- Each view and sweep reads open orders alone, however many ended ones there are: an index costs a
-- delivery less than a table that grows (docs/decisions/0002-group-commit.md).
CREATE INDEX orders_open ON orders (finished_at, first_seen_at DESC, phase) WHERE finished_at IS NULL;
CREATE INDEX orders_newest ON orders (first_seen_at DESC);
-- A person looks for them by the shop's name ("#1013"), and for ended ones by what they came to.
CREATE INDEX orders_by_name ON orders (name) WHERE name IS NOT NULL;
CREATE INDEX orders_ended ON orders (phase, state, first_seen_at DESC, finished_at)
  WHERE finished_at IS NOT NULL;
CREATE INDEX orders_finished ON orders (finished_at) WHERE finished_at IS NOT NULL;
-- Those that ended without an order at PharmaOne, as far as this store knows.
CREATE INDEX orders_unmade ON orders (phase, state) WHERE finished_at IS NOT NULL AND order_id IS NULL;

-- One row a key that is to be looked at, now or at `due_at`: the to-do table.
-- `kind` is what stands before the colon: order or sku. `generation` grows with every hint and is
-- never used twice for a key: a look that ends under another generation than it began with was
-- hinted at meanwhile, and is followed by another. `claimed` is the generation of the look under
-- way; `reported` the statuses that deliveries since then reported, `vendor:status` a line, NULL if
-- anything else hinted: our own writes come back so.
CREATE TABLE todo (
  key          TEXT NOT NULL,
  kind         TEXT NOT NULL CONSTRAINT key_names_its_kind CHECK (kind <> ''),
  generation   INTEGER NOT NULL CHECK (generation > 0),
  priority     INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  lease_until  INTEGER,
  attempts     INTEGER NOT NULL CHECK (attempts >= 0),
  why          TEXT NOT NULL,
  claimed      INTEGER,
  reported     TEXT,
  PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;

-- What is due, however many wait; with the lease, so that work under way is passed over.
CREATE INDEX todo_due ON todo (kind, due_at, lease_until, priority);

-- One row a key that only a person can decide about: the code of the reason, and its facts as JSON.
CREATE TABLE stuck (
  key     TEXT NOT NULL CHECK (instr(key, ':') > 1),
  since   INTEGER NOT NULL,
  code    TEXT NOT NULL CHECK (code <> ''),
  facts   TEXT NOT NULL CHECK (json_type(facts) = 'object'),
  PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;

-- One row a thing that a person should know of an order that goes on, or an alarm (`silence:`,
-- `proof:`, `backup:`); `accepted_at`: since when one does. It is deleted once it is true no more.
CREATE TABLE attentions (
  key          TEXT NOT NULL CHECK (instr(key, ':') > 1),
  code         TEXT NOT NULL CHECK (code <> ''),
  since        INTEGER NOT NULL,
  facts        TEXT NOT NULL CHECK (json_type(facts) = 'object'),
  accepted_at  INTEGER,
  PRIMARY KEY (key, code)
) STRICT, WITHOUT ROWID;

-- One row an order that is to be cancelled at that vendor, since when, and since when a person says
-- that it is right.
CREATE TABLE cancellations (
  uid           TEXT NOT NULL,
  vendor        TEXT NOT NULL,
  since         INTEGER NOT NULL,
  confirmed_at  INTEGER,
  PRIMARY KEY (uid)
) STRICT, WITHOUT ROWID;

-- One row a comparison of shadow mode (Note): what the bridge would have done, what people did, and
-- how that differs, as JSON. `word`: of a status, the state; of a number that people wrote, when.
CREATE TABLE shadow (
  key        TEXT NOT NULL CHECK (instr(key, ':') > 1),
  what       TEXT NOT NULL CHECK (
    what = 'order' OR what = 'status' OR what = 'stock' OR what = 'price'),
  word       TEXT NOT NULL,
  wanted     TEXT,
  wanted_at  INTEGER,
  found      TEXT,
  found_at   INTEGER,
  why        TEXT NOT NULL,
  PRIMARY KEY (key, what, word)
) STRICT, WITHOUT ROWID;

-- One row an entry of a key's story. `kind` is what stands before the key's colon: order, sku or
-- event. `facts` is a JSON object of ids, words and numbers.
CREATE TABLE journal (
  id     INTEGER PRIMARY KEY,
  key    TEXT NOT NULL,
  kind   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  what   TEXT NOT NULL CHECK (what <> ''),
  facts  TEXT NOT NULL CHECK (json_type(facts) = 'object')
) STRICT;

CREATE INDEX journal_by_key ON journal (key, id);
-- What is forgotten by its age; an order's entries go with the order.
CREATE INDEX journal_by_age ON journal (at) WHERE kind <> 'order';

-- One row a webhook delivery, so that a repeated one is known; `times` it came. `reported_status`
-- is the vendor's status word, `became` what came of the delivery: the order's story.
CREATE TABLE deliveries (
  vendor           TEXT NOT NULL,
  dedup_key        TEXT NOT NULL,
  event            TEXT NOT NULL,
  key              TEXT,
  received_at      INTEGER NOT NULL,
  reported_status  TEXT,
  became           TEXT NOT NULL,
  times            INTEGER NOT NULL CHECK (times > 0),
  PRIMARY KEY (vendor, dedup_key)
) STRICT, WITHOUT ROWID;

-- Every delivery waits for its commit: this index grows at its end, one by the key alone would be
-- written to all over.
CREATE INDEX deliveries_by_age ON deliveries (received_at, key);

-- One row a counted thing; numbers only grow, and outlast a restart.
CREATE TABLE counters (
  name   TEXT NOT NULL,
  value  INTEGER NOT NULL CHECK (value >= 0),
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- One row an hour, by its beginning, and a counted thing: what webhooks told, orders that came. What
-- is usual at such an hour is judged by it.
CREATE TABLE hours (
  what   TEXT NOT NULL CHECK (what <> ''),
  at     INTEGER NOT NULL,
  count  INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (what, at)
) STRICT, WITHOUT ROWID;

-- One row a note about the store as a whole; a time is written as its microseconds, in digits.
CREATE TABLE meta (
  name   TEXT NOT NULL,
  value  TEXT NOT NULL,
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- One row a SKU of RxScale's list (CatalogueSku): which pharmacy SKU and external id belong to it.
CREATE TABLE skus (
  pharmacy_sku_uid  TEXT NOT NULL,
  sku_uid           TEXT NOT NULL,
  external_id       TEXT,
  name              TEXT NOT NULL,
  pzn               TEXT,
  selling_unit      TEXT,
  unit              TEXT,
  digital           INTEGER NOT NULL CHECK (digital = 0 OR digital = 1),
  seen_at           INTEGER NOT NULL,
  PRIMARY KEY (pharmacy_sku_uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX skus_by_sku ON skus (sku_uid);

-- One row an order at PharmaOne (P1Order). `external_id` is NULL while unknown, '' where it has none
-- that may be ours: it is free text, and another's may hold a name.
CREATE TABLE p1_orders (
  id              TEXT NOT NULL CHECK (id <> ''),
  status          TEXT NOT NULL,
  seen_at         INTEGER NOT NULL,
  first_seen_at   INTEGER NOT NULL,
  external_id     TEXT,
  flags           TEXT,  -- those that are raised, with blanks between them
  created_at      INTEGER,
  updated_at      INTEGER,
  unlisted_at     INTEGER,  -- the last whole list without it, which showed others that are known
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX p1_orders_by_external_id ON p1_orders (external_id);
CREATE INDEX p1_orders_by_creation ON p1_orders (coalesce(created_at, 0));

-- One row a product of PharmaOne's, as the last inventory that was believed told it: whole units.
-- `absent_at` is NULL while it is listed; else when the first inventory without it was asked for.
CREATE TABLE products (
  p1_id         TEXT NOT NULL CHECK (p1_id <> ''),
  on_hand       INTEGER NOT NULL,
  absent_at     INTEGER,
  PRIMARY KEY (p1_id)
) STRICT, WITHOUT ROWID;

-- One row a SKU of RxScale's: its pieces and price (cents) there as far as they are known.
--   rx_*     what RxScale has, NULL where nobody knows; rx_seen_at: as of when
--   pushed   the last number that we wrote; read_at: when the inventory it rests on was asked for
--   wanted_* what is to be written: it may have been sent already, so rx_* is not sure meanwhile
--   ours_at  when we or a completed order last changed it: what is reported about then is no news
--   drift_at since when it differs from what we wrote, and nobody told us why
--   drift_from  what RxScale had when somebody changed it: what was sold meanwhile is no change of
--            his; NULL where nobody knows it; it means something only while drift_at is set
--   hidden_at  since when RxScale does not show it (404)
--   left_at  since when a person wants it left alone
CREATE TABLE stock (
  pharmacy_sku_uid  TEXT NOT NULL CHECK (pharmacy_sku_uid <> ''),
  rx_stock          INTEGER,
  rx_price          INTEGER,
  rx_seen_at        INTEGER,
  pushed            INTEGER,
  pushed_price      INTEGER,
  read_at           INTEGER,
  wanted            INTEGER CHECK (wanted >= 0),
  wanted_price      INTEGER CHECK (wanted_price > 0),
  wanted_read_at    INTEGER,
  ours_at           INTEGER,
  drift_at          INTEGER,
  drift_from        INTEGER,
  hidden_at         INTEGER,
  left_at           INTEGER,
  PRIMARY KEY (pharmacy_sku_uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_wanted ON stock (pharmacy_sku_uid)
  WHERE wanted IS NOT NULL OR wanted_price IS NOT NULL;
CREATE INDEX stock_drifted ON stock (pharmacy_sku_uid) WHERE drift_at IS NOT NULL;
CREATE INDEX stock_hidden ON stock (pharmacy_sku_uid) WHERE hidden_at IS NOT NULL;

-- One row a line of a pharmacy order (Demand): what it takes off PharmaOne's stock, in whole units,
-- and off RxScale's, in pieces; '' where the SKU or its product is not known.
--   released_at  since when PharmaOne itself has deducted it, or nobody will
--   sold_at      when RxScale deducted it, which it does when the order is completed
CREATE TABLE order_lines (
  uid               TEXT NOT NULL,
  place             INTEGER NOT NULL,
  pharmacy_sku_uid  TEXT NOT NULL,
  p1_id             TEXT NOT NULL,
  amount            INTEGER NOT NULL,
  units             INTEGER NOT NULL CHECK (units >= 0),
  released_at       INTEGER,
  sold_at           INTEGER,
  PRIMARY KEY (uid, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX order_lines_open ON order_lines (p1_id, units) WHERE released_at IS NULL;
CREATE INDEX order_lines_released ON order_lines (released_at) WHERE released_at IS NOT NULL;
CREATE INDEX order_lines_by_sku ON order_lines (pharmacy_sku_uid);
CREATE INDEX order_lines_unsold ON order_lines (pharmacy_sku_uid) WHERE sold_at IS NULL;

-- One row an adjustment of PharmaOne's stock that was begun (Adjustment), for a SKU (`sku:...`) until
-- its end is known, for an order (`order:...`) as long as the order. Its `reference` stands in the
-- reason: by it, a lost answer is looked for in the product's log.
--   done_at  since when PharmaOne is known to have it, or a person has seen to it
--   asked    why a person has to see to it, as JSON; it is not sent again
CREATE TABLE adjustments (
  key        TEXT NOT NULL CHECK (instr(key, ':') > 1),
  p1_id      TEXT NOT NULL,
  delta      INTEGER NOT NULL CHECK (delta <> 0),
  pieces     INTEGER NOT NULL,
  reference  TEXT NOT NULL CHECK (reference <> ''),
  begun_at   INTEGER NOT NULL,
  sent_at    INTEGER,
  done_at    INTEGER,
  asked      TEXT,
  PRIMARY KEY (key, p1_id, reference)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX adjustments_one_under_way ON adjustments (key, p1_id) WHERE done_at IS NULL;

-- One row a deed of the audit log (AuditEntry): who did what, from where, to which key, under which
-- mapping files. Kept for a time of its own, longer than the order that it was about.
CREATE TABLE audit (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  who      TEXT NOT NULL,
  origin   TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what <> ''),
  subject  TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  version  TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_age ON audit (at);

-- One row a thing that one address was told of by message (Told). `address` is the kind of the
-- address and a mark of it, never the address itself. `mended_at`: when it was told that it is over.
CREATE TABLE told (
  address    TEXT NOT NULL CHECK (address <> ''),
  id         TEXT NOT NULL CHECK (id <> ''),
  topic      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  mended_at  INTEGER,
  PRIMARY KEY (address, id)
) STRICT, WITHOUT ROWID;
