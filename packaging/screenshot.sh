#!/usr/bin/env bash
# Makes the pictures of the README: Porthole's window on its sample server, dark and light.
#
#   packaging/screenshot.sh [--yes] [--debug] [--size WIDTHxHEIGHT] [FOLDER]
#
#   --yes     install what is missing without asking
#   --debug   the quick build instead of the fast program
#   --size    of the window, 1280x800 unless told
#   FOLDER    where the pictures go (made if it is not there), assets/ unless told
#
# The real program in a desktop of its own (tests/window/desktop.sh), used by the names of its
# controls as the tests do it (tests/window/drive.py). Nothing of it stays.

set -euo pipefail
# shellcheck source=packaging/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sql="-- the dearest orders of this quarter, what they began with, and when they arrived
SELECT o.order_id, c.email, o.status, o.placed_at, o.total,
       s.delivered_at, p.attributes
FROM shop.orders o
JOIN shop.customers c USING (customer_id)
JOIN shop.order_items i ON i.order_id = o.order_id AND i.line = 1
JOIN shop.products p USING (product_id)
LEFT JOIN shop.shipments s ON s.order_id = o.order_id
WHERE o.placed_at > NOW() - INTERVAL 90 DAY
ORDER BY o.total DESC;"

main() {
    local profile=release size=1280x800 folder=$root/assets
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit ;;
        --yes) yes=true ;;
        --debug) profile=debug ;;
        --size) size=${2:?--size needs WIDTHxHEIGHT} && shift ;;
        -*) die "unknown argument $1 (try --help)" ;;
        *) mkdir -p "$1" && folder=$(realpath "$1") ;;
        esac
        shift
    done
    need_rust
    need "Taking pictures" "${build_packages[@]}" "${window_packages[@]}" "${server_packages[@]}" "${test_packages[@]}"
    has_apt && "$root/packaging/servers.sh" mariadb
    PATH=$servers/mariadb/bin:$PATH
    cd "$root"
    if [ $profile = release ]; then cargo build --release --locked; else cargo build --locked; fi

    temporary=$(mktemp -d /tmp/porthole-XXXXXX)
    trap 'finish' EXIT
    trap 'exit 130' INT TERM
    open_desktop
    "${CARGO_TARGET_DIR:-target}/$profile/porthole" demo 2>"$temporary/output" &
    porthole=$!
    drive wait '{"role": "table", "name": "Result rows", "seconds": 300}'
    look_at_orders
    resize "$size"
    drive press '{"name": "Theme: as the system"}' wait '{"name": "Theme: dark"}'
    picture "$folder/screenshot-dark.png"
    drive press '{"name": "Theme: dark"}' wait '{"name": "Theme: light"}'
    picture "$folder/screenshot-light.png"
    close
}

# The screen is a little larger than the window: the window manager adds a frame.
open_desktop() {
    local line
    coproc desktop { exec tests/window/desktop.sh "$temporary" "$((${size%x*} + 40))x$((${size#*x} + 60))"; }
    session=$desktop_PID
    # Numbers of our own: Bash forgets its own when the session ends. The session lasts as long as 6 is open.
    exec 5<&"${desktop[0]}" 6>&"${desktop[1]}" {desktop[0]}<&- {desktop[1]}>&-
    while read -r -t 300 -u 5 line && [ "$line" != ready ]; do export "${line?}"; done
    [ "$line" = ready ] || die "no desktop: $(cat "$temporary/desktop.log")"
    unset WAYLAND_DISPLAY
}

# drive ORDER JSON [ORDER JSON]...: the orders of tests/window/drive.py, each with what it is about.
drive() {
    local orders=''
    while [ $# -gt 0 ]; do
        orders+="{\"do\": \"$1\", ${2#\{}"$'\n'
        shift 2
    done
    local answers
    answers=$(printf %s "$orders" | /usr/bin/python3 tests/window/drive.py)
    case $answers in *'"error"'*) die "$answers $(cat "$temporary/output")" ;; esac
}

look_at_orders() {
    drive press '{"part": "shop", "role": "tree item"}' \
        press '{"part": "orders, about", "role": "tree item", "any": true}'
    drive set "{\"role\": \"entry\", \"name\": \"SQL\", \"text\": \"${sql//$'\n'/\\n}\"}" \
        press '{"name": "Run"}' \
        cell '{"column": "delivered_at", "row": "1"}' \
        wait '{"part": "total, decimal", "role": "tree item"}'
}

window() { xdotool search --onlyvisible --name '^Porthole$'; }

resize() {
    xdotool windowsize --sync "$(window)" "${1%x*}" "${1#*x}"
    # Out of the window, so that nothing is under the pointer.
    xdotool mousemove 0 0
}

# Until two in a row are the same: what was asked for has been drawn.
picture() {
    local last='' now deadline=$((SECONDS + 60))
    while [ $SECONDS -lt $deadline ]; do
        import -window "$(window)" "$temporary/picture.png"
        now=$(identify -format '%#' "$temporary/picture.png")
        [ "$now" != "$last" ] || break
        last=$now
        sleep 0.5
    done
    # So few colours are in it that a palette looks the same and takes a third of the room.
    convert "$temporary/picture.png" -strip +dither -colors 256 -define png:compression-level=9 "PNG8:$1"
    say "$1: $(identify -format '%wx%h' "$1"), $(($(stat -c %s "$1") / 1000)) kB"
}

close() {
    wmctrl -F -c Porthole
    wait "$porthole"
    porthole=''
}

finish() {
    local status=$?
    [ -z "${porthole:-}" ] || kill "$porthole" || true
    [ -z "${session:-}" ] || { exec 6>&- && wait "$session" || true; }
    rm -rf "$temporary"
    exit $status
}

main "$@"
