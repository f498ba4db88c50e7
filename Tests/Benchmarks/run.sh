#!/bin/bash
# Measures the service against its yardsticks, and says which target is missed. Builds what it needs, for release;
# installs what the machine lacks, with sudo where it isn't root.
#
#   Tests/Benchmarks/run.sh                    the whole table, in a quarter of an hour
#   Tests/Benchmarks/run.sh --long             with a million files: a quarter of an hour more
#   Tests/Benchmarks/run.sh --only NAME        one part of it: backlog, latency, pace, videos, large, trouble, links,
#                                              idle or many
#   Tests/Benchmarks/run.sh --quick [FOLDER]   loose bounds, in a minute or two, for the programs in FOLDER: those
#                                              of the debug build, if none is named
#   Tests/Benchmarks/run.sh --plots            measures and draws the plots of the documentation, in half an hour
#
# Ends with 1 where a target is missed by more than the noise, with 2 where something cannot be measured.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../../.ci/packages.sh
source "$repository/.ci/packages.sh"
benchmarks=$repository/Tests/Benchmarks
programs=$repository/.build/release
options=()

while (($#)); do
    case $1 in
        --quick)
            options+=(--quick)
            programs=$repository/.build/debug
            if [[ ${2:-} && $2 != --* ]]; then
                programs=$2
                shift
            fi
            ;;
        --plots) options+=(--plots "$repository/Sources/WatchService/Design.docc/Resources") ;;
        *) options+=("$1") ;;
    esac
    shift
done

require_swift
install_packages "$packages_to_build" "$packages_to_measure"
if [[ $programs == "$repository/.build/release" ]]; then
    swift build --package-path "$repository" -c release --product bitmind-watch --quiet
    swift build --package-path "$repository" -c release --product bitmind-simulator --quiet
fi
swift build --package-path "$benchmarks" -c release --quiet
exec "$benchmarks/.build/release/benchmarks" --programs "$programs" \
    --watcher "$benchmarks/Yardsticks/watcher.py" "${options[@]}"
