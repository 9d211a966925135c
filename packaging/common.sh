# shellcheck shell=bash disable=SC2034 # the scripts that source it use its variables
# Shell functions that the scripts of this folder share. Meant to be sourced, so it sets no options
# and does nothing by itself.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
servers=${XDG_DATA_HOME:-$HOME/.local/share}/porthole/servers
yes=false

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$(basename "$0"): $*"
    exit 1
}

# The comment at the top of a script is its help text.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# ask QUESTION: true if the answer is yes. With --yes nobody is asked.
ask() {
    $yes && return 0
    [ -t 0 ] || die "nobody to ask \"$1\"; run it with --yes"
    local answer
    read -r -p "$1 [Y/n] " answer
    case $answer in '' | [yY]*) return 0 ;; *) return 1 ;; esac
}

# as_root COMMAND...: through sudo where we are not root.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || die "this needs root, and sudo is not here: $*"
        sudo "$@"
    fi
}

# Debian and what is made of it; anything else gets a list of names to install by hand.
has_apt() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

is_installed() {
    # A library that was renamed for 64-bit time (libssl3 -> libssl3t64) provides its old name.
    dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
        awk -v name="$1" '$1 == "installed" { for (i = 2; i <= NF; i++) { sub(",", "", $i); if ($i == name) found = 1 } } END { exit !found }'
}

# need WHY PACKAGE...: installs those Debian packages that are missing, after saying which and why.
need() {
    local why=$1 package missing=()
    shift
    if ! has_apt; then
        say "Not a Debian system. $why needs what Debian calls: $*"
        say "Install these by the names they have here; going on as if they were there."
        return 0
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "$why needs Debian packages that are not installed: ${missing[*]}"
    ask "Install them now?" || die "cannot go on without: ${missing[*]}"
    apt_install "${missing[@]}"
}

# The package lists are fetched once, and only if something has to be installed. Another apt may be
# at work, perhaps another run of this script: wait for it instead of failing.
lists_are_fresh=false
apt_install() {
    $lists_are_fresh || as_root apt-get -q -o DPkg::Lock::Timeout=600 update >&2
    lists_are_fresh=true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
        install --no-install-recommends "$@" >&2
}

# What each step needs, by Debian's names. Most of the window's libraries are opened at run time,
# so the build does not miss them and the program's own dependencies do not name them.
build_packages=(gcc libc6-dev libssl-dev pkg-config)
server_packages=(ca-certificates debian-archive-keyring util-linux)
window_packages=(
    libegl1 libfontconfig1 libgl1 libgl1-mesa-dri libglx-mesa0 libx11-xcb1 libxcursor1 libxext6
    libxfixes3 libxi6 libxkbcommon-x11-0 libxkbcommon0 libxrender1
)
test_packages=(
    at-spi2-core dbus dbus-daemon fonts-dejavu-core gir1.2-atspi-2.0 gnome-keyring imagemagick
    libsecret-tools openbox openssl procps python3 python3-pyatspi python3-venv wmctrl xclip
    x11-utils xdotool xvfb
)

need_rust() {
    command -v cargo >/dev/null && return 0
    [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ] || die "Rust is not installed: see https://rustup.rs"
    PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
}
