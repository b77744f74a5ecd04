-- name: forget
DELETE FROM shadow WHERE word <> '' AND found_at < ?

-- name: drop
DELETE FROM shadow WHERE word = '' AND key = ? AND what = ?
