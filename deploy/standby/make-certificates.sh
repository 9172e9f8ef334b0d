#!/bin/sh
# make-certificates.sh FOLDER ADDRESS…: an authority of your own, and a certificate for each machine that is valid as a
# server and as a client. Copy ca.crt and ADDRESS.{crt,key} to /etc/relevo/tls/{ca.crt,machine.crt,machine.key} of each
# machine, mode 600, owned by the account of PostgreSQL. Keep ca.key offline.
set -eu
folder=$1; shift
mkdir -p "$folder"; cd "$folder"; umask 077
[ -e ca.key ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 3650 -subj '/CN=relevo'
for address in "$@"; do
  openssl req -newkey rsa:2048 -nodes -keyout "$address.key" -out "$address.csr" -subj "/CN=$address"
  printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$address" > "$address.ext"
  openssl x509 -req -in "$address.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile "$address.ext" -out "$address.crt"
  rm "$address.csr" "$address.ext"
done
