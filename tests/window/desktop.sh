#!/usr/bin/env bash
# A desktop session of its own: a screen in memory, a session bus with accessibility, an unlocked
# keyring, a window manager, and empty folders for everything that a program keeps.
#
#   tests/window/desktop.sh FOLDER WIDTHxHEIGHT
#
# FOLDER exists, is empty, and has a short path: sockets are made in it. Prints the session's
# environment as lines of NAME=VALUE and then a line "ready"; goes on until its standard input ends,
# which it also does when whoever started it is killed. Then it stops all it has started and, if
# nothing went wrong, removes FOLDER with all that is in it.

set -euo pipefail

folder=$1 size=$2
# In a process group of its own, which is stopped as a whole.
[ "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ ] || exec setsid "$0" "$@"

main() {
    if [ -n "$(ls -A "$folder")" ]; then
        echo "$folder is not empty" >&2
        exit 1
    fi
    trap stop EXIT
    trap 'exit 1' INT TERM HUP
    exec 2>"$folder/desktop.log"
    folders
    screen
    bus
    export DISPLAY DBUS_SESSION_BUS_ADDRESS
    openbox </dev/null >&2 &
    /usr/libexec/at-spi-bus-launcher --launch-immediately --a11y=1 </dev/null >&2 &
    printf %s "the login password of nobody" |
        gnome-keyring-daemon --foreground --unlock --components=secrets >&2 &
    until_true "the window manager" wmctrl -m
    until_true "accessibility" owned org.a11y.Bus
    until_true "the keyring" owned org.freedesktop.secrets
    local name
    for name in HOME XDG_{CONFIG,DATA,STATE,CACHE}_HOME XDG_RUNTIME_DIR DISPLAY DBUS_SESSION_BUS_ADDRESS; do
        echo "$name=${!name}"
    done
    echo ready
    # Not cat: a signal is heeded at once only while the shell itself waits.
    while read -r _; do :; done
}

folders() {
    unset WAYLAND_DISPLAY GNOME_KEYRING_CONTROL AT_SPI_BUS_ADDRESS XDG_CURRENT_DESKTOP
    export HOME=$folder/home XDG_RUNTIME_DIR=$folder/run
    export XDG_CONFIG_HOME=$HOME/config XDG_DATA_HOME=$HOME/data
    export XDG_STATE_HOME=$HOME/state XDG_CACHE_HOME=$HOME/cache
    mkdir -m 700 "$XDG_RUNTIME_DIR" "$HOME"
    mkdir "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$XDG_CACHE_HOME"
}

# Takes the first display that is free, also when another session starts at the same time.
screen() {
    exec 3< <(exec Xvfb -displayfd 1 -screen 0 "${size}x24" -nolisten tcp -noreset </dev/null)
    read -r -t 120 -u 3 DISPLAY
    DISPLAY=:$DISPLAY
}

bus() {
    exec 4< <(exec dbus-daemon --session --nofork --nopidfile --nosyslog \
        --address="unix:path=$XDG_RUNTIME_DIR/bus" --print-address </dev/null)
    read -r -t 120 -u 4 DBUS_SESSION_BUS_ADDRESS
}

owned() {
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.NameHasOwner string:"$1" | grep -q 'boolean true'
}

# until_true WHAT COMMAND...: asks again until it is, for two minutes.
until_true() {
    local what=$1 deadline=$((SECONDS + 120))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $deadline ]; then
            echo "$what did not start" >&2
            exit 1
        fi
        sleep 0.05
    done
}

stop() {
    local status=$?
    trap '' TERM
    kill -TERM -- -$$
    local deadline=$((SECONDS + 10))
    while [ -n "$(others)" ] && [ $SECONDS -lt $deadline ]; do sleep 0.05; done
    others | xargs -r kill -KILL 2>/dev/null || true # whoever has ended meanwhile
    # After a failure the log is still wanted.
    [ $status != 0 ] || rm -rf "$folder"
}

# Everybody else in the group who has not ended; without those that this pipe is made of.
others() {
    ps -A -o pgid=,pid=,stat=,comm= |
        awk -v me=$$ '$1 == me && $2 != me && $3 !~ /^Z/ && $4 !~ /^(ps|awk|xargs|bash)$/ { print $2 }'
}

main
