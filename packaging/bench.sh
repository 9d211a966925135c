#!/usr/bin/env bash
# Measures Porthole beside what a user would pick instead, and prints one table.
#
#   packaging/bench.sh [--yes] [BENCH...]
#
#   --yes     install what is missing without asking
#   BENCH     only these, by the names of the files in benches/
#
# Each figure stands beside what it is measured against in the same run. A missed aim is printed as
# MISSED and does not fail the run; a bench that cannot be done does. A machine with other work to do
# gives other figures.

set -euo pipefail
# shellcheck source=packaging/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
    local benches=()
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit ;;
        --yes) yes=true ;;
        -*) die "unknown argument $1 (try --help)" ;;
        *) benches+=("$1") ;;
        esac
        shift
    done
    cd "$root"
    if [ ${#benches[@]} = 0 ]; then
        local file
        for file in benches/*.rs; do
            benches+=("$(basename "$file" .rs)")
        done
    fi
    need_rust
    need "The benches" "${build_packages[@]}" "${window_packages[@]}" "${server_packages[@]}" "${test_packages[@]}"
    ! has_apt || packaging/servers.sh mysql mariadb
    PATH=$servers/mysql/bin:$servers/mariadb/bin:$PATH

    local bench arguments=()
    for bench in "${benches[@]}"; do
        arguments+=(--bench "$bench")
    done
    # The program as it is published; the benches themselves are built as cargo builds benches.
    cargo build --locked --profile dist --bin porthole
    export PORTHOLE_BENCH_PROGRAM=${CARGO_TARGET_DIR:-$root/target}/dist/porthole
    cargo bench --locked --no-run "${arguments[@]}"
    say
    say "$(nproc) processors, $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB of memory, load $(cut -d' ' -f1 /proc/loadavg) before the first bench"
    say
    echo "| What | Porthole | Beside it, in the same run | Aim | |"
    echo "| --- | --- | --- | --- | --- |"
    local failed=()
    for bench in "${benches[@]}"; do
        cargo bench --locked --quiet --bench "$bench" || failed+=("$bench")
    done
    [ ${#failed[@]} = 0 ] || die "not measured: ${failed[*]}"
}

main "$@"
