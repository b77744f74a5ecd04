-- name: count
INSERT INTO counters (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value

-- name: counters
SELECT name, value FROM counters ORDER BY name

-- name: put
INSERT INTO meta (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: put_first
INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING

-- name: touch
INSERT INTO meta (name, value) VALUES (?, 'tick')
ON CONFLICT (name) DO UPDATE SET
  value = CASE meta.value WHEN 'tick' THEN 'tock' ELSE 'tick' END

-- name: get
SELECT value FROM meta WHERE name = ?

-- name: delete
DELETE FROM meta WHERE name = ?
