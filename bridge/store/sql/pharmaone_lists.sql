-- name: save_order
-- NULL in an answer says that it does not tell, so it takes nothing away; and an older answer does
-- not overwrite a newer one. '' as external_id says that the order has none.
-- An order's list shows no flags; those that were seen are true for as long as it did not change.
INSERT INTO p1_orders
  (id, status, seen_at, external_id, flags, created_at, updated_at, first_seen_at)
SELECT :id, :status, :seen_at, :external_id, :flags, :created_at, :updated_at, :seen_at
WHERE coalesce(:created_at, :since) >= :since
  OR EXISTS (SELECT 1 FROM orders WHERE uid = :external_id OR order_id = :id)
  OR EXISTS (SELECT 1 FROM p1_orders WHERE id = :id)
ON CONFLICT (id) DO UPDATE SET
  status = CASE WHEN excluded.seen_at >= p1_orders.seen_at
    THEN excluded.status ELSE p1_orders.status END,
  seen_at = CASE WHEN excluded.seen_at >= p1_orders.seen_at
    THEN excluded.seen_at ELSE p1_orders.seen_at END,
  external_id =
    coalesce(nullif(excluded.external_id, ''), p1_orders.external_id, excluded.external_id),
  flags = CASE WHEN excluded.seen_at < p1_orders.seen_at THEN p1_orders.flags
    WHEN excluded.updated_at = p1_orders.updated_at
    THEN coalesce(excluded.flags, p1_orders.flags) ELSE excluded.flags END,
  created_at = CASE WHEN excluded.seen_at >= p1_orders.seen_at
    THEN coalesce(excluded.created_at, p1_orders.created_at)
    ELSE coalesce(p1_orders.created_at, excluded.created_at) END,
  updated_at = CASE WHEN excluded.seen_at >= p1_orders.seen_at
    THEN coalesce(excluded.updated_at, p1_orders.updated_at)
    ELSE coalesce(p1_orders.updated_at, excluded.updated_at) END

-- name: known_uids
SELECT uid FROM orders WHERE uid IN (?...)

-- name: order_for
WHERE id <> :but AND (external_id = :uid OR external_id IN (:again...)
  AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.uid = p1_orders.external_id))
ORDER BY unlisted_at IS NOT NULL, created_at IS NULL, created_at, id LIMIT 1

-- name: external_ids
SELECT id, nullif(external_id, '') FROM p1_orders
WHERE external_id IS NOT NULL AND id IN (?...)

-- name: unlisted
UPDATE p1_orders SET unlisted_at = ? WHERE id IN (?...)

-- name: listed_again
UPDATE p1_orders SET unlisted_at = NULL WHERE unlisted_at IS NOT NULL AND id IN (?...)

-- name: unlisted_at
SELECT unlisted_at FROM p1_orders WHERE id = ? AND unlisted_at > seen_at

-- name: forget_orders
DELETE FROM p1_orders WHERE id IN (
  SELECT id FROM p1_orders
  WHERE coalesce(created_at, 0) < :before AND coalesce(created_at, first_seen_at) < :before
    AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.uid = p1_orders.external_id)
    AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.order_id = p1_orders.id)
  LIMIT :most)

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
