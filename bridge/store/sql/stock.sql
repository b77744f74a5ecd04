-- name: plain
-- Of most SKUs there is no more to say than their pieces; each SKU is in one of the two answers.
SELECT pharmacy_sku_uid, rx_stock FROM stock
WHERE wanted IS NULL AND wanted_price IS NULL AND drift_at IS NULL AND hidden_at IS NULL
  AND left_at IS NULL AND NOT (:whole OR CASE WHEN wanted_read_at > coalesce(read_at, 0)
    THEN wanted_read_at ELSE coalesce(read_at, 0) END BETWEEN :after AND :until)

-- name: special
SELECT pharmacy_sku_uid, rx_stock, rx_price, pushed, wanted, wanted_price, newer,
  drift_at IS NOT NULL, hidden_at IS NOT NULL, left_at IS NOT NULL
FROM (
  SELECT stock.*, CASE WHEN wanted_read_at > coalesce(read_at, 0)
    THEN wanted_read_at ELSE coalesce(read_at, 0) END BETWEEN :after AND :until AS newer
  FROM stock) AS numbers
WHERE wanted IS NOT NULL OR wanted_price IS NOT NULL OR drift_at IS NOT NULL
  OR hidden_at IS NOT NULL OR left_at IS NOT NULL OR :whole OR newer

-- name: shown
SELECT pharmacy_sku_uid, rx_price, hidden_at IS NOT NULL,
  rx_stock, rx_seen_at, pushed, wanted, ours_at
FROM stock WHERE pharmacy_sku_uid IN (?...)

-- name: not_at_0
SELECT pharmacy_sku_uid, coalesce(pushed, wanted) IS NOT NULL FROM stock
WHERE coalesce(pushed, 1) <> 0 OR wanted IS NOT NULL ORDER BY pharmacy_sku_uid

-- name: add
INSERT INTO stock (pharmacy_sku_uid, rx_stock, rx_price, rx_seen_at) VALUES (?, ?, ?, ?)
ON CONFLICT (pharmacy_sku_uid) DO NOTHING

-- name: priced
UPDATE stock SET rx_price = ?, hidden_at = NULL WHERE pharmacy_sku_uid = ?

-- name: reported
UPDATE stock SET rx_stock = :stock,
  rx_seen_at = CASE WHEN rx_seen_at > :at THEN rx_seen_at ELSE :at END,
  drift_from = CASE WHEN drift_at IS NULL THEN rx_stock ELSE drift_from - :sold END,
  drift_at = CASE
    WHEN pushed IS NOT DISTINCT FROM :stock THEN NULL
    WHEN drift_at IS NOT NULL AND drift_from = :stock THEN NULL
    WHEN :drifts THEN coalesce(drift_at, :at)
    ELSE drift_at END
WHERE pharmacy_sku_uid = :uid

-- name: sold
UPDATE stock SET
  rx_stock = CASE WHEN rx_stock >= :amount OR :lowest < 0 THEN rx_stock - :amount
    WHEN rx_stock < :amount THEN :lowest END,
  ours_at = :at, rx_seen_at = :at, drift_from = drift_from - :amount
WHERE pharmacy_sku_uid = :uid

-- name: want
UPDATE stock SET wanted = ?, wanted_price = ?, wanted_read_at = ? WHERE pharmacy_sku_uid = ?

-- name: pushed
UPDATE stock SET
  rx_stock = CASE WHEN done.stock IS NULL OR stock.rx_seen_at > done.at THEN stock.rx_stock
    ELSE done.stock END,
  rx_price = coalesce(done.price, stock.rx_price),
  rx_seen_at = CASE WHEN stock.rx_seen_at > done.at THEN stock.rx_seen_at ELSE done.at END,
  pushed = coalesce(done.stock, stock.pushed),
  pushed_price = coalesce(done.price, stock.pushed_price),
  read_at = CASE WHEN done.stock IS NULL THEN stock.read_at ELSE done.read_at END,
  ours_at = done.at,
  drift_at = CASE WHEN done.stock IS NULL THEN stock.drift_at END,
  hidden_at = NULL,
  wanted = CASE WHEN stock.wanted IS NOT DISTINCT FROM done.stock THEN NULL
    ELSE stock.wanted END,
  wanted_price = CASE WHEN stock.wanted_price IS NOT DISTINCT FROM done.price THEN NULL
    ELSE stock.wanted_price END
FROM (?... AS uid TEXT, stock BIGINT, price BIGINT, read_at BIGINT, at BIGINT) AS done
WHERE stock.pharmacy_sku_uid = done.uid

-- name: hide
UPDATE stock SET hidden_at = coalesce(hidden_at, ?), wanted = NULL, wanted_price = NULL,
  rx_stock = NULL WHERE pharmacy_sku_uid = ?

-- name: leave
UPDATE stock SET left_at = ?, wanted = NULL, wanted_price = NULL, rx_stock = NULL
WHERE pharmacy_sku_uid = ?

-- name: want_price
UPDATE stock SET wanted_price = ? WHERE pharmacy_sku_uid = ?

-- name: take_up
UPDATE stock SET left_at = NULL WHERE pharmacy_sku_uid = ? AND left_at IS NOT NULL

-- name: ordered
SELECT stock.pharmacy_sku_uid, CAST(sum(amount) AS BIGINT), rx_stock, wanted
FROM order_lines JOIN stock ON stock.pharmacy_sku_uid = order_lines.pharmacy_sku_uid
WHERE uid = ? AND sold_at IS NULL AND units > 0
  AND pushed IS NOT NULL AND hidden_at IS NULL AND left_at IS NULL
GROUP BY stock.pharmacy_sku_uid, rx_stock, wanted ORDER BY stock.pharmacy_sku_uid

-- name: lend
UPDATE stock SET wanted = ? WHERE pharmacy_sku_uid = ?

-- name: drop_unlisted
DELETE FROM stock WHERE pharmacy_sku_uid NOT IN (SELECT pharmacy_sku_uid FROM skus)

-- name: save_inventory
INSERT INTO products (p1_id, on_hand, absent_at) VALUES (?, ?, ?)
ON CONFLICT (p1_id) DO UPDATE SET on_hand = excluded.on_hand, absent_at = excluded.absent_at

-- name: believe_units
UPDATE products SET on_hand = ? WHERE p1_id = ?

-- name: on_hand
SELECT p1_id, on_hand FROM products

-- name: absent
SELECT p1_id, absent_at FROM products WHERE absent_at IS NOT NULL

-- name: counts
SELECT (SELECT count(*) FROM stock WHERE drift_at IS NOT NULL),
  (SELECT count(*) FROM stock WHERE hidden_at IS NOT NULL),
  (SELECT count(*) FROM stock WHERE wanted IS NOT NULL OR wanted_price IS NOT NULL),
  (SELECT count(*) FROM adjustments WHERE done_at IS NULL)
