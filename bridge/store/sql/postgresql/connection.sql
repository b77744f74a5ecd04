-- name: limits
SET idle_in_transaction_session_timeout = '3s';
SET lock_timeout = '5s';
SET statement_timeout = '60s'

-- name: reading
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT set_config('rxbridge.pharmacy', {0}, true)

-- name: writing
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SELECT set_config('rxbridge.pharmacy', {0}, true);
SELECT 1 FROM pharmacies WHERE id = {0} FOR UPDATE;
SELECT fence FROM budgets JOIN pharmacies ON budgets.id = budget WHERE pharmacies.id = {0}

-- name: written
UPDATE pharmacies SET version = version + 1 WHERE id = {0}; COMMIT

-- name: own
-- Whoever wrote with the fence before writes no more.
UPDATE budgets SET fence = nextval('fences')
WHERE id = (SELECT budget FROM pharmacies WHERE id = current_setting('rxbridge.pharmacy'))
RETURNING fence
