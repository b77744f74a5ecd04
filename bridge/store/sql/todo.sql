-- name: hint
INSERT INTO todo (key, kind, generation, priority, due_at, why, reported, attempts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
  reported = CASE WHEN todo.generation = todo.claimed THEN excluded.reported
    ELSE todo.reported || '
' || excluded.reported END,
  generation = todo.generation + 1,
  priority = CASE WHEN excluded.priority > todo.priority THEN excluded.priority
    ELSE todo.priority END,
  due_at = CASE WHEN excluded.due_at < todo.due_at THEN excluded.due_at ELSE todo.due_at END,
  attempts = excluded.attempts,
  why = excluded.why

-- name: due
JOIN orders ON orders.uid = substr(todo.key, 7)
WHERE todo.key IN (
  SELECT key FROM todo
  WHERE kind = 'order' AND due_at <= :now AND coalesce(lease_until, 0) <= :now
    AND key NOT IN (:besides...)
  ORDER BY priority DESC, due_at LIMIT :limit)
ORDER BY todo.priority DESC, todo.due_at

-- name: claim
UPDATE todo SET lease_until = ?, claimed = generation, reported = NULL WHERE key = ?

-- name: next
SELECT min(at) FROM (
  SELECT CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END AS at FROM todo
  WHERE kind = 'order' AND due_at <= :now AND key NOT IN (:besides...)
  UNION ALL SELECT at FROM (
    SELECT due_at AS at FROM todo
    WHERE kind = 'order' AND due_at > :now AND key NOT IN (:besides...)
    ORDER BY due_at LIMIT 1) AS later
) AS next

-- name: take_up
UPDATE todo SET lease_until = NULL, due_at = CASE WHEN due_at > :now THEN :now ELSE due_at END
WHERE lease_until IS NOT NULL OR due_at > :now

-- name: meanwhile
SELECT generation, reported, EXISTS (SELECT 1 FROM stuck WHERE key = :key)
  OR EXISTS (SELECT 1 FROM attentions WHERE key = :key)
  OR EXISTS (SELECT 1 FROM cancellations WHERE uid = :uid)
FROM todo WHERE key = :key

-- name: left_due
UPDATE todo SET lease_until = NULL, due_at = :now WHERE key = :key

-- name: again
UPDATE todo SET lease_until = NULL, due_at = :again, claimed = generation, reported = NULL,
  attempts = CASE WHEN :failed THEN attempts + 1 ELSE 0 END
WHERE key = :key

-- name: keys
SELECT key FROM todo

-- name: leased
SELECT key FROM todo WHERE key IN (?...) AND lease_until IS NOT NULL

-- name: tried
SELECT key FROM todo WHERE attempts > 0

-- name: due_now
SELECT key FROM todo WHERE due_at <= :now OR lease_until > :now

-- name: pending
SELECT count(*), min(due_at) FROM todo WHERE due_at <= :now OR lease_until > :now

-- name: delete
DELETE FROM todo WHERE key = ?
