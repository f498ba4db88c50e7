#!/bin/bash
# Every test: the repository's own order, its scripts and its unit, then the build and the tests of the code.
# Installs what the machine lacks, with sudo where it isn't root.
#
#   Tests/run.sh                  all of it
#   Tests/run.sh --filter NAME    of the code's tests those whose name matches (a regular expression), and only
#                                 these; may be given more than once
#   Tests/run.sh --long           the longer runs as well
#
# Ends with the exit code of the first thing that failed; what comes after it is tried all the same.
# shellcheck disable=SC2317  # the functions are called, by "check" and by a trap
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

filters=()
# How long all tests together may take.
limit=30m
while (($#)); do
    case $1 in
        --filter)
            (($# > 1)) || { echo 'run.sh: --filter needs the name of a test' >&2; exit 64; }
            filters+=(--filter "$2")
            shift
            ;;
        --filter=*) filters+=(--filter "${1#*=}") ;;
        --long)
            export BITMIND_LONG_TESTS=1
            limit=75m
            ;;
        *)
            echo "run.sh: \"$1\" is no option; there are --filter NAME and --long" >&2
            exit 64
            ;;
    esac
    shift
done

cd "$repository"
scratch=$(mktemp -d)
session=
trap 'end_session; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Ends what the tests have started and left running: all that is in their session still.
end_session() {
    local file line fields
    [[ -n $session ]] || return 0
    for file in /proc/[0-9]*/stat; do
        # It may have ended meanwhile, even amid the reading.
        line=
        read -r -d '' line 2>/dev/null <"$file" || [[ -n $line ]] || continue
        # After the name, which may hold anything: state, parent, group, session.
        read -r -a fields <<<"${line##*) }" || true
        [[ ${fields[3]:-} == "$session" && ${fields[0]} != Z ]] || continue
        echo "run.sh: ending what the tests left running: ${line%%) *})"
        kill -KILL "${line%% *}" 2>/dev/null || true
    done
}

passed=()
failed=()
first_failure=0

# Runs a check, says how it went, and remembers it.
check() {
    local name=$1 status=0
    shift
    printf '\n== %s\n' "$name"
    "$@" || status=$?
    if ((status == 0)); then
        passed+=("$name")
    else
        failed+=("$name")
        ((first_failure)) || first_failure=$status
        echo "run.sh: $name failed ($status)" >&2
    fi
    return "$status"
}

# The top level holds what the design names, and nothing else.
check_layout() {
    local name
    git -C "$repository" ls-files 2>/dev/null | cut -d/ -f1 | sort -u >"$scratch/top"
    [[ -s $scratch/top ]] || ls -A "$repository" >"$scratch/top"
    while read -r name; do
        case $name in
            Package.swift | Package.resolved | Sources | Tests | systemd | config | README.md | .*) ;;
            *)
                echo "$name does not belong at the top level" >&2
                return 1
                ;;
        esac
    done <"$scratch/top"
}

check_format() {
    swift format lint --strict --parallel --recursive Package.swift Sources Tests
}

check_scripts() {
    shellcheck --external-sources .ci/run .ci/*.sh config/*.sh systemd/*.sh systemd/examples/bitmind-check \
        systemd/examples/bitmind-on-verdict Tests/*.sh Tests/*/*.sh
}

# systemd takes the unit without a word, and rates what it leaves exposed at 1.5 at most.
check_unit() {
    local unit=$scratch/bitmind-watch.service
    # The program need not be installed.
    sed 's|^\(ExecStart=\)/usr/bin/bitmind-watch|\1/bin/true|' systemd/bitmind-watch.service >"$unit" || return
    systemd-analyze verify --man=no "$unit" >"$scratch/verify" 2>&1 || { cat "$scratch/verify"; return 1; }
    [[ ! -s $scratch/verify ]] || { cat "$scratch/verify"; return 1; }
    systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" >"$scratch/security" ||
        { cat "$scratch/security"; return 1; }
    tail -n 1 "$scratch/security"
}

# run_tests OPTION...: in a session of their own, by which what they leave running is known.
run_tests() {
    local status=0 events=() options
    options=$(swift test --help-hidden)
    # Swift 6.1 has it not.
    if [[ $options == *--event-stream-output-path* ]]; then
        events=(--event-stream-output-path "$scratch/events")
    fi
    setsid --wait timeout --kill-after=10s "$limit" \
        swift test --skip-build --disable-xctest --quiet "${events[@]}" "$@" &
    session=$!
    wait "$session" || status=$?
    end_session
    if ((status == 124)); then
        echo "run.sh: the tests have not ended after $limit; under way were:"
        unfinished_tests
    fi
    return "$status"
}

# The tests that had begun, and not ended.
unfinished_tests() {
    [[ -e $scratch/events ]] || return 0
    comm -23 <(tests_that testStarted) <(tests_that testEnded)
}

tests_that() {
    sed -n "s/.*\"kind\":\"$1\".*\"testID\":\"\([^\"]*\)\".*/\1/p" "$scratch/events" | sort
}

require_swift
install_packages "$packages_to_build" "$packages_to_test"
if ((${#filters[@]} == 0)); then
    check layout check_layout || true
    check format check_format || true
    check scripts check_scripts || true
    check unit check_unit || true
fi
if check build swift build --build-tests; then
    if ((${#filters[@]})); then
        check tests run_tests "${filters[@]}" || true
    else
        # What starts programs of its own comes after the rest, not beside it, and so do the runs in accelerated
        # time: two cores are soon too few for the time limits of all. Tests of the kernel's calls come by themselves
        # too: between fork and exec a program holds files open that they have closed, and signals are the process's.
        later=(LinuxSystemTests WatchServiceTests.RequestTests IntegrationTests DisasterTests SystemdTests)
        check code run_tests --skip "^($(IFS='|'; echo "${later[*]}"))[./]" || true
        for tests in "${later[@]}"; do
            check "$tests" run_tests --filter "^${tests}[./]" || true
        done
        check benchmarks Tests/Benchmarks/run.sh --quick || true
    fi
fi

echo
if ((first_failure)); then
    echo "run.sh: failed: ${failed[*]}; passed: ${passed[*]:-nothing}"
else
    echo "run.sh: all passed: ${passed[*]} ($((SECONDS / 60)) min $((SECONDS % 60)) s)"
fi
exit "$first_failure"
