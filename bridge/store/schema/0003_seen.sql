-- What the vendors' own lists said when they were last read, kept so that it is not asked again.

-- One row a SKU of RxScale's list: which pharmacy SKU and external id belong to it.
CREATE TABLE skus (
  pharmacy_sku_uid  TEXT PRIMARY KEY NOT NULL,
  sku_uid           TEXT NOT NULL,
  external_id       TEXT,
  name              TEXT NOT NULL,
  pzn               TEXT,
  seen_at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX skus_by_sku ON skus (sku_uid);

-- One row an order at PharmaOne. `external_id` is NULL while unknown, '' where it has none.
CREATE TABLE p1_orders (
  id              TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
  status          TEXT NOT NULL,
  seen_at         INTEGER NOT NULL,
  external_id     TEXT,
  flags           TEXT,  -- those that are raised, with blanks between them
  created_at      INTEGER,
  updated_at      INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX p1_orders_by_external_id ON p1_orders (external_id);
CREATE INDEX p1_orders_by_age ON p1_orders (seen_at);
