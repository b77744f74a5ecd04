-- name: add
INSERT INTO orders (uid, first_seen_at, announced_by, name, priority, created_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (uid) DO NOTHING

-- name: not_its_request
UPDATE orders SET request_id = NULL WHERE request_id = ? AND uid <> ?

-- name: reject
UPDATE orders SET rejected_at = ? WHERE uid = ?

-- name: deleted
UPDATE orders SET p1_deleted_at = ? WHERE uid = ?

-- name: clear
UPDATE orders SET doubted_at = NULL, searched_at = NULL, prescription_at = NULL,
  claimed_as = rx_status, wanted_at = ?, not_twins = not_twins || ?,
  phase = CASE WHEN phase = 'submitting' THEN 'known' ELSE phase END
WHERE uid = ?

-- name: not_rejected
UPDATE orders SET rejected_at = NULL WHERE uid = ?

-- name: try_again
UPDATE orders SET unheeded = 0, p1_cancelled_at = NULL WHERE uid = ?

-- name: drop
UPDATE orders SET phase = 'dropped', finished_at = ? WHERE uid = ?

-- name: mark_submitted
UPDATE orders SET phase = 'submitted', submitted_at = ?, finished_at = NULL
WHERE uid = ? AND (phase = 'known' OR phase = 'submitting')

-- name: read_anew
UPDATE orders SET snapshot = '' WHERE phase IN ('submitted', 'adopted') AND uid IN (
  SELECT uid FROM order_lines WHERE released_at IS NULL AND p1_id = '' AND amount > 0)
RETURNING uid

-- name: count_open
SELECT count(*) FROM orders WHERE finished_at IS NULL

-- name: count_doubted
-- By the index alone which are being sent, so that only their rows are read.
SELECT count(*), count(stuck.key) FROM orders LEFT JOIN stuck ON stuck.key = 'order:' || orders.uid
WHERE doubted_at IS NOT NULL
  AND uid IN (SELECT uid FROM orders WHERE finished_at IS NULL AND phase = 'submitting')

-- name: left_alone
SELECT uid FROM orders
WHERE phase = 'done' AND attempts = 0 AND finished_at IS NOT NULL AND order_id IS NULL
  AND state <> 'completed' AND state <> 'cancelled' ORDER BY first_seen_at DESC, uid

-- name: outdated
SELECT uid FROM orders
WHERE finished_at IS NULL AND first_seen_at < :unfinished AND uid NOT IN (:listed...)
UNION ALL SELECT uid FROM orders
WHERE finished_at < :before AND uid NOT IN (:listed...) AND NOT EXISTS (
  SELECT 1 FROM order_lines
  WHERE order_lines.uid = orders.uid AND released_at IS NULL AND units > 0)
LIMIT :most

-- name: save_line
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

-- name: open_units
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

-- name: lines
SELECT place, pharmacy_sku_uid, p1_id, amount, units FROM order_lines WHERE uid = ?

-- name: held_lines
SELECT place, pharmacy_sku_uid, p1_id, amount, units FROM order_lines WHERE uid = ?
  AND released_at IS NULL AND amount + units > 0 ORDER BY place

-- name: is_held
SELECT 1 FROM order_lines WHERE uid = ? AND released_at IS NULL AND units > 0

-- name: goods
SELECT order_lines.pharmacy_sku_uid, coalesce(skus.name, ''), amount FROM order_lines
LEFT JOIN skus ON skus.pharmacy_sku_uid = order_lines.pharmacy_sku_uid
WHERE uid = ? AND amount > 0 AND order_lines.pharmacy_sku_uid <> '' ORDER BY place

-- name: delete_line
DELETE FROM order_lines WHERE uid = ? AND place = ?

-- name: want_cancelled
INSERT INTO cancellations (uid, vendor, since) VALUES (?, ?, ?)
ON CONFLICT (uid) DO UPDATE SET
  since = CASE WHEN cancellations.vendor = excluded.vendor THEN cancellations.since
    ELSE excluded.since END,
  vendor = excluded.vendor
RETURNING since, confirmed_at

-- name: same_wanted
SELECT count(*), count(orders.finished_at) FROM cancellations
  LEFT JOIN orders ON orders.uid = cancellations.uid
WHERE vendor = ? AND since > ? AND since < ?

-- name: still_open
SELECT count(*) FROM orders WHERE finished_at IS NULL

-- name: due_besides
SELECT count(*) FROM todo WHERE kind = 'order' AND due_at <= ? AND attempts = 0 AND key <> ?
  AND NOT EXISTS (SELECT 1 FROM cancellations
    WHERE uid = substr(todo.key, 7) AND vendor = ? AND since > ? AND since < ?)

-- name: confirm_cancelling
INSERT INTO cancellations (uid, vendor, since, confirmed_at) VALUES (?, '', ?, ?)
ON CONFLICT (uid) DO UPDATE SET confirmed_at = excluded.confirmed_at

-- name: not_cancelled
DELETE FROM cancellations WHERE uid IN (?...)
