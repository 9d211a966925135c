#!/usr/bin/env bash
# Installs private database servers for the demo and the tests, in the user's data folder.
#
#   packaging/servers.sh [mysql] [mariadb] [mariadb-11.8]
#
# Without a name it installs mysql and mariadb. Needs a Debian-like system (apt-get, dpkg-deb) but
# no root: the packages are fetched and checked by apt with lists of its own, unpacked under
# ${XDG_DATA_HOME:-~/.local/share}/porthole/servers/NAME, and run by their own C library through
# the wrappers in NAME/bin. No package, service or file of the system is touched.
# What is already there is left alone; to have it again, remove its folder.

set -euo pipefail
# shellcheck source=packaging/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Raise it when what an installed folder looks like changes: older ones are then made again.
recipe=1

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

main() {
    local kinds=()
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && exit ;;
        --yes) yes=true ;;
        mysql | mariadb | mariadb-11.8) kinds+=("$1") ;;
        *) die "unknown argument $1 (try --help)" ;;
        esac
        shift
    done
    [ ${#kinds[@]} -gt 0 ] || kinds=(mysql mariadb)
    mkdir -p "$servers"
    local kind
    for kind in "${kinds[@]}"; do
        (with_lock "$kind")
    done
}

# Two runs at once: the second waits, then finds the work done.
with_lock() {
    local kind=$1
    command -v flock >/dev/null || die "flock is missing (Debian: util-linux)"
    exec 9>"$servers/.$kind.lock"
    flock 9
    if [ "$(cat "$servers/$kind/.recipe" 2>/dev/null)" = "$recipe" ]; then
        say "$kind is there: $servers/$kind ($(version "$kind"))"
    else
        install_kind "$kind"
    fi
}

install_kind() {
    local kind=$1 suite packages why
    # The named packages are asked for with what they depend on; after the slash, those that are
    # only unpacked, for a few of their files, because their dependencies want half a system.
    case $kind in
    mysql)
        suite=sid why="MySQL 9 for the tests; only Debian's unstable suite has it"
        packages="mysql-server-core mysql-client-core"
        ;;
    mariadb)
        suite=bookworm why="MariaDB 10.11 for the demo and the tests"
        packages="mariadb-server-core mariadb-client-core / mariadb-server mariadb-client"
        ;;
    mariadb-11.8)
        suite=trixie why="MariaDB 11.8 for the long tests"
        packages="mariadb-server-core mariadb-client-core / mariadb-server mariadb-client"
        ;;
    esac
    has_apt ||
        die "this script unpacks Debian's packages and needs apt-get and dpkg-deb; without them install the servers in your system's way and have ${kind%%-*}d on PATH"
    [ -r $keyring ] || die "Debian's archive keys are missing (package debian-archive-keyring)"
    say "Installing $kind into $servers/$kind: $why."

    # Beside the target, so that the last step is a rename; removed however this ends.
    work=$(mktemp -d "$servers/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    private_apt "$suite"
    # shellcheck disable=SC2086 # a list of words
    fetch $packages
    unpack
    write_wrappers "$kind"
    echo "$recipe" >"$work/prefix/.recipe"
    rm -rf "${servers:?}/$kind"
    mv "$work/prefix" "$servers/$kind"
    say "$kind is installed: $(version "$kind"), $(du -sh "$servers/$kind" | cut -f1) on disk, $downloaded downloaded."
}

# An apt of its own: lists, cache, and a status file that says nothing is installed, so that it
# names the C library and the loader too. How the network is reached is taken over from the system.
private_apt() {
    local suite=$1
    mkdir -p "$work"/{lists/partial,cache/archives/partial,parts,debs,prefix}
    : >"$work/status"
    local from
    from=$(mirror)
    echo "deb [signed-by=$keyring] $from $suite main" >"$work/sources.list"
    {
        apt-config dump | grep -E '^Acquire::(Check-|ForceIPv|Retries|[a-z]+::(\*::)?(Proxy|Timeout|Verify|CA))' || true
        cat <<EOF
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$work/parts";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$work/parts";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
EOF
    } >"$work/apt.conf"
    export APT_CONFIG=$work/apt.conf
    apt-get -qq update >&2
}

# Where this machine gets Debian from; on another system PORTHOLE_DEBIAN_MIRROR says.
# shellcheck disable=SC2016 # apt expands it
mirror() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1 || true)
    uri=${uri:-${PORTHOLE_DEBIAN_MIRROR:-}}
    [ -n "$uri" ] || die "no Debian source in this machine's apt settings; set PORTHOLE_DEBIAN_MIRROR to the URL of a Debian mirror"
    echo "$uri"
}

# fetch ASKED... [/ UNPACKED-ONLY...]: of the dependencies, the libraries are enough; the rest (perl
# and its modules, tools for services) is there for the system that these servers do not become.
fetch() {
    local asked=() bare=() package list=asked
    for package in "$@"; do
        case $package in
        /) list=bare ;;
        *) if [ $list = asked ]; then asked+=("$package"); else bare+=("$package"); fi ;;
        esac
    done
    local closure
    closure=$(apt-get -s -q install "${asked[@]}" | awk '$1 == "Inst" { print $2 }')
    mapfile -t closure < <(printf '%s\n' "$closure" | grep -E '^(lib|zlib)' | grep -vE '^libperl|-perl$|gconv|^libc-')
    (cd "$work/debs" && apt-get -qq download "${asked[@]}" "${closure[@]}" "${bare[@]}" >&2)
    downloaded=$(du -sh "$work/debs" | cut -f1)
}

