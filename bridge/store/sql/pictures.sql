-- name: hours
SELECT what, at, count FROM hours WHERE at >= ? AND what IN (?...)

-- name: to_review
-- An order's way, by the hour in which it came to that point: how many, and microseconds in all.
SELECT submitted_at / :hour, count(*),
  CAST(sum(submitted_at - coalesce(created_at, first_seen_at)) AS BIGINT)
FROM orders WHERE first_seen_at >= :since AND submitted_at IS NOT NULL GROUP BY 1

-- name: to_handover
SELECT finished_at / :hour, count(*),
  CAST(sum(finished_at - coalesce(created_at, first_seen_at)) AS BIGINT)
FROM orders WHERE finished_at >= :since AND state = 'completed' GROUP BY 1

-- name: takers
SELECT orders.uid, coalesce(orders.name, ''), amount, first_seen_at
FROM orders JOIN order_lines ON orders.uid = order_lines.uid
WHERE first_seen_at >= ? AND pharmacy_sku_uid = ? AND amount > 0
ORDER BY first_seen_at DESC, orders.uid
