-- name: standing
SELECT key, since, code, facts FROM attentions WHERE key = ? ORDER BY code

-- name: put
INSERT INTO attentions (key, code, since, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key, code) DO UPDATE SET facts = excluded.facts

-- name: count
INSERT INTO hours (what, at, count) VALUES (?, ?, ?)
ON CONFLICT (what, at) DO UPDATE SET count = hours.count + excluded.count

-- name: hours
SELECT at, count FROM hours WHERE what = ?

-- name: forget
DELETE FROM hours WHERE at < ?
