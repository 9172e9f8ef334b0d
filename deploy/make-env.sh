#!/bin/sh
# Makes .env for docker-compose.yml: two random passwords and three random tokens, readable by its owner only.
# Values that .env has already are kept: the database keeps the password it was made with. Missing ones are added.
set -eu
umask 077
cd "$(dirname "$0")/.."
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
trap 'rm -f .env.new' EXIT
[ -e .env ] && cp .env .env.new || : > .env.new
# A last line without an end would swallow the first new one.
[ -z "$(tail -c 1 .env.new)" ] || echo >> .env.new
added=''
for name in POSTGRES_PASSWORD REDIS_PASSWORD API_TOKEN OPERATOR_TOKEN INTERNAL_TOKEN; do
  grep -q "^$name=" .env.new && continue
  echo "$name=$(secret)" >> .env.new
  added="$added $name"
done
if [ -z "$added" ]; then
  echo '.env has all values already; nothing was changed.'
  exit 0
fi
mv .env.new .env
echo ".env was written (new:$added)."
echo 'API_TOKEN is what callers of the API present, OPERATOR_TOKEN what operators do.'
