-- Stock: what PharmaOne holds, what RxScale offers, and what open orders will take.

ALTER TABLE skus ADD COLUMN selling_unit TEXT;
ALTER TABLE skus ADD COLUMN unit TEXT;

-- One row a product of PharmaOne's, as the last inventory that was believed told it: whole units.
-- `absent_at` is NULL while it is told; else when the first inventory without it was asked for.
CREATE TABLE products (
  p1_id         TEXT PRIMARY KEY NOT NULL CHECK (p1_id <> ''),
  on_hand       INTEGER NOT NULL,
  absent_at     INTEGER
) STRICT, WITHOUT ROWID;

-- One row a SKU of RxScale's: its pieces and price (cents) there as far as they are known.
--   rx_*     what RxScale has, NULL where nobody knows; rx_seen_at: as of when
--   pushed   the last number that we wrote; read_at: when the inventory it rests on was asked for
--   wanted_* what is to be written: it may have been sent already, so rx_* is not sure meanwhile
--   ours_at  when we or a completed order last changed it: what is told about then is no news
--   drift_at since when it differs from what we wrote, and nobody told us why
--   hidden_at  since when RxScale does not show it (404)
--   left_at  since when a person wants it left alone
CREATE TABLE stock (
  pharmacy_sku_uid  TEXT PRIMARY KEY NOT NULL CHECK (pharmacy_sku_uid <> ''),
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
  hidden_at         INTEGER,
  left_at           INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_wanted ON stock (pharmacy_sku_uid)
  WHERE wanted IS NOT NULL OR wanted_price IS NOT NULL;
CREATE INDEX stock_drifted ON stock (pharmacy_sku_uid) WHERE drift_at IS NOT NULL;
CREATE INDEX stock_hidden ON stock (pharmacy_sku_uid) WHERE hidden_at IS NOT NULL;

-- One row a line of a pharmacy order: what it takes off PharmaOne's stock, in whole units, and off
-- RxScale's, in pieces; '' where the SKU or its product is not known.
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

CREATE INDEX order_lines_open ON order_lines (p1_id) WHERE released_at IS NULL;

-- One row an adjustment of PharmaOne's stock that was begun and whose end is not known. Its
-- `reference` stands in the reason: by it, a lost answer is looked for in the product's log.
CREATE TABLE adjustments (
  pharmacy_sku_uid  TEXT PRIMARY KEY NOT NULL,
  p1_id             TEXT NOT NULL,
  delta             INTEGER NOT NULL CHECK (delta <> 0),
  pieces            INTEGER NOT NULL,
  reference         TEXT NOT NULL CHECK (reference <> ''),
  begun_at          INTEGER NOT NULL,
  sent_at           INTEGER
) STRICT, WITHOUT ROWID;

-- What open orders will take is learnt by looking at each of them once.
UPDATE orders SET rx_seen_at = NULL WHERE finished_at IS NULL;
INSERT INTO todo (key, generation, priority, due_at, hinted_at, attempts, why)
SELECT 'order:' || uid, 1, priority, 0, 0, 0, 'what it takes off the stock'
FROM orders WHERE finished_at IS NULL
ON CONFLICT (key) DO UPDATE SET due_at = 0, generation = generation + 1;
