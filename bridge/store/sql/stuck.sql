-- name: put
INSERT INTO stuck (key, since, code, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
  since = CASE WHEN stuck.code = excluded.code AND stuck.facts = excluded.facts
    THEN stuck.since ELSE excluded.since END,
  code = excluded.code, facts = excluded.facts

-- name: find
SELECT key, since, code, facts FROM stuck WHERE key = ?

-- name: everything
SELECT key, since, code, facts FROM stuck ORDER BY since, key

-- name: codes
SELECT key, code FROM stuck

-- name: count
SELECT count(*) FROM stuck

-- name: delete
DELETE FROM stuck WHERE key = ?
