-- name: known
SELECT dedup_key FROM deliveries WHERE vendor = ? AND dedup_key IN (?...)

-- name: remember
INSERT INTO deliveries (vendor, dedup_key, event, key, received_at, reported_status, became, times)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (vendor, dedup_key) DO UPDATE SET times = deliveries.times + excluded.times

-- name: of
-- First by the index alone: with it, SQLite would read each row of that time to see its key.
SELECT received_at, vendor, event, reported_status, became, times FROM deliveries
WHERE (vendor, dedup_key) IN (
  SELECT vendor, dedup_key FROM deliveries WHERE received_at >= ? AND received_at <= ? AND key = ?)
ORDER BY received_at, vendor, dedup_key

-- name: since
SELECT vendor, dedup_key, event, received_at, became FROM deliveries WHERE received_at >= ?
ORDER BY received_at, vendor, dedup_key

-- name: forget
DELETE FROM deliveries WHERE (vendor, dedup_key) IN (
  SELECT vendor, dedup_key FROM deliveries WHERE received_at < ?
    AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.uid = substr(deliveries.key, 7))
  LIMIT ?)

-- name: out_of_date
UPDATE p1_orders SET flags = NULL WHERE id = ?
