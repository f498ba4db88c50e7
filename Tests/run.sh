#!/bin/bash
# Every test: the repository's own order, its scripts and its unit, then the build and the tests of the code.
# Installs what the machine lacks, with sudo where it isn't root.
#
#   Tests/run.sh                  all of it
#   Tests/run.sh --filter NAME    of the code's tests those whose name matches (a regular expression), and only
#                                 these; may be given more than once
#   Tests/run.sh --long           the longer runs as well
#
# Ends with the exit code of the first thing that failed; what comes after it is tried all the same. At its end it
# names each test that was skipped, with the reason. What needs root is run by sudo, where sudo asks for nothing.
# shellcheck disable=SC2317  # the functions are called, by "check" and by a trap
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

filters=()
# The longest time for all tests together.
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
# A login's usual limit of open files: the tests must not need more.
if [[ $(ulimit -Sn) == unlimited ]] || (($(ulimit -Sn) > 1024)); then ulimit -Sn 1024; fi
scratch=$(mktemp -d)
: >"$scratch/skipped"
session=
trap 'end_session; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Ends everything that the tests have left running: all processes still in their session.
end_session() {
    local file line fields
    [[ -n $session ]] || return 0
    for file in /proc/[0-9]*/stat; do
        # The process may have ended in the meantime, even during the read.
        line=
        read -r -d '' line 2>/dev/null <"$file" || [[ -n $line ]] || continue
        # The fields after the name, which may contain anything: state, parent, group, session.
        read -r -a fields <<<"${line##*) }" || true
        [[ ${fields[3]:-} == "$session" && ${fields[0]} != Z ]] || continue
        echo "run.sh: ending what the tests left running: ${line%%) *})"
        kill -KILL "${line%% *}" 2>/dev/null || true
    done
}

passed=()
partly=()
failed=()
first_failure=0

# Runs a check, reports its result, and records it. A check with skipped tests has passed only in part.
check() {
    local name=$1 status=0 skipped
    shift
    printf '\n== %s\n' "$name"
    : >"$scratch/events"
    "$@" || status=$?
    skipped=$(skipped_tests | tee -a "$scratch/skipped" | wc -l)
    if ((status)); then
        failed+=("$name")
        ((first_failure)) || first_failure=$status
        echo "run.sh: $name failed ($status)" >&2
    elif ((skipped)); then
        partly+=("$name ($skipped of $((skipped + $(tests_that testEnded | wc -l))) tests skipped)")
    else
        passed+=("$name")
    fi
    return "$status"
}

# skip NAME REASON: a check that cannot run here.
skip() {
    partly+=("$1 (all skipped)")
    printf '%s\t%s\n' "$2" "$1" >>"$scratch/skipped"
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
    shellcheck --external-sources .ci/run .ci/*.sh config/*.sh systemd/*.sh systemd/upgrade systemd/examples/bitmind-check \
        systemd/examples/bitmind-on-verdict Tests/*.sh Tests/*/*.sh
}

# systemd accepts the units without a warning, and rates the exposure of the service at 1.4 at most.
check_unit() {
    local unit=$scratch/bitmind-watch.service
    cp systemd/bitmind-watch-root.* "$scratch" || return
    # The program need not be installed.
    sed 's|^\(ExecStart=\)/usr/bin/bitmind-watch|\1/bin/true|' systemd/bitmind-watch.service >"$unit" || return
    systemd-analyze verify --man=no "$unit" "$scratch"/bitmind-watch-root.* >"$scratch/verify" 2>&1 ||
        { cat "$scratch/verify"; return 1; }
    [[ ! -s $scratch/verify ]] || { cat "$scratch/verify"; return 1; }
    systemd-analyze security --offline=true --threshold=14 --no-pager "$unit" >"$scratch/security" ||
        { cat "$scratch/security"; return 1; }
    tail -n 1 "$scratch/security"
}

# The libcurl of Debian 13 keeps other state in its handles than that of Debian 12. Skipped if it is not
# available.
check_newer_libcurl() {
    if Tests/newer-libcurl.sh --unpack 2>"$scratch/newer-libcurl"; then
        check 'newer libcurl' Tests/newer-libcurl.sh
    else
        cat "$scratch/newer-libcurl" >&2
        skip 'newer libcurl' "$(tail -n 1 "$scratch/newer-libcurl")"
    fi
}

# With --long: programs in common use bring files. Rows of programs that are not available are skipped, and
# named.
check_feeders() {
    local runner=()
    [[ -n ${BITMIND_LONG_TESTS:-} ]] || return 0
    if ((EUID)); then
        sudo --non-interactive true 2>/dev/null ||
            { skip feeders 'needs a system of its own, which root alone can boot'; return 0; }
        runner=(sudo --non-interactive env "PATH=$PATH" "HOME=$HOME")
    fi
    check feeders run_feeders || return
    sed -n 's/^feeders.sh: skipped: \(.*\): \(.*\)/\2\tfeeders: \1/p' "$scratch/feeders" >"$scratch/rows"
    [[ -s $scratch/rows ]] || return 0
    cat "$scratch/rows" >>"$scratch/skipped"
    unset 'passed[-1]'
    partly+=("feeders ($(wc -l <"$scratch/rows") rows skipped)")
}

