# The Python environment that the verbs of this folder run in; sourced by them, it sets `root` and `python`.

root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
venv="$root/.venv"
python="$venv/bin/python"

refuse() {
  echo "$*" >&2
  exit 1
}

# Prints the path of a Python 3.11.
find_python() {
  local candidate
  for candidate in "${MARKETOPS_PYTHON:-python3.11}" python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  refuse "MarketOps needs Python 3.11: install it, name it with MARKETOPS_PYTHON=PATH, or use the containers: docker compose up"
}

# ensure_environment FILE: makes the environment hold what FILE (requirements.txt or requirements-dev.txt) lists.
ensure_environment() {
  local wanted="$1" lock
  [[ "$(uname -sm)" == "Linux x86_64" ]] ||
    refuse "This is $(uname -sm); MarketOps runs on Linux x86_64 with Python 3.11. Elsewhere use the containers: docker compose up"
  mkdir -p "$venv"
  exec {lock}>"$venv/.lock"
  flock "$lock" # another script/server or script/test of this clone may be installing
  if ! "$python" -c 'import sys, pip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    make_environment
  fi
  if ! holds "$wanted"; then
    install "$wanted"
  fi
  exec {lock}>&-
}

make_environment() {
  local found
  found="$(find_python)"
  echo "Making a Python environment in .venv"
  rm -f "$venv"/.installed-*
  "$found" -m venv "$venv" >"$venv/install.log" 2>&1 || fail_with_log "The Python environment could not be made."
}

# The development list contains the runtime list, so it counts as both.
holds() {
  local stamp="$venv/.installed-$1"
  [[ -f "$stamp" && "$(cat "$stamp")" == "$(digest "$1")" ]]
}

digest() {
  sha256sum "$root/$1" | cut -d' ' -f1
}

install() {
  local wanted="$1" started=$SECONDS packages
  packages="$(grep -cE '^[A-Za-z0-9].*==' "$root/$wanted")"
  echo "Installing $packages packages of $wanted into .venv; the first time takes about two minutes"
  rm -f "$venv"/.installed-*
  "$python" -m pip install --disable-pip-version-check --no-input --require-hashes -r "$root/$wanted" \
    </dev/null >"$venv/install.log" 2>&1 &
  wait_with_progress $! "$started" || fail_with_log "The packages of $wanted could not be installed."
  digest "$wanted" >"$venv/.installed-$wanted"
  if [[ "$wanted" == requirements-dev.txt ]]; then
    digest requirements.txt >"$venv/.installed-requirements.txt"
  fi
  echo "Installed in $((SECONDS - started)) s"
}

wait_with_progress() {
  local pid="$1" started="$2"
  while [[ -t 1 ]] && kill -0 "$pid" 2>/dev/null; do
    printf '\r\033[K%4d s  %.60s' "$((SECONDS - started))" "$(tail -n 1 "$venv/install.log")"
    sleep 1
  done
  if [[ -t 1 ]]; then
    printf '\r\033[K'
  fi
  wait "$pid"
}

fail_with_log() {
  tail -n 15 "$venv/install.log" >&2
  refuse "$1 The whole log: $venv/install.log"
}
