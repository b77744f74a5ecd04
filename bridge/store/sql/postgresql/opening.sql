-- name: fitness
SELECT pg_encoding_to_char(encoding), rolsuper OR rolbypassrls, current_schema(),
  coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), pg_is_in_recovery()
FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user

-- name: tables
SELECT count(*) FILTER (WHERE relname = 'rxbridge'), count(*) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')

-- name: enter
INSERT INTO budgets (id) VALUES (coalesce(%(budget)s, %(id)s)) ON CONFLICT DO NOTHING;
INSERT INTO pharmacies (id, budget, made_at) VALUES (%(id)s, coalesce(%(budget)s, %(id)s), %(at)s)
ON CONFLICT (id) DO UPDATE SET budget = excluded.budget
WHERE pharmacies.budget <> %(budget)s

-- name: one_at_a_time
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' rxbridge', 0))

-- name: at_work
SELECT replicas.name, beat FROM pharmacies JOIN budgets ON budgets.id = budget
JOIN replicas ON replicas.id = owner WHERE pharmacies.id = %s

-- name: lock
SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ' rxbridge ' || %s, 0))
