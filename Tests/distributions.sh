#!/bin/bash
# Tries the repository's commands as a newcomer would, in bare Debian or Ubuntu systems made for it. As root.
#
#   Tests/distributions.sh RELEASE…                such as: bookworm trixie
#   Tests/distributions.sh --filter NAME RELEASE…  of all tests those whose name matches (Tests/run.sh --filter)
#
# For each release, with this machine's Swift toolchain and a login's usual limit of 1,024 open files:
#   a user who may use sudo clones, then runs config/demo.sh --once and Tests/run.sh
#   the same user without sudo runs Tests/run.sh, and so does root, who runs the demo as well
#   systemd/package.sh makes the package, and lintian looks at it
#   a system without Swift, running systemd, installs the first release's package, upgrades, stops and purges it
#
# It tests what is committed. Systems come from where this machine's own packages come from. All of it lies in
# a folder that is removed at the end; each step's output stays in the folder that it names.
# shellcheck disable=SC2016,SC2317  # commands for other shells; functions that "step" calls
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

# Each step needs private mounts, which end with the last process in here.
if [[ ${1:-} != --in-own-mounts ]]; then
    ((EUID == 0)) || { echo 'distributions.sh: run it as root: it mounts and boots systems' >&2; exit 77; }
    exec unshare --mount --propagation private bash "${BASH_SOURCE[0]}" --in-own-mounts "$@"
fi
shift

filter=()
if [[ ${1:-} == --filter ]]; then
    filter=(--filter "${2:?"--filter needs the name of a test"}")
    shift 2
