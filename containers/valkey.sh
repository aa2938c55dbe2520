#!/bin/sh
# Starts Valkey with one user, who may not wipe, configure or stop it. It holds hints and caches only and keeps nothing
# on disk. Further options of valkey-server may follow.
set -eu
: "${MARKETOPS_VALKEY_PASSWORD:?}"
folder="${TMPDIR:-/tmp}"
umask 077
digest="$(printf %s "$MARKETOPS_VALKEY_PASSWORD" | sha256sum | cut -d' ' -f1)"
rights='~* &* +@all -@admin -@dangerous -eval -eval_ro -function -fcall -fcall_ro -script|flush -script|kill +info +client|setinfo +client|setname +client|no-evict +client|no-touch'
printf 'user default off\nuser marketops on #%s %s\n' "$digest" "$rights" >"$folder/users.acl"
# The network is the exchange's own, and the default user is off: nobody comes in without the password.
exec valkey-server --port 6379 --protected-mode no --dir "$folder" --aclfile "$folder/users.acl" --save '' \
  --appendonly no --maxmemory 512mb --maxmemory-policy noeviction "$@"
