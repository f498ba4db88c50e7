#!/bin/bash
# Builds bitmind-watch and runs its demonstration: the whole service on a scratch folder, against a simulated
# API, with a few sample files. Installs what the machine lacks, with sudo where it isn't root.
#
#   config/demo.sh           goes on until Ctrl-C, so that one can drop files of one's own
#   config/demo.sh --once    ends when the samples are filed
#   config/demo.sh FOLDER    in that folder instead of a scratch one
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

require_swift
install_packages "$packages_to_build"

# With Swift's own libraries inside, as it is installed.
build=(swift build --package-path "$repository" -c release --static-swift-stdlib)
echo 'demo.sh: building; the first time that takes a few minutes'
"${build[@]}" --product bitmind-simulator
"${build[@]}" --product bitmind-watch
programs=$("${build[@]}" --show-bin-path)
exec "$programs/bitmind-watch" demo "$@"