fi
(($#)) || { echo 'distributions.sh: name at least one release, such as bookworm' >&2; exit 64; }

require_swift
install_packages "$packages_to_try"

place=$(mktemp -d /var/tmp/bitmind-distributions.XXXXXX)
logs=$(mktemp -d /tmp/bitmind-distributions.XXXXXX)
box=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

clean_up() {
    local root
    stop_box
    # Deepest first. What is mounted into a system is not a part of it.
    awk -v place="$place/" 'index($5, place) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r root; do
        umount --lazy "$root"
    done
    rm -rf --one-file-system "$place"
}

# The toolchain's own folder, with bin and lib.
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
[[ $toolchain != /usr ]] || unavailable 'Swift lies in /usr itself; install a toolchain in a folder of its own'
# The sources of Swift packages for git, if the machine's configuration names folders for them.
mapfile -t git_folders < <(git config --system --get-regexp '^url\..*\.insteadof$' 2>/dev/null |
    sed -n 's|^url\.\(/.*\)\.insteadof .*|\1|p' | sort -u)
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
environment=(PATH="/usr/local/bin:/usr/bin:/bin:$toolchain/bin" LANG=C.UTF-8)

# What a toolchain needs from the system, as in an image for one.
packages_for_swift=(libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libxml2 tzdata zlib1g ca-certificates git sudo)

# make_base RELEASE NAME PACKAGE…
make_base() {
    debootstrap --variant=minbase "$1" "$place/$2" "$archive" || return
    # apt resolves the name of a library in a release: libcurl4 is libcurl4t64 on Debian 13.
    chroot "$place/$2" env DEBIAN_FRONTEND=noninteractive bash -c 'apt-get -q update &&
        apt-get -qy --no-install-recommends -o Dpkg::Use-Pty=0 install "$@"' - "${@:3}"
}

make_bases() {
    make_base "$1" "swift-$1" "${packages_for_swift[@]}" && make_base "$1" "bare-$1" systemd dbus iproute2
}

# make_root BASE NAME: a fresh copy of a base, with the kernel's file systems.
make_root() {
    local root=$place/$2
    mkdir -p "$root" "$root.files" "$root.work"
    mount -t overlay "$2" -o "lowerdir=$place/$1,upperdir=$root.files,workdir=$root.work" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
    mount -t tmpfs -o mode=755 run "$root/run"
}

# lend_swift NAME: the toolchain, the repository, and a user for them.
lend_swift() {
    local root=$place/$1 folder
    for folder in "$toolchain" "${git_folders[@]}"; do
        mkdir -p "$root$folder"
        mount -o bind,ro "$folder" "$root$folder"
    done
    mkdir -p "$root/mnt/repository"
    mount -o bind,ro "$repository" "$root/mnt/repository"
    git config --system --get-regexp '^url\.' 2>/dev/null | while read -r key value; do
        git config --file "$root/etc/gitconfig" --add "$key" "$value"
    done
    git config --file "$root/etc/gitconfig" --add safe.directory '*'
    chroot "$root" useradd --create-home --shell /bin/bash newcomer
    echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/newcomer"
}

# as USER ROOT COMMAND: in the system, with a login's limit of open files. The system's root is that of its mounts, as
# on a machine: in a chroot no user namespace can be made, and setns(2) leads out of it.
as() {
    local home=/home/$1
    [[ $1 != root ]] || home=/root
    unshare --pid --mount --fork --kill-child bash -c '
        cd "$0" && mount -t proc proc proc && pivot_root . . && umount --lazy . && cd / &&
        ulimit -Hc unlimited && exec "$@"' \
        "$place/$2" setpriv --reuid="$1" --regid="$1" --init-groups env -i "${environment[@]}" HOME="$home" \
        USER="$1" bash -c 'cd && ulimit -n 1024 && eval "$0"' "$3"
}

results=()
failures=0

# step NAME COMMAND…: runs it, keeps its output, and records its result and its duration.
step() {
    local name=$1 log=$logs/${1//[^a-z0-9]/-}.log begin=$SECONDS status=0 took
    shift
    echo "distributions.sh: $name (in $log)"
    "$@" >"$log" 2>&1 || status=$?
    took=$(((SECONDS - begin) / 60))m$(((SECONDS - begin) % 60))s
    if ((status)); then
        failures=$((failures + 1))
        tail -n 25 "$log"
    fi
    results+=("$(printf '%-34s %-14s %s' "$name" "$( ((status)) && echo "failed ($status)" || echo passed)" "$took")")
    return "$status"
}

# boot BASE: starts the system under its own systemd, without a network.
boot() {
    local word
    rm -f "$place/box.out"
    exec {box_input}> >(BOX_ROOT=$1 exec bash "$repository/Tests/SystemdTests/systemd-box.sh" "$place/package" \
        >"$place/box.out" 2>"$logs/box.log")
    box=$!
    for ((word = 0; word < 600; word++)); do
        [[ ! -s $place/box.out ]] || break
        sleep 0.1
    done
    read -r _ machine <"$place/box.out" || return 1
}

stop_box() {
    [[ -n $box ]] || return 0
    exec {box_input}>&-
    wait "$box" || true
    box=
}

in_box() {
    nsenter --target "$machine" --mount --uts --ipc --net --pid --cgroup env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root DEBIAN_FRONTEND=noninteractive bash -euxc "$1"
}

# The package's whole life on a system without Swift.
live() {
    local name=life-$1 status=0
    make_root "bare-$1" "$name"
    cp "$place"/package/*.deb "$place/$name/root/package.deb"
    chroot "$place/$name" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -euxc '
        apt-get -qq update
        apt-get -qq -y --no-install-recommends --download-only install /root/package.deb
        if command -v swift; then exit 1; fi'
    boot "$place/$name" || return
    in_box '
        unit() { test "$(systemctl show --property "$1" --value bitmind-watch)" = "$2"; }
        next() {
            rm -rf /root/next
            dpkg-deb --raw-extract /root/package.deb /root/next
            sed -i "s/^Version: .*/&+$1/" /root/next/DEBIAN/control
            dpkg-deb -Znone --build /root/next "/root/next-$1.deb"
            dpkg --install "/root/next-$1.deb"
        }
        ip link set lo up 2>/dev/null || true
        apt-get -y --no-install-recommends install /root/package.deb
        unit ActiveState inactive
        bitmind-watch --version
        echo id >/etc/credstore/bitmind-watch.client-id
        echo secret >/etc/credstore/bitmind-watch.client-secret
        systemd-run --unit=simulator bitmind-simulator --port 8080
        sed -i "s|^base_url = .*|base_url = \"http://127.0.0.1:8080\"|" /etc/bitmind-watch/config.toml
        systemctl enable --now bitmind-watch
        bitmind-watch demo --once /tmp/demo >/dev/null
        cp "$(find /tmp/demo/ai /tmp/demo/human -name "*.jpg" -print -quit)" /srv/bitmind/inbox/
        for try in $(seq 100); do compgen -G "/srv/bitmind/[ah]*/*.jpg.json" && break || sleep 0.2; done
        ls /srv/bitmind/inbox | wc -l | grep -x 0
        next 1
        unit ActiveState active
        systemctl stop bitmind-watch
        next 2
        unit ActiveState inactive
        apt-get -y purge bitmind-watch | tee /root/purge
        grep /etc/credstore/bitmind-watch.client-secret /root/purge
        test ! -e /usr/bin/bitmind-watch -a ! -e /etc/bitmind-watch
        systemctl --failed --plain --no-legend "bitmind*" simulator.service | tee /dev/stderr | wc -l | grep -x 0' || status=$?
    stop_box
    return "$status"
}

# lint ROOT: checks the package that was made there, where Tests/run.sh has installed lintian.
lint() {
    chroot "$place/$1" sh -c 'lintian --allow-root --fail-on error,warning /root/*.deb'
}

clone='rm -rf bitmind-watch && git clone --quiet /mnt/repository bitmind-watch && cd bitmind-watch'
run="Tests/run.sh ${filter[*]@Q}"
mkdir "$place/package"
for release; do
    step "$release: bare systems" make_bases "$release" || continue
    make_root "swift-$release" "$release"
    lend_swift "$release"
    step "$release: demo as user" as newcomer "$release" "$clone && config/demo.sh --once" || true
    step "$release: tests as user" as newcomer "$release" "cd bitmind-watch && $run" || true
    rm "$place/$release/etc/sudoers.d/newcomer"
    step "$release: tests without sudo" as newcomer "$release" "cd bitmind-watch && $run" || true
    step "$release: demo as root" as root "$release" "cd /home/newcomer/bitmind-watch && config/demo.sh --once" || true
    step "$release: tests as root" as root "$release" "cd /home/newcomer/bitmind-watch && $run" || true
    # The place of units differs: each release's lintian checks the package that was made there.
    if step "$release: package" as root "$release" 'cd && /home/newcomer/bitmind-watch/systemd/package.sh'; then
        step "$release: lintian" lint "$release" || true
        compgen -G "$place/package/*.deb" >/dev/null || cp "$place/$release"/root/*.deb "$place/package/"
    fi
    if compgen -G "$place/package/*.deb" >/dev/null; then
        step "$release: package's life" live "$release" || true
    fi
done

echo
printf '%s\n' "${results[@]}"
echo "distributions.sh: $failures of ${#results[@]} steps failed; what they said is in $logs"
exit $((failures > 0))
