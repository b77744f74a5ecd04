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
