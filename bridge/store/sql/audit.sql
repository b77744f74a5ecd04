-- name: forget
DELETE FROM audit WHERE at < ?
