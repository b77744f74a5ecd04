-- name: send_again
UPDATE adjustments SET sent_at = NULL WHERE key = ?

-- name: seen_to
UPDATE adjustments SET done_at = ? WHERE key = ? AND done_at IS NULL AND asked IS NOT NULL

-- name: not_needed
DELETE FROM adjustments WHERE key = ? AND done_at IS NULL AND delta < 0

-- name: arrived
UPDATE products SET on_hand = on_hand + ? WHERE p1_id = ?

-- name: end
DELETE FROM adjustments WHERE key = ?

-- name: handed_over
WHERE p1_state = 'completed' AND uid IN (
  SELECT uid FROM order_lines WHERE released_at IS NULL AND amount + units > 0)
ORDER BY uid

-- name: seen_since
SELECT 1 FROM orders WHERE uid = ? AND p1_seen_at > ?

-- name: no_drift
UPDATE stock SET drift_at = NULL WHERE pharmacy_sku_uid = ?

-- name: drifts
SELECT pharmacy_sku_uid, coalesce(drift_from, pushed), rx_stock FROM stock
WHERE drift_at IS NOT NULL AND pushed IS NOT NULL AND wanted IS NULL
  AND rx_stock <> coalesce(drift_from, pushed)
  AND 'sku:' || pharmacy_sku_uid NOT IN (SELECT key FROM adjustments)
ORDER BY pharmacy_sku_uid

-- name: adopted
UPDATE stock SET pushed = pushed + :pieces, ours_at = :at, drift_from = drift_from + :pieces,
  drift_at = CASE WHEN rx_stock = coalesce(drift_from, pushed) + :pieces THEN NULL
    ELSE drift_at END
WHERE pharmacy_sku_uid = :uid
