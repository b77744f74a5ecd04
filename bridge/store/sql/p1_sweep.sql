-- name: cancelled_unsent
JOIN p1_orders ON p1_orders.external_id = orders.uid
WHERE p1_orders.id IN (?...) AND order_id IS NULL
  AND (phase = 'done' AND state = 'cancelled' OR phase = 'dropped')

-- name: owners_by_order
SELECT order_id, uid FROM orders WHERE order_id IN (?...)

-- name: owners_by_name
SELECT p1_orders.id, orders.uid FROM p1_orders
  LEFT JOIN orders ON orders.uid = p1_orders.external_id
WHERE p1_orders.external_id IS NOT NULL AND p1_orders.id IN (?...)

-- name: named
SELECT uid FROM orders WHERE uid IN (:names...)
UNION SELECT uid FROM orders WHERE request_id IN (:names...)
UNION SELECT uid FROM orders WHERE prescription_id IN (:names...)

-- name: prescriptions
SELECT prescription_id, prescription_status, uid, priority FROM orders
WHERE finished_at IS NULL AND phase = 'submitted' AND prescription_id IS NOT NULL

-- name: earliest
SELECT min(met_at) FROM (
  SELECT coalesce(unsent_at, first_seen_at) AS met_at FROM orders
  WHERE finished_at IS NULL AND (phase = 'submitting' OR phase = 'submitted'
    OR phase = 'known' AND doubted_at IS NOT NULL
    OR phase = 'adopted' AND p1_gone_since IS NOT NULL)
  UNION ALL SELECT coalesce(unsent_at, first_seen_at) FROM orders
  WHERE finished_at IS NOT NULL AND order_id IS NULL
    AND phase = 'done' AND state = 'cancelled' AND doubted_at IS NOT NULL
  UNION ALL SELECT coalesce(unsent_at, first_seen_at) FROM orders
  WHERE finished_at IS NOT NULL AND order_id IS NULL
    AND phase = 'dropped' AND intent_at IS NOT NULL AND EXISTS (
      SELECT 1 FROM order_lines
      WHERE order_lines.uid = orders.uid AND released_at IS NULL AND units > 0)
) AS unaccounted

-- name: unread
SELECT id FROM p1_orders
WHERE external_id IS NULL AND coalesce(created_at, seen_at) >= ?
ORDER BY coalesce(created_at, seen_at) DESC LIMIT ?

-- name: unread_older
SELECT id FROM p1_orders
WHERE coalesce(created_at, 0) < :first AND (status IN (:words...) OR updated_at >= :lately)
  AND external_id IS NULL

-- name: newest_older
SELECT id FROM p1_orders
WHERE coalesce(created_at, 0) < :first AND (status IN (:words...) OR updated_at >= :lately)
ORDER BY coalesce(created_at, 0) DESC LIMIT :most

-- name: orphans
SELECT external_id FROM p1_orders
WHERE coalesce(created_at, 0) < :first AND (status IN (:words...) OR updated_at >= :lately)
  AND external_id <> ''
  AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.uid = p1_orders.external_id)

-- name: forget_new
DELETE FROM p1_orders
WHERE id = ? AND external_id IS NULL AND coalesce(created_at, seen_at) > ?
