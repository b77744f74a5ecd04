-- name: limits
SET lock_timeout = '2s'; SET statement_timeout = '4s'

-- name: enter
INSERT INTO replicas (id, name) VALUES (%s, %s)

-- name: beat
WITH own AS (
  UPDATE replicas SET beat = beat + 1, calls = %(calls)s, leaves = %(leaves)s WHERE id = %(id)s
  RETURNING id),
back AS (
  UPDATE budgets SET owner = NULL WHERE owner = %(id)s
  AND id NOT IN (SELECT json_object_keys(CAST(%(calls)s AS json))))
SELECT id, beat, leaves, (SELECT count(*) FROM budgets WHERE owner = replicas.id)
FROM replicas WHERE id <> %(id)s
UNION ALL SELECT NULL, 0, false, (SELECT count(*) FROM own)

-- name: wanted
SELECT key, replicas.id FROM replicas, json_object_keys(CAST(replicas.calls AS json)) AS key
WHERE replicas.id = ANY(%(heirs)s) AND key = ANY(%(budgets)s)
ORDER BY array_position(%(heirs)s, replicas.id), key LIMIT 1

-- name: claim
UPDATE budgets SET owner = %(id)s, fence = nextval('fences') WHERE id IN (
  SELECT id FROM budgets WHERE id = ANY(%(budgets)s) AND (owner IS NULL OR owner = %(id)s)
  FOR UPDATE SKIP LOCKED)
RETURNING id, fence, calls, unreported_seconds

-- name: delete
WITH gone AS (
  DELETE FROM replicas
  WHERE id = %(id)s AND beat = coalesce(CAST(%(beat)s AS bigint), beat) RETURNING id, calls)
UPDATE budgets SET owner = NULL, unreported_seconds = %(seconds)s,
  calls = coalesce(CAST(coalesce(%(calls)s, gone.calls) AS json) ->> budgets.id, budgets.calls)
FROM gone WHERE owner = gone.id

-- name: give_up
UPDATE budgets SET owner = (SELECT id FROM replicas WHERE id = %(heir)s),
  unreported_seconds = 0, calls = %(calls)s
WHERE id = %(budget)s AND owner = %(id)s

-- name: owner
SELECT replicas.name FROM pharmacies JOIN budgets ON budgets.id = budget
JOIN replicas ON replicas.id = owner WHERE pharmacies.id = current_setting('rxbridge.pharmacy')
