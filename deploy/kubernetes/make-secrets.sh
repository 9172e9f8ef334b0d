#!/bin/sh
# Makes the secrets of the demo overlay: two random passwords and three random tokens, readable by their owner only, in
# overlays/demo/secrets, which git ignores. Files that exist are kept: the database keeps the password it was made with.
set -eu
umask 077
cd "$(dirname "$0")/overlays/demo"
mkdir -p secrets
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
written=''
# The name of a file; its contents come from standard input, and the file appears complete or not at all.
keep() {
  if [ -e "secrets/$1.env" ]; then cat > /dev/null; return; fi
  cat > "secrets/$1.env.new"
  mv "secrets/$1.env.new" "secrets/$1.env"
  written="$written $1"
}
password=$(secret)
keep postgres-app << END
username=relevo
password=$password
uri=postgresql://relevo:$password@postgres:5432/relevo
END
password=$(secret)
keep redis << END
password=$password
url=redis://:$password@redis:6379
END
keep tokens << END
API_TOKEN=$(secret)
OPERATOR_TOKEN=$(secret)
INTERNAL_TOKEN=$(secret)
END
if [ -z "$written" ]; then
  echo 'deploy/kubernetes/overlays/demo/secrets has all files already; nothing was changed.'
else
  echo "deploy/kubernetes/overlays/demo/secrets was written:$written."
fi
