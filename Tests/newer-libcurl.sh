#!/bin/bash
# The tests of connections with the libcurl of Debian 13, on a machine that has an older one. The libraries come from
# the mirror that the machine's own package sources name; they are unpacked in a cache folder, and nothing is
# installed. The built programs are copied, and the copies load these libraries.
#
#   Tests/newer-libcurl.sh [--filter NAME]…    of the tests of the code, those whose name matches
#   Tests/newer-libcurl.sh --unpack            only makes sure that the libraries are there
#
# Ends with 77 where the libraries can't be had; the reason is the last line on standard error.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=trixie
# From this version on, a handle remembers that a rewind failed.
wanted=8.7.0
unpacks=
if [[ ${1:-} == --unpack ]]; then
    unpacks=1
    shift
fi
filters=("$@")
((${#filters[@]})) || filters=(--filter '^BitMindTests[./]' --filter '[./]BrokenConnectionTests[./]')

skip() {
    echo "needs the libcurl of Debian 13, which can't be had: $1" >&2
    exit 77
}

own=$(pkg-config --modversion libcurl) || skip 'pkg-config finds no libcurl'
if [[ $(printf '%s\n' "$wanted" "$own" | sort -V | head -n 1) == "$wanted" ]]; then
    echo "this machine's own libcurl is $own: the tests of the code have used it"
    exit 0
fi
for command in apt-get dpkg-deb patchelf; do
    command -v "$command" >/dev/null || skip "there is no $command"
done
architecture=$(dpkg --print-architecture)
libraries=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/bitmind-watch/libcurl-$suite-$architecture
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Downloads the packages to the folder, with separate package lists.
download() {
    local mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg options
    # shellcheck disable=SC2016  # it is apt-get that fills $(SITE) in
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | sort -u | head -n 1)
    [[ -n $mirror ]] || skip 'no package source of this machine is Debian'
    [[ -r $keys ]] || skip 'the package debian-archive-keyring is not installed'
    mkdir -p "$1"/{lists,archives}/partial
    : >"$1/status"
    echo "deb [signed-by=$keys] $mirror $suite main" >"$1/sources.list"
    options=(
        -qq -o Dpkg::Use-Pty=0 -o APT::Sandbox::User= -o Acquire::Languages=none -o Debug::NoLocking=1
        -o Dir::Etc::sourcelist="$1/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State::lists="$1/lists" -o Dir::State::status="$1/status"
        -o Dir::Cache="$1" -o Dir::Cache::archives="$1/archives"
    )
    timeout 120 apt-get "${options[@]}" update </dev/null >&2 || skip 'its mirror does not answer as it should'
    timeout 300 apt-get "${options[@]}" install -y --download-only --no-install-recommends \
        libcurl4t64 libstdc++6 libgcc-s1 libsystemd0 </dev/null >&2 || skip 'its packages cannot be downloaded'
}

if [[ ! -d $libraries ]]; then
    mkdir -p "${libraries%/*}" || skip "${libraries%/*} cannot be made"
    download "$scratch/packages"
    unpacked=$(mktemp -d "${libraries%/*}/unpacking-XXXXXX")
    for package in "$scratch"/packages/archives/*.deb; do dpkg-deb --extract "$package" "$unpacked"; done
    chmod 755 "$unpacked"
    # Another run may have been faster.
    mv -T "$unpacked" "$libraries" 2>/dev/null || rm -rf "$unpacked"
fi
folder=$(dirname "$(find "$libraries/usr/lib" -name libcurl.so.4 | head -n 1)")
loader=$(find "$libraries/usr/lib" -name 'ld-linux*.so.*' | head -n 1)
[[ -n $folder && -n $loader ]] || skip "$libraries does not hold it; remove that folder, and try again"
[[ -z $unpacks ]] || exit 0

products=$(swift build --show-bin-path)
for program in bitmind-watchPackageTests.xctest bitmind-watch bitmind-simulator; do
    # The libraries needed by these libraries must be found there as well, hence --force-rpath.
    patchelf --set-interpreter "$loader" --force-rpath \
        --set-rpath "$folder:$(patchelf --print-rpath "$products/$program")" \
        --output "$scratch/$program" "$products/$program"
done
"$loader" --list "$scratch/bitmind-watch" >"$scratch/loaded"
grep -q "$folder/libcurl.so.4" "$scratch/loaded" || { cat "$scratch/loaded"; exit 1; }
echo "libcurl: $(readlink "$folder/libcurl.so.4") of $(basename "$libraries"), this machine's own: $own"
cd "$repository"
timeout --kill-after=10s 10m "$scratch/bitmind-watchPackageTests.xctest" --testing-library swift-testing --quiet \
    "${filters[@]}"
