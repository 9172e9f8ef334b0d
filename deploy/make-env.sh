#!/bin/sh
# Makes .env for docker-compose.yml: a random password and three random tokens, readable by its owner only.
# An .env that is there already is left alone: the database keeps the password it was made with.
set -eu
umask 077
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo '.env is there already; nothing was changed.'
  exit 0
fi
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
trap 'rm -f .env.new' EXIT
for name in POSTGRES_PASSWORD API_TOKEN OPERATOR_TOKEN INTERNAL_TOKEN; do
  echo "$name=$(secret)"
done > .env.new
mv .env.new .env
echo '.env was made; its API_TOKEN is what callers of the API present, OPERATOR_TOKEN what operators do.'
