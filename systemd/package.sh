#!/bin/bash
# Makes a Debian package that installs what install.sh does, and lays it into the folder that one is in.
# Installs the packages that this takes, with sudo where it isn't root. The environment is install.sh's.
#
#   systemd/package.sh
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

(($# == 0)) || { echo "package.sh: \"$1\" is no option; there are none" >&2; exit 64; }
install_packages "$packages_to_package"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# dpkg-buildpackage needs the folder "debian" at the top, and writes its results beside it.
mkdir "$scratch/tree"
DESTDIR=$scratch/stage PREFIX=/usr bash "$repository/systemd/install.sh"
cp -a "$repository/systemd/debian" "$scratch/tree/debian"
(cd "$scratch/tree" && STAGE=$scratch/stage dpkg-buildpackage --build=binary --no-sign) >"$scratch/log" 2>&1 ||
    { cat "$scratch/log" >&2; exit 1; }
for package in "$scratch"/*.deb; do
    [[ $package != *-dbgsym_* ]] || continue
    cp "$package" .
    echo "package.sh: ${package##*/}"
done
