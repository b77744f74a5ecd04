-- name: over
UPDATE told SET mended_at = ? WHERE address = ? AND id IN (?...)

-- name: forget
DELETE FROM told WHERE coalesce(mended_at, at) < ?
