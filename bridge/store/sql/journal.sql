-- name: write
INSERT INTO journal (key, kind, at, what, facts)
VALUES (?, ?, ?, ?, ?)

-- name: of
SELECT at, what, facts FROM journal WHERE key = ? ORDER BY id

-- name: last
SELECT id, at, what, facts FROM journal WHERE key = ? ORDER BY id DESC LIMIT ?

-- name: tell_again
UPDATE journal SET at = ?, facts = ? WHERE id = ?

-- name: forget
DELETE FROM journal
WHERE id IN (SELECT id FROM journal WHERE kind <> 'order' AND at < ? LIMIT ?)

-- name: forget_deeds
DELETE FROM audit WHERE at < ?
