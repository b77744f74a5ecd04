-- name: over
DELETE FROM attentions WHERE key = ? AND code NOT IN (?...)

-- name: close
DELETE FROM attentions WHERE key = ? AND code = ?

-- name: put
INSERT INTO attentions (key, code, since, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key, code) DO UPDATE SET
  since = CASE WHEN attentions.facts = excluded.facts THEN attentions.since ELSE excluded.since END,
  accepted_at = CASE WHEN attentions.facts = excluded.facts THEN attentions.accepted_at END,
  facts = excluded.facts

-- name: open
SELECT key, since, code, facts FROM attentions
WHERE accepted_at IS NULL AND (? IS NULL OR key = ?) ORDER BY since, key, code

-- name: accept
UPDATE attentions SET accepted_at = :at
WHERE key = :key AND accepted_at IS NULL AND (:code IS NULL OR code = :code) RETURNING code

-- name: count
SELECT count(*) FROM attentions WHERE accepted_at IS NULL
