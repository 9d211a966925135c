#!/bin/sh
# Makes assets/fonts anew: fetches the fonts' packages, keeps the scripts and signs that the window draws with them,
# and drops what would redraw SQL (the coding ligatures of JetBrains Mono). Other scripts come from the system's fonts.
#
# Needs: a Debian (apt-get download), npm, python3 with venv. Touches assets/fonts and a temporary folder only.
# After adding an icon: write its name into ICONS, run this, and add the constant that is printed to src/gui/icons.rs.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
out=$here/assets/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"

apt-get download fonts-inter fonts-jetbrains-mono
npm pack --silent @phosphor-icons/web
python3 -m venv venv
venv/bin/pip install --quiet fonttools
for package in *.deb; do dpkg-deb -x "$package" deb; done
tar -xzf phosphor-icons-web-*.tgz

inter=deb/usr/share/fonts/opentype/inter
mono=deb/usr/share/fonts/truetype/jetbrains-mono

# Latin with its extensions, Greek, Cyrillic, Vietnamese, punctuation, currency, arrows, mathematics, and the marks
# that stand for control characters (U+2400..2426).
text=U+0020-024F,U+0259,U+02BB-02DD,U+0300-0304,U+0306-030C,U+0323,U+0327-0328,U+0370-03FF,U+0400-04FF,U+1E00-1EFF,U+2000-206F,U+2070-209F,U+20A0-20BF,U+2100-2122,U+2150-215F,U+2190-21FF,U+2200-22FF,U+2318-2327,U+23CE,U+FFFD
boxes=U+2400-2426,U+2500-257F,U+2580-259F,U+25A0-25FF,U+2713-2718,U+27E8-27E9

subset() { # file, output, further options
    file=$1 name=$2
    shift 2
    # With the box that stands for a character that no font has: without it such a text would look empty.
    venv/bin/pyftsubset "$file" --output-file="$out/$name" --notdef-outline --no-hinting --name-IDs='*' "$@"
}
subset $inter/Inter-Regular.otf Inter-Regular.otf --unicodes="$text,U+25A0-25FF,U+2713-2718" --layout-features=kern,mark,mkmk,ccmp,locl
subset $inter/Inter-SemiBold.otf Inter-SemiBold.otf --unicodes="$text,U+25A0-25FF,U+2713-2718" --layout-features=kern,mark,mkmk,ccmp,locl
# Without calt and liga: `!=`, `->` and `--` are drawn as they are written.
subset $mono/JetBrainsMono-Regular.ttf JetBrainsMono-Regular.ttf --unicodes="$text,$boxes" --layout-features=mark,mkmk,ccmp,locl

cp deb/usr/share/doc/fonts-inter/copyright "$out/Inter-LICENSE.txt"
cp deb/usr/share/doc/fonts-jetbrains-mono/copyright "$out/JetBrainsMono-LICENSE.txt"
cp package/LICENSE "$out/Phosphor-LICENSE.txt"

ICONS="
arrow-clockwise arrow-counter-clockwise arrow-down arrow-left arrow-line-down arrow-line-up arrow-right
arrow-square-out arrow-up arrows-clockwise arrows-in arrows-out bell binoculars book-open bookmark-simple
brackets-curly broadcast bug calendar-blank caret-down caret-left caret-right caret-up caret-up-down chart-line
check check-circle circle circle-notch clipboard-text clock code columns copy copy-simple cpu cube database
desktop dots-three dots-three-vertical download-simple export eye eye-slash file file-csv file-plus file-sql
file-text flag flask floppy-disk folder folder-open funnel funnel-simple gauge gear gear-six git-branch git-commit
git-diff globe graph hard-drives hash heartbeat hourglass house info key keyboard lightning link link-break list
list-bullets list-magnifying-glass list-numbers lock lock-key lock-open lock-simple magnifying-glass math-operations
minus minus-circle moon note-pencil number-circle-one palette paper-plane-tilt paperclip password pause pencil-simple
play plug plugs plugs-connected plus plus-circle prohibit pulse push-pin question rocket-launch rows
scroll share-network shield shield-check shield-slash shield-warning sidebar sidebar-simple sign-out skip-forward
sliders-horizontal sort-ascending sort-descending spinner split-horizontal split-vertical stack star stop sun table
tag terminal terminal-window text-aa text-align-left timer toggle-left trash tray tree-structure tree-view user
users-three warning warning-circle warning-octagon wifi-slash wrench x x-circle
"
# The icons' code points are in the package's style sheet: .ph-NAME:before { content: "\e123"; }
python3 - "$ICONS" > icons.txt <<'PY'
import re, sys
css = open("package/src/regular/style.css").read()
point = dict(re.findall(r'\.ph\.ph-([a-z0-9-]+):before\s*\{\s*content:\s*"\\([0-9a-f]+)"', css))
for name in sys.argv[1].split():
    if name not in point:
        sys.exit(f"no icon named {name}")
    print(f'pub const {name.upper().replace("-", "_")}: &str = "\\u{{{point[name]}}}";')
PY
sed -n 's/.*u{\([0-9a-f]*\)}.*/U+\1/p' icons.txt > unicodes.txt
subset package/src/regular/Phosphor.ttf Phosphor-Regular.ttf --unicodes-file=unicodes.txt --layout-features=

ls -l "$out"
cat icons.txt
