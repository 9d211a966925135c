#!/usr/bin/env bash
# Installs what the tests need and runs all of them.
#
#   packaging/test.sh [--yes] [--long]
#
#   --yes     install what is missing without asking
#   --long    also what takes long: licences and sources of dependencies, MariaDB 11.8, fuzzing, measures
#
# PORTHOLE_FUZZ_SECS says how long each target is fuzzed (200 if unset).
# The servers are private ones (packaging/servers.sh), started by the tests and stopped with them;
# PORTHOLE_TEST_MYSQL_URL and PORTHOLE_TEST_MARIADB_URL name others to use instead. It stops at the
# first step that fails. Two runs at once do not disturb each other.

set -euo pipefail
# shellcheck source=packaging/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

typos_version=1.52.0
deny_version=0.20.2
fuzz_version=0.13.2
tools=${XDG_CACHE_HOME:-$HOME/.cache}/porthole/tools

main() {
    local long=false
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit ;;
        --yes) yes=true ;;
        --long) long=true ;;
        *) die "unknown argument $1 (try --help)" ;;
        esac
        shift
    done
    cd "$root"
    trap 'summary' EXIT
    step "packages" packages
    step "servers" private_servers
    step "format" cargo fmt --check
    step "spelling" spelling
    step "lints" cargo clippy --locked --all-targets --features unguarded -- -D warnings
    step "lints without the window" cargo clippy --locked --all-targets --no-default-features -- -D warnings
    step "tests" with_servers mariadb cargo test --locked --features unguarded
    step "documentation" env RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps
    if $long; then
        step "licences and sources" licences
        step "MariaDB 11.8" packaging/servers.sh mariadb-11.8
        step "tests on MariaDB 11.8" with_servers mariadb-11.8 cargo test --locked --features unguarded --test server
        step "fuzzing" fuzzing
        step "measures" packaging/bench.sh
    fi
}

# step NAME COMMAND...: runs it, keeps its time for the table at the end.
names=() times=() running='' started=0
step() {
    running=$1 started=$SECONDS
    shift
    say
    say "== $running"
    "$@"
    say "== $running: $((SECONDS - started)) s"
    names+=("$running") times+=("$((SECONDS - started)) s")
    running=''
}

summary() {
    local status=$? i
    [ ${#names[@]} -gt 0 ] || [ -n "$running" ] || return 0
    say
    for i in "${!names[@]}"; do
        say "$(printf '%-26s %8s' "${names[i]}" "${times[i]}")"
    done
    [ -z "$running" ] || say "$(printf '%-26s %8s   failed (exit %d)' "$running" "$((SECONDS - started)) s" "$status")"
    if [ $status = 0 ]; then
        say "All passed."
    else
        say "FAILED at: ${running:-the end}"
    fi
}

packages() {
    need_rust
    need "The tests" "${build_packages[@]}" "${window_packages[@]}" "${server_packages[@]}" "${test_packages[@]}"
}

private_servers() {
    if has_apt; then
        packaging/servers.sh mysql mariadb
    else
        { command -v mysqld && command -v mariadbd; } >/dev/null ||
            die "the tests need mysqld (9 or newer) and mariadbd on PATH; no service of them has to run"
    fi
}

# with_servers MARIADB COMMAND...: the private servers come before any that the system has.
with_servers() {
    local mariadb=$1
    shift
    PATH=$servers/mysql/bin:$servers/$mariadb/bin:$PATH "$@"
}

# Each run asks the lock, so that two that start together do not both make the same folder.
spelling() {
    local venv=$tools/typos-$typos_version
    mkdir -p "$tools"
    (
        flock 9
        [ -x "$venv/bin/typos" ] && exit
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet "typos==$typos_version"
    ) 9>"$tools/.lock"
    "$venv/bin/typos"
}

licences() {
    (
        flock 9
        cargo install --quiet --locked --root "$tools/deny-$deny_version" "cargo-deny@$deny_version"
    ) 9>"$tools/.deny.lock"
    "$tools/deny-$deny_version/bin/cargo-deny" --offline check --config .deny.toml bans licenses sources
}

# Without a sanitizer, so that the stable toolchain will do: the targets hold no unsafe code of ours.
fuzzing() {
    local bin=$tools/fuzz-$fuzz_version/bin target
    need "Fuzzing" g++
    (
        flock 9
        cargo install --quiet --locked --root "$tools/fuzz-$fuzz_version" "cargo-fuzz@$fuzz_version"
    ) 9>"$tools/.fuzz.lock"
    for target in lexer splitter guard; do
        mkdir -p "tests/fuzz/corpus/$target"
        "$bin/cargo-fuzz" fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" \
            "tests/fuzz/corpus/$target" tests/fuzz/inputs -- \
            -dict=tests/fuzz/sql.dict -max_len=4096 -timeout=10 -max_total_time="${PORTHOLE_FUZZ_SECS:-200}"
    done
    for target in files events rows json gtids; do
        mkdir -p "tests/fuzz/corpus/$target" "tests/fuzz/logs/$target"
        "$bin/cargo-fuzz" fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" \
            "tests/fuzz/corpus/$target" "tests/fuzz/logs/$target" tests/data/binlog -- \
            -max_len=16384 -timeout=10 -max_total_time="${PORTHOLE_FUZZ_SECS:-200}"
    done
}

main "$@"
