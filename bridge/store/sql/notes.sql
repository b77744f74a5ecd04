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

-- name: count_in_hour
INSERT INTO hours (what, at, count) VALUES (?, ?, ?)
ON CONFLICT (what, at) DO UPDATE SET count = hours.count + excluded.count

-- name: hours_of
SELECT at, count FROM hours WHERE what = ?

-- name: forget_hours
DELETE FROM hours WHERE at < ?
