-- name: save
INSERT INTO order_lines (uid, place, pharmacy_sku_uid, p1_id, amount, units)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (uid, place) DO UPDATE SET pharmacy_sku_uid = excluded.pharmacy_sku_uid,
  p1_id = excluded.p1_id, amount = excluded.amount, units = excluded.units

-- name: release
UPDATE order_lines SET released_at = :at
WHERE uid = :uid AND (released_at IS NULL OR released_at > :at)
  AND (:p1_id IS NULL OR p1_id = :p1_id) AND p1_id NOT IN (
    SELECT p1_id FROM adjustments WHERE key = 'order:' || :uid AND done_at IS NULL)

-- name: hold_back
UPDATE order_lines SET released_at = NULL
WHERE uid = :uid AND p1_id NOT IN (SELECT p1_id FROM adjustments WHERE key = 'order:' || :uid)

-- name: open
SELECT p1_id, CAST(sum(units) AS BIGINT) FROM (
  SELECT p1_id, units FROM order_lines WHERE released_at IS NULL AND units > 0
  UNION ALL SELECT p1_id, units FROM order_lines WHERE released_at > ? AND units > 0
) AS held GROUP BY p1_id

-- name: sales
SELECT CAST(sum(amount) AS BIGINT) FROM order_lines JOIN orders ON orders.uid = order_lines.uid
WHERE sold_at IS NULL AND (finished_at IS NULL OR phase = 'dropped') AND pharmacy_sku_uid = ?
GROUP BY order_lines.uid

-- name: blind
SELECT count(*) FROM orders WHERE finished_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM order_lines WHERE order_lines.uid = orders.uid)
  AND NOT EXISTS (SELECT 1 FROM stuck WHERE stuck.key = 'order:' || orders.uid)

-- name: sold_now
UPDATE order_lines SET sold_at = ? WHERE uid = ? AND sold_at IS NULL
RETURNING pharmacy_sku_uid, amount

-- name: sold_by_all
UPDATE order_lines SET sold_at = :at WHERE sold_at IS NULL AND pharmacy_sku_uid = :sku
  AND EXISTS (
    SELECT 1 FROM orders
    WHERE orders.uid = order_lines.uid AND (finished_at IS NULL OR phase = 'dropped'))

-- name: sold_by_one
UPDATE order_lines SET sold_at = :at WHERE sold_at IS NULL AND pharmacy_sku_uid = :sku
  AND uid = (
    SELECT order_lines.uid FROM order_lines JOIN orders ON orders.uid = order_lines.uid
    WHERE sold_at IS NULL AND (finished_at IS NULL OR phase = 'dropped')
      AND pharmacy_sku_uid = :sku
    GROUP BY order_lines.uid HAVING sum(amount) = :fall ORDER BY order_lines.uid LIMIT 1)

-- name: of
SELECT place, pharmacy_sku_uid, p1_id, amount, units FROM order_lines WHERE uid = ?

-- name: held_ones
SELECT place, pharmacy_sku_uid, p1_id, amount, units FROM order_lines WHERE uid = ?
  AND released_at IS NULL AND amount + units > 0 ORDER BY place

-- name: held
SELECT 1 FROM order_lines WHERE uid = ? AND released_at IS NULL AND units > 0

-- name: goods
SELECT order_lines.pharmacy_sku_uid, coalesce(skus.name, ''), amount FROM order_lines
LEFT JOIN skus ON skus.pharmacy_sku_uid = order_lines.pharmacy_sku_uid
WHERE uid = ? AND amount > 0 AND order_lines.pharmacy_sku_uid <> '' ORDER BY place

-- name: delete
DELETE FROM order_lines WHERE uid = ? AND place = ?
