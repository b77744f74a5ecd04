-- name: write
INSERT INTO journal (key, kind, at, what, facts)
VALUES (?, ?, ?, ?, ?)

-- name: of
SELECT at, what, facts FROM journal WHERE key = ? ORDER BY id

-- name: forget
DELETE FROM journal
WHERE id IN (SELECT id FROM journal WHERE kind <> 'order' AND at < ? LIMIT ?)
