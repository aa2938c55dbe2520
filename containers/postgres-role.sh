#!/bin/sh
# Makes the application's role and database: an ordinary role, which owns its database and nothing else.
# PostgreSQL's image runs this once, when it has made a new data folder.
set -eu
: "${MARKETOPS_DATABASE_PASSWORD:?}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password MARKETOPS_DATABASE_PASSWORD
CREATE ROLE marketops LOGIN PASSWORD :'password';
CREATE DATABASE marketops OWNER marketops;
SQL