unpack() {
    local deb prefix=$work/prefix
    for deb in "$work"/debs/*.deb; do
        dpkg-deb -x "$deb" "$prefix"
        basename "$deb" .deb
    done >"$work/packages.txt"
    mv "$work/packages.txt" "$prefix/packages.txt"
    rm -rf "$prefix"/usr/share/{doc,info,lintian,locale,man,menu} "${prefix:?}"/{etc,var}
}

# The wrappers find their folder by their own path, and start the program by the loader that came
# with it. Options that choose an options file have to stay first; no file is read unless chosen,
# so the settings of a system server cannot leak in.
# shellcheck disable=SC2016 # the wrapper expands its prefix, not this script
write_wrappers() {
    local kind=$1 name
    multiarch=$(cd "$work/prefix/usr/lib" && echo *-linux-gnu*)
    loader=$(cd "$work/prefix" && find . -type f -name 'ld-linux*.so.*' | head -n 1 | cut -c3-)
    [ -n "$loader" ] || die "no loader among the packages of $kind"
    mkdir "$work/prefix/bin"
    case $kind in
    mysql)
        wrap mysqld usr/sbin/mysqld '--basedir="$prefix/usr" --character-sets-dir="$prefix/usr/share/mysql/charsets" --lc-messages-dir="$prefix/usr/share/mysql" --plugin-dir="$prefix/usr/lib/mysql/plugin"'
        for name in mysql mysqladmin mysqlbinlog mysqldump; do
            wrap $name usr/bin/$name '--character-sets-dir="$prefix/usr/share/mysql/charsets" --plugin-dir="$prefix/usr/lib/mysql/plugin"'
        done
        ;;
    mariadb*)
        local share=usr/share/mariadb # 10.11 has it under the old name
        [ -d "$work/prefix/$share/charsets" ] || share=usr/share/mysql
        wrap mariadbd usr/sbin/mariadbd '--basedir="$prefix/usr" --character-sets-dir="$prefix/'$share'/charsets" --lc-messages-dir="$prefix/'$share'" --plugin-dir="$prefix/usr/lib/mysql/plugin"'
        for name in mariadb mariadb-admin mariadb-binlog mariadb-dump; do
            wrap $name usr/bin/$name '--character-sets-dir="$prefix/'$share'/charsets" --plugin-dir="$prefix/usr/lib/'"$multiarch"'/libmariadb3/plugin"'
        done
        write_install_db "$share"
        ;;
    esac
    # Most of what was unpacked is tools that nobody here calls.
    find "$work/prefix/usr/bin" "$work/prefix/usr/sbin" ! -type d | grep -vxF "$(printf '%s\n' "${wrapped[@]}")" | xargs -d '\n' rm -f
}

# wrap NAME PROGRAM OPTIONS
wrapped=()
# shellcheck disable=SC2016
wrap() {
    local file=$work/prefix/bin/$1 program=$2 options=$3 path='$prefix/usr/lib/'$multiarch:'$prefix/lib/'$multiarch
    [ -x "$work/prefix/$program" ] || die "$program is not among the packages"
    cat >"$file" <<EOF
#!/bin/sh
# Runs $program of this folder with the libraries of this folder.
prefix=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
case \${1-} in
--no-defaults | --defaults-*) first=\$1 && shift ;;
*) first=--no-defaults ;;
esac
exec "\$prefix/$loader" --library-path "$path" "\$prefix/$program" "\$first" $options "\$@"
EOF
    chmod 755 "$file"
    wrapped+=("$work/prefix/$program")
    local strangers
    strangers=$("$work/prefix/$loader" --library-path "${path//'$prefix'/"$work/prefix"}" --list "$work/prefix/$program" | grep -F '=>' | grep -vF "=> $work/prefix/" || true)
    [ -z "$strangers" ] || die "$program wants libraries that are not among the packages: $strangers"
}

# MariaDB's own script starts its server by a path inside of it, that is, with the system's loader.
# This one makes the same system tables and takes the same options as far as Porthole uses them.
write_install_db() {
    local share=$1 file=$work/prefix/bin/mariadb-install-db
    cat >"$file" <<EOF
#!/bin/sh
# Makes the system tables in an empty data folder: [--no-defaults] --datadir=DIR [--user=NAME].
prefix=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
cd "\$prefix/$share" || exit 1
for option; do
    shift
    case \$option in
    --auth-root-authentication-method=normal | --skip-test-db | --no-defaults) ;; # what it does anyway
    *) set -- "\$@" "\$option" ;;
    esac
done
{
    echo 'CREATE DATABASE IF NOT EXISTS mysql;'
    echo 'USE mysql;'
    echo 'SET @auth_root_socket = NULL;'
    for part in *_system_tables.sql *_performance_tables.sql *_system_tables_data.sql fill_help_tables.sql maria_add_gis_sp_bootstrap.sql *_sys_schema.sql; do
        # Rows for the host name of the machine that installs: there is none here.
        sed '/@current_hostname/d' "\$part"
    done
} | exec "\$prefix/bin/mariadbd" --no-defaults --bootstrap --enforce-storage-engine= --max-allowed-packet=8M --net-buffer-length=16K "\$@"
EOF
    chmod 755 "$file"
}

version() {
    local server=mysqld
    [ "$1" = mysql ] || server=mariadbd
    "$servers/$1/bin/$server" --version | sed 's/.*Ver \([^ ]*\).*/\1/'
}

main "$@"
