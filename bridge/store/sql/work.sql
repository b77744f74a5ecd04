-- name: forget
DELETE FROM p1_orders WHERE external_id IN (:uids...);
DELETE FROM p1_orders WHERE id IN (SELECT order_id FROM orders WHERE uid IN (:uids...));
DELETE FROM orders WHERE uid IN (:uids...);
DELETE FROM order_lines WHERE uid IN (:uids...);
DELETE FROM cancellations WHERE uid IN (:uids...);
DELETE FROM todo WHERE key IN (:keys...);
DELETE FROM stuck WHERE key IN (:keys...);
DELETE FROM attentions WHERE key IN (:keys...);
DELETE FROM adjustments WHERE key IN (:keys...);
DELETE FROM journal WHERE key IN (:keys...);
DELETE FROM shadow WHERE key IN (:keys...)

-- name: erase
-- What is found by reading a whole table.
UPDATE meta SET value = replace(value, '"' || :uid || '"', '""')
WHERE name = 'still_listed' AND value LIKE '%"' || :uid || '"%';
DELETE FROM deliveries WHERE key = :key;
DELETE FROM told WHERE substr(id, 1, length(:key) + 1) = :key || ' '