run_feeders() {
    "${runner[@]}" Tests/feeders.sh --programs "$(swift build --show-bin-path)" --table | tee "$scratch/feeders"
}

# run_tests OPTION...: in a separate session, which identifies the processes that they leave running. "runner"
# is a command that runs them as another user.
run_tests() {
    local status=0
    setsid --wait timeout --kill-after=10s "$limit" "${runner[@]}" "$tests_program" --testing-library swift-testing \
        --quiet --event-stream-output-path "$scratch/events" "$@" &
    session=$!
    wait "$session" || status=$?
    end_session
    ((status != 69)) || echo 'run.sh: no test has such a name' >&2
    if ((status == 124)); then
        echo "run.sh: the tests have not ended after $limit; under way were:"
        comm -23 <(tests_that testStarted) <(tests_that testEnded)
    fi
    return "$status"
}
runner=()

# The tests for which the event stream reports this. A suite has no line at the end of its name.
tests_that() {
    sed -n "s/.*\"kind\":\"$1\".*\"testID\":\"\([^\"]*:[0-9]*:[0-9]*\)\".*/\1/p" "$scratch/events" | sort
}

# The skipped tests: for each a line with the reason, a tab, and the test's ID. Tests that need root are left
# out if root runs them in another step.
skipped_tests() {
    sed -n 's/.*"kind":"testSkipped".*skipped\(: \\"\(.*\)\\"\|\.\)"}\],"testID":"\([^"]*:[0-9]*:[0-9]*\)".*/\2\t\3/p' \
        "$scratch/events" | sed 's|\\/|/|g; s|\\\\|\\|g; s|^\t|no reason given\t|' |
        if ((EUID)); then cat; else grep -v '^needs root, ' || true; fi
}

# Runs the tests that were skipped for lack of root again, with sudo.
run_skipped_as_root() {
    local filters=() test
    while read -r test; do
        filters+=(--filter "^$test\$")
    done < <(needing_root | sed 's/[][\.*^$+?(){}|]/\\&/g')
    sed -i '/^needs root, /d' "$scratch/skipped"
    runner=(sudo --non-interactive env "PATH=$PATH")
    run_tests "${filters[@]}"
}

needing_root() {
    sed -n 's/^needs root, [^\t]*\t//p' "$scratch/skipped"
}

# run_without_root OPTION...: as a user without special permissions.
run_without_root() {
    chmod 0711 "$scratch"
    install -d -o nobody "$scratch/home"
    install -m 0666 /dev/null "$scratch/events"
    runner=("${without_root[@]}")
    run_tests "$@"
}
without_root=(setpriv --reuid=nobody --regid=nogroup --clear-groups env "HOME=$scratch/home")

say_what_was_skipped() {
    local reason
    cut -f 1 "$scratch/skipped" | sort -u | while read -r reason; do
        echo "skipped: $reason:"
        sed -n "s|^$reason\t|    |p" "$scratch/skipped" | sort -u
    done
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
    tests_program=$(swift build --show-bin-path)/bitmind-watchPackageTests.xctest
    if ((${#filters[@]})); then
        check tests run_tests "${filters[@]}" || true
    else
        # Tests that start programs run after the rest, not beside it, and so do the runs in accelerated time:
        # with two cores, the time limits would be too short. Tests of the kernel's calls run alone too:
        # between fork and exec a program holds files open that they have closed, and signals are the
        # process's.
        later=(LinuxSystemTests WatchServiceTests.RequestTests IntegrationTests DisasterTests SystemdTests)
        code=(--skip "^($(IFS='|'; echo "${later[*]}"))[./]")
        check code run_tests "${code[@]}" || true
        if ((EUID == 0)) && "${without_root[@]}" test -x "$tests_program"; then
            check 'code without root' run_without_root "${code[@]}" || true
        elif ((EUID == 0)); then
            skip 'code without root' 'needs a repository that every user may read'
        fi
        runner=()
        for tests in "${later[@]}"; do
            check "$tests" run_tests --filter "^${tests}[./]" || true
        done
        check_newer_libcurl || true
        check_feeders || true
        check benchmarks Tests/Benchmarks/run.sh --quick || true
    fi
    if [[ -n $(needing_root) ]] && sudo --non-interactive true 2>/dev/null; then
        check 'what needs root' run_skipped_as_root || true
    fi
fi

echo
say_what_was_skipped
list() {
    (($# == 1)) || printf 'run.sh: %s: %s\n' "$1" "$(printf '%s, ' "${@:2}" | sed 's/, $//')"
}
list 'passed' "${passed[@]}"
list 'passed in part' "${partly[@]}"
list 'failed' "${failed[@]}"
echo "run.sh: it took $((SECONDS / 60)) min $((SECONDS % 60)) s"
exit "$first_failure"
