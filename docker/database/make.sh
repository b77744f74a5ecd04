#!/bin/sh
# Run once by PostgreSQL's image, when its volume is empty: the bridge's user, who is no superuser, and its database.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/database_password)" --username postgres <<'SQL'
CREATE ROLE rxbridge LOGIN PASSWORD :'password';
CREATE DATABASE rxbridge OWNER rxbridge ENCODING 'UTF8' TEMPLATE template0;
SQL
