-- name: save
INSERT INTO products (p1_id, on_hand, absent_at) VALUES (?, ?, ?)
ON CONFLICT (p1_id) DO UPDATE SET on_hand = excluded.on_hand, absent_at = excluded.absent_at

-- name: believe
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
