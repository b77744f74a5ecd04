-- name: want
INSERT INTO cancellations (uid, vendor, since) VALUES (?, ?, ?)
ON CONFLICT (uid) DO UPDATE SET
  since = CASE WHEN cancellations.vendor = excluded.vendor THEN cancellations.since
    ELSE excluded.since END,
  vendor = excluded.vendor
RETURNING since, confirmed_at

-- name: same
SELECT count(*), count(orders.finished_at) FROM cancellations
  LEFT JOIN orders ON orders.uid = cancellations.uid
WHERE vendor = ? AND since > ? AND since < ?

-- name: open
SELECT count(*) FROM orders WHERE finished_at IS NULL

-- name: due
SELECT count(*) FROM todo WHERE kind = 'order' AND due_at <= ? AND attempts = 0 AND key <> ?
  AND NOT EXISTS (SELECT 1 FROM cancellations
    WHERE uid = substr(todo.key, 7) AND vendor = ? AND since > ? AND since < ?)

-- name: confirm
INSERT INTO cancellations (uid, vendor, since, confirmed_at) VALUES (?, '', ?, ?)
ON CONFLICT (uid) DO UPDATE SET confirmed_at = excluded.confirmed_at

-- name: forget
DELETE FROM cancellations WHERE uid IN (?...)
