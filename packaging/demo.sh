#!/usr/bin/env bash
# Builds Porthole and opens it on a sample server of its own: rows to look at with one command.
#
#   packaging/demo.sh [--yes] [--debug]
#
#   --yes     install what is missing without asking
#   --debug   the quick build instead of the fast program
#
# For Debian 12 and 13 with Rust; Ubuntu has the same packages by the same names, but nobody has
# tried it there. On other systems it names what has to be there. Without a display it does the
# same job on the command line: starts the sample server, connects, and shows rows.

set -euo pipefail
# shellcheck source=packaging/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
    local profile=release
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit ;;
        --yes) yes=true ;;
        --debug) profile=debug ;;
        *) die "unknown argument $1 (try --help)" ;;
        esac
        shift
    done
    need_rust
    name_system
    need "Building Porthole" "${build_packages[@]}"
    local window=true
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || window=false
    if $window; then
        need "Porthole's window" "${window_packages[@]}"
    else
        say "There is no display here (DISPLAY and WAYLAND_DISPLAY are empty): showing the sample data on the command line instead of the window."
    fi
    sample_server

    cd "$root"
    say "Building Porthole ($profile; the first time takes minutes)."
    if [ $profile = release ]; then cargo build --release --locked; else cargo build --locked; fi
    porthole=${CARGO_TARGET_DIR:-target}/$profile/porthole
    if $window; then exec "$porthole" demo; fi
    on_the_command_line
}

sample_server() {
    if has_apt; then
        need "The sample server" "${server_packages[@]}"
        "$root/packaging/servers.sh" mariadb
        PATH=$servers/mariadb/bin:$PATH
    else
        command -v mariadbd >/dev/null || die "the sample server needs mariadbd on PATH: install MariaDB's server (often called mariadb-server or mariadb); its service does not have to run"
    fi
}

# What a person would do in the window: start, connect, ask, see rows, stop. The password goes by
# the environment, never by an argument, where other users could see it.
on_the_command_line() {
    local url
    exec 3< <(exec "$porthole" demo --no-window)
    demo=$!
    trap 'kill "$demo" 2>/dev/null || true' EXIT
    trap 'exit 130' INT TERM
    read -r -t 300 -u 3 url || die "the sample server did not start"
    [[ $url =~ ^(mysql|mariadb)://([^:]+):([^@]+)@([^:/]+):([0-9]+)/([^?]*) ]] || die "the sample server gave no usable address"
    export MYSQL_USER=${BASH_REMATCH[2]} MYSQL_PASSWORD=${BASH_REMATCH[3]} MYSQL_HOST=${BASH_REMATCH[4]}
    export MYSQL_PORT=${BASH_REMATCH[5]} MYSQL_DATABASE=${BASH_REMATCH[6]}
    show test-connection
    show query 'SELECT experiment_id, variant_id, COUNT(*) AS people, SUM(converted) AS converted FROM analytics.experiment_assignments GROUP BY experiment_id, variant_id ORDER BY experiment_id, variant_id'
    show query 'SELECT * FROM shop.orders ORDER BY order_id DESC LIMIT 5'
    kill "$demo"
    # Its end of the pipe closes when the server has been stopped.
    while read -r -u 3 _; do :; done
    say "The sample server is stopped. With a display, this command opens the window on it."
}

show() {
    say
    say "\$ porthole $1${2:+ \"$2\"}"
    if [ "$1" = query ]; then set -- "$@" --format table; fi
    "$porthole" "$@"
}

name_system() {
    local id='' like=''
    if [ -r /etc/os-release ]; then
        id=$(. /etc/os-release && echo "${ID:-}")
        like=$(. /etc/os-release && echo "${ID_LIKE:-}")
    fi
    case "$id $like" in
    debian*) ;;
    *debian*) say "This is $id: it uses Debian's package names, so going on, but it was only tried on Debian 12 and 13." ;;
    *) say "This is not Debian: nothing will be installed here, only named." ;;
    esac
}

main "$@"
