# Runs one server for a parent that may end in any way: sh supervisor.sh FOLDER LINK SERVER ARGUMENT...
#
# Standard input is a pipe that the parent holds. A line on it is an order; its end means that the
# parent is gone, however it went: the server is stopped, and FOLDER and LINK are removed; LINK is a
# short way to FOLDER, or empty. Standard output is the folder's lock file, so the folder counts as
# used until the server has ended.
#
# In FOLDER: `pid` of the server, `ended` once it has ended by itself, `stopped` once it has ended by
# an order, `server.log`.

folder=$1
link=$2
shift 2

start() {
    rm -f "$folder/pid" "$folder/ended" "$folder/stopped"
    (
        "$@" </dev/null >>"$folder/server.log" 2>&1 &
        echo $! >"$folder/pid"
        wait $!
        echo $? >"$folder/ended"
    ) &
}

# Ends the server by a signal; one that has not gone after 15 s is killed.
end() {
    [ -n "$started" ] && [ ! -e "$folder/stopped" ] || return
    # A moment after the start the number is not written yet.
    while [ ! -s "$folder/pid" ]; do sleep 0.05; done
    kill "-$1" "$(cat "$folder/pid")"
    tries=0
    while [ ! -s "$folder/ended" ] && [ $tries -lt 400 ]; do
        [ $tries = 300 ] && kill -KILL "$(cat "$folder/pid")"
        tries=$((tries + 1))
        sleep 0.05
    done
    mv "$folder/ended" "$folder/stopped"
}

leave() {
    end TERM
    rm -rf "$folder"
    [ -z "$link" ] || rm -f "$link"
    exit
}

trap leave HUP INT TERM
started=
while read -r order; do
    case $order in
    start) started=yes && start "$@" ;;
    stop) end TERM ;;
    kill) end KILL ;;
    esac
done
leave
