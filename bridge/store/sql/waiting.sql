-- name: put_stuck
INSERT INTO stuck (key, since, code, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
  since = CASE WHEN stuck.code = excluded.code AND stuck.facts = excluded.facts
    THEN stuck.since ELSE excluded.since END,
  code = excluded.code, facts = excluded.facts

-- name: find_stuck
SELECT key, since, code, facts FROM stuck WHERE key = ?

-- name: all_stuck
SELECT key, since, code, facts FROM stuck ORDER BY since, key

-- name: stuck_for
SELECT key, code FROM stuck

-- name: count_stuck
SELECT count(*) FROM stuck

-- name: free
DELETE FROM stuck WHERE key = ?

-- name: close_others
DELETE FROM attentions WHERE key = ? AND code NOT IN (?...)

-- name: close_attention
DELETE FROM attentions WHERE key = ? AND code = ?

-- name: add_attention
INSERT INTO attentions (key, code, since, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key, code) DO UPDATE SET
  since = CASE WHEN attentions.facts = excluded.facts THEN attentions.since ELSE excluded.since END,
  accepted_at = CASE WHEN attentions.facts = excluded.facts THEN attentions.accepted_at END,
  facts = excluded.facts

-- name: open_attentions
SELECT key, since, code, facts FROM attentions
WHERE accepted_at IS NULL AND (? IS NULL OR key = ?) ORDER BY since, key, code

-- name: accept
UPDATE attentions SET accepted_at = :at
WHERE key = :key AND accepted_at IS NULL AND (:code IS NULL OR code = :code) RETURNING code

-- name: count_attentions
SELECT count(*) FROM attentions WHERE accepted_at IS NULL

-- name: alarms_about
SELECT key, since, code, facts FROM attentions WHERE key = ? ORDER BY code

-- name: put_alarm
INSERT INTO attentions (key, code, since, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key, code) DO UPDATE SET facts = excluded.facts

-- name: told_over
UPDATE told SET mended_at = ? WHERE address = ? AND id IN (?...)

-- name: forget_told
DELETE FROM told WHERE coalesce(mended_at, at) < ?
