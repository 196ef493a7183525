#!/usr/bin/env bash
# Print the address of a PostgreSQL server for the tests, starting one if none answers; "services.sh stop" ends it again.
# A server named in DROMIO_TEST_POSTGRES, or one on 127.0.0.1:5432 that lets postgres in, is used as it is.
# Otherwise a throw-away server of our own is started in a temporary folder; no system configuration is changed.
set -euo pipefail
cd "$(dirname "$0")/.."

own=.venv/postgres # holds the folder of our own server
standard=postgresql://postgres@127.0.0.1:5432/test

fail() {
    echo "error: $*" >&2
    exit 1
}

answers() {
    .venv/bin/python -c 'import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=5).close()' "$1" 2>/dev/null
}

is_port_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# PostgreSQL refuses to run as root: root hands over to the account that the Debian package makes.
as_server() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Folder with initdb and pg_ctl of the newest PostgreSQL that has both extensions; fails when there is none.
programs() {
    local folder share
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) $(pg_config --bindir 2>/dev/null || true); do
        [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] || continue
        share=$("$folder/pg_config" --sharedir 2>/dev/null || echo "/usr/share/postgresql/$(basename "$(dirname "$folder")")")
        if [ -e "$share/extension/fuzzystrmatch.control" ] && [ -e "$share/extension/pg_trgm.control" ]; then
            echo "$folder"
            return
        fi
    done
    return 1
}

install_programs() {
    local wanted="apt-get install postgresql postgresql-contrib"
    command -v apt-get >/dev/null || fail "the tests need PostgreSQL with fuzzystrmatch and pg_trgm; install it, or name a server in DROMIO_TEST_POSTGRES"
    [ "$(id -u)" = 0 ] || fail "the tests need PostgreSQL; run as root: $wanted; or name a server in DROMIO_TEST_POSTGRES"
    echo "Installing PostgreSQL" >&2
    apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql postgresql-contrib >&2
}

# Start our own server and print its address.
start() {
    local bin folder port=5432
    bin=$(programs) || { install_programs && bin=$(programs); } || fail "PostgreSQL is installed without initdb, fuzzystrmatch or pg_trgm"
    is_port_free $port || port=54329
    is_port_free $port || fail "ports 5432 and 54329 of 127.0.0.1 are taken by servers that do not let postgres in without a password; name a server in DROMIO_TEST_POSTGRES"
    folder=$(cat $own 2>/dev/null || true)
    if [ ! -d "$folder" ]; then
        folder=$(mktemp -d "${TMPDIR:-/tmp}/dromio-postgres-XXXXXX")
        [ "$(id -u)" != 0 ] || chown postgres "$folder"
        as_server "$bin/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 >/dev/null
        echo "$folder" >$own
    fi
    as_server "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait --silent \
        --options "-p $port -h 127.0.0.1 -k $folder -c fsync=off" start >&2 || fail "PostgreSQL did not start; see $folder/log"
    as_server "$bin/psql" --quiet --host "$folder" --port $port --username postgres postgres \
        --command "SELECT 1 FROM pg_database WHERE datname = 'test'" --tuples-only --no-align | grep -q 1 ||
        as_server "$bin/createdb" --host "$folder" --port $port --username postgres test
    echo "postgresql://postgres@127.0.0.1:$port/test"
}

stop() {
    local bin folder
    folder=$(cat $own 2>/dev/null || true)
    [ -d "$folder" ] || return 0
    bin=$(programs)
    as_server "$bin/pg_ctl" --pgdata "$folder/data" --wait --silent --mode fast stop >&2 || true
    rm -rf "$folder" $own
}

# Some tests start and stop a server of their own, and those of backup and restore call pg_dump and pg_restore, whatever
# server the others speak to.
ensure_programs() {
    { programs && command -v pg_dump && command -v pg_restore; } >/dev/null || install_programs
}

[ "${1:-}" = stop ] || ensure_programs
if [ "${1:-}" = stop ]; then
    stop
elif [ -n "${DROMIO_TEST_POSTGRES:-}" ]; then
    answers "$DROMIO_TEST_POSTGRES" || fail "no PostgreSQL answers at DROMIO_TEST_POSTGRES"
    echo "$DROMIO_TEST_POSTGRES"
elif answers $standard; then
    echo $standard
elif answers "${standard/5432/54329}"; then
    echo "${standard/5432/54329}"
else
    start
fi
