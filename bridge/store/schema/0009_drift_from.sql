-- What RxScale had of a SKU when somebody changed it: what was sold meanwhile is no change of his.
--   drift_from  NULL where nobody knows it; it means something only while drift_at is set

ALTER TABLE stock ADD COLUMN drift_from INTEGER;

-- Orders whose first look was killed behind their submission: what they take was never noted.
UPDATE orders SET rx_seen_at = NULL WHERE finished_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM order_lines WHERE order_lines.uid = orders.uid);
INSERT INTO todo (key, generation, priority, due_at, hinted_at, attempts, why)
SELECT 'order:' || uid, 1, priority, 0, 0, 0, 'what it takes off the stock'
FROM orders WHERE finished_at IS NULL AND rx_seen_at IS NULL
ON CONFLICT (key) DO UPDATE SET due_at = 0, generation = generation + 1;
