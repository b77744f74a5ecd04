-- name: doubts
-- Not claimed by this store, and doubted unless it still stands in RxScale's queue: _claim() in
-- core/remember.
UPDATE orders SET claimed_as = NULL, doubted_at = first_seen_at, searched_at = NULL,
  phase = CASE WHEN phase = 'submitting' THEN 'known' ELSE phase END
WHERE phase <> 'dropped';
UPDATE orders SET rx_seen_at = NULL, echoes = '', is_believed = 0,
  rx_gone_since = NULL, p1_gone_since = NULL
WHERE finished_at IS NULL;
INSERT INTO todo (key, kind, generation, priority, due_at, attempts, why)
SELECT 'order:' || uid, 'order', :at, priority, :at, 0, 'the store was restored'
FROM orders WHERE finished_at IS NULL
ON CONFLICT (key) DO UPDATE SET attempts = 0, lease_until = NULL,
  generation = todo.generation + 1,
  due_at = CASE WHEN excluded.due_at < todo.due_at THEN excluded.due_at ELSE todo.due_at END;
INSERT INTO journal (key, kind, at, what, facts)
SELECT 'order:' || uid, 'order', :at, :restored, '{}' FROM orders WHERE finished_at IS NULL;
-- A number that differs from the one remembered is nobody's change: ours came after the copy.
DELETE FROM stock WHERE left_at IS NULL;
UPDATE stock SET rx_stock = NULL, rx_price = NULL, rx_seen_at = NULL, pushed = NULL,
  pushed_price = NULL, read_at = NULL, wanted = NULL, wanted_price = NULL,
  wanted_read_at = NULL, ours_at = NULL, drift_at = NULL;
-- It may have been sent since: its reference is looked for in PharmaOne's log first.
UPDATE adjustments SET sent_at = begun_at WHERE sent_at IS NULL
