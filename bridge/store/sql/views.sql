-- name: tables
SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name

-- name: columns
SELECT name, "notnull" FROM pragma_table_info(?)

-- name: at_rxscale_alone
SELECT uid FROM orders WHERE finished_at IS NULL AND order_id IS NULL AND request_id IS NULL
UNION ALL SELECT uid FROM orders
WHERE finished_at IS NOT NULL AND (phase = 'done' OR phase = 'dropped')
  AND order_id IS NULL AND request_id IS NULL

-- name: left_alone
SELECT uid FROM orders WHERE finished_at IS NOT NULL AND phase = 'dropped'
UNION ALL SELECT uid FROM orders
WHERE finished_at IS NOT NULL AND phase = 'done' AND order_id IS NULL AND attempts = 0
  AND state <> 'completed' AND state <> 'cancelled'

-- name: found
-- Ids and names that begin with the words, and orders of the SKUs that are called so.
SELECT uid FROM (:words...) AS word CROSS JOIN orders
  ON uid >= word.value AND uid < word.value || :last
UNION ALL SELECT uid FROM (:words...) AS word CROSS JOIN orders
  ON name >= word.value AND name < word.value || :last
UNION ALL SELECT uid FROM (:words...) AS word CROSS JOIN orders
  ON order_id >= word.value AND order_id < word.value || :last
UNION ALL SELECT uid FROM (:words...) AS word CROSS JOIN orders
  ON request_id >= word.value AND request_id < word.value || :last
UNION ALL SELECT uid FROM order_lines WHERE pharmacy_sku_uid IN (
  SELECT pharmacy_sku_uid FROM skus
  WHERE name LIKE :like OR pharmacy_sku_uid IN (:words...) OR sku_uid IN (:words...)
    OR external_id IN (:words...) OR pzn IN (:words...) ORDER BY name LIMIT 200)

-- name: open_by_state
SELECT coalesce(state, 'new'), count(*), min(first_seen_at) FROM orders WHERE finished_at IS NULL
GROUP BY 1

-- name: came_since
SELECT count(*), min(first_seen_at) FROM orders WHERE first_seen_at >= ?

-- name: runs_out
SELECT stock.pharmacy_sku_uid, skus.name, stock.rx_stock,
  CAST(sum(order_lines.amount) AS BIGINT) AS sold
FROM orders CROSS JOIN order_lines ON order_lines.uid = orders.uid
  JOIN stock ON stock.pharmacy_sku_uid = order_lines.pharmacy_sku_uid
  JOIN skus ON skus.pharmacy_sku_uid = stock.pharmacy_sku_uid
WHERE orders.first_seen_at >= ? AND stock.hidden_at IS NULL AND stock.left_at IS NULL
GROUP BY stock.pharmacy_sku_uid, skus.name, stock.rx_stock
HAVING stock.rx_stock < sum(order_lines.amount)
ORDER BY stock.rx_stock * 1.0 / sum(order_lines.amount), skus.name

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
