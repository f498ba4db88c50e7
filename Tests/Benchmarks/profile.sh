#!/bin/bash
# Shows where the time goes in the service while 3,000 files of 20 kB come at once, in batches.
# Builds what it needs; installs what the machine lacks, with sudo where it isn't root.
#
#   Tests/Benchmarks/profile.sh [FOLDER]
#
# FOLDER has the programs, to compare two builds; by default those of the release build are made and taken. The
# profile itself is kept in Tests/Benchmarks/.build/profiles.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../../.ci/packages.sh
source "$repository/.ci/packages.sh"
benchmarks=$repository/Tests/Benchmarks
profiles=$benchmarks/.build/profiles
programs=${1:-$repository/.build/release}

require_swift
install_packages "$packages_to_build" "$packages_to_profile"
if (($# == 0)); then
    swift build --package-path "$repository" -c release --product bitmind-watch --quiet
    swift build --package-path "$repository" -c release --product bitmind-simulator --quiet
fi
swift build --package-path "$benchmarks" -c release --quiet
mkdir -p "$profiles"

data=$profiles/perf.data
# Frame pointers: Swift keeps them, and DWARF's stacks would cost more than what is measured.
"$benchmarks/.build/release/benchmarks" --profile --programs "$programs" \
    --wrapper "/usr/bin/env perf record --quiet --call-graph fp --freq 1999 --output $data --"
report=(perf report --input "$data" --stdio --no-children --percent-limit)
printf '\n== threads\n'
"${report[@]}" 0.5 --sort comm --call-graph none 2>/dev/null | grep -v '^#' | grep .
printf '\n== programs and libraries\n'
"${report[@]}" 0.5 --sort dso --call-graph none 2>/dev/null | grep -v '^#' | grep .
printf '\n== system calls, with all that they do\n'
perf report --input "$data" --stdio --children --percent-limit 0.6 --sort symbol --call-graph none 2>/dev/null |
    grep -o '.*__x64_sys_[a-z0-9_]*' || true
printf '\n== functions\n'
"${report[@]}" 0.6 --sort dso,symbol --call-graph none 2>/dev/null | grep -v '^#' | grep . |
    swift demangle --compact --simplified | cut -c1-150
printf '\nMore: perf report --input %s\n' "$data"
