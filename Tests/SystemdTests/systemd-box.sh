#!/bin/bash
# A machine to throw away, for tests: this system's files, under a systemd, a journal and a network of their
# own, and nothing of it is left afterwards. Needs root.
#
#   systemd-box.sh FOLDER…     the folders are there in the box as well, read-only
#
# BOX_ROOT names the root of another system, to be used in place of this one's.
#
# On standard output it says "booted PID" when the box is up; by the PID of its systemd one enters it
# (nsenter). "off" follows when it has been powered off. A line on standard input boots it again, with the
# files that it had; the end of standard input ends all.
set -euo pipefail

if [[ ${1:-} != --in-own-mounts ]]; then
    ((EUID == 0)) || { echo 'systemd-box.sh: only root can make a box' >&2; exit 77; }
    # The mounts made here end with the last process in this namespace.
    exec unshare --mount --propagation private bash "${BASH_SOURCE[0]}" --in-own-mounts "$@"
fi
shift
shared=("$@")

place=$(mktemp -d)
mount -t tmpfs -o mode=755 box "$place"
mkdir "$place"/{files,work,root}

# The cgroup hierarchies: the name of each in /proc/self/cgroup, and its mount point. Version 2 has no name.
# cpuset (version 1) is left out, because no process may enter a group without processors.
hierarchies=()
groups=()
while IFS=: read -r _ name path; do
    [[ $name != cpuset ]] || continue
    mount_point=$(awk -v name="$name" '{
        for (dash = 7; $dash != "-"; dash++);
        if (name == "" ? $(dash + 1) == "cgroup2" : $(dash + 1) == "cgroup" && index("," $NF ",", "," name ","))
            { print $5; exit }
    }' /proc/self/mountinfo)
    [[ -n $mount_point ]] || continue
    hierarchies+=("$name")
    groups+=("$mount_point${path%/}/systemd-box.$$")
done </proc/self/cgroup
# Only version 2, as systemd prefers: at the top.
((${#hierarchies[@]} > 1)) && has_version_1=yes || has_version_1=

machine=
clean_up() {
    local group
    trap - EXIT
    # With its first process all of them go, and "unshare" ends after them.
    # shellcheck disable=SC2046  # one child, or none any more
    [[ -z $machine ]] || kill -KILL $(cat "/proc/$machine/task/$machine/children") 2>/dev/null || true
    { wait; } 2>/dev/null
    for group in "${groups[@]}"; do
        [[ ! -d $group ]] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    umount -l "$place"
    rmdir "$place"
}
trap clean_up EXIT
trap 'exit 143' TERM INT

# The system's files, with the changes of the box in memory.
make_root() {
    mount -t overlay box -o "lowerdir=${BOX_ROOT:-/},upperdir=$place/files,workdir=$place/work" "$place/root"
    cd "$place/root"
    [[ ! -e etc/systemd-box ]] || return 0
    : >etc/systemd-box
    tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
    # None of the services that this machine starts, and no journal but the box's own.
    rm -rf etc/systemd/system/*.wants etc/systemd/system/bitmind-watch.service* etc/bitmind-watch srv/bitmind \
        etc/credstore var/log/journal
    # Images of containers have this file so that packages start nothing. A box is a whole system.
    rm -f usr/sbin/policy-rc.d
    mkdir var/log/journal
    ln -sf /lib/systemd/system/multi-user.target etc/systemd/system/default.target
    local unit
    # These need what a box does not have, or disturb the query of its state.
    for unit in systemd-timesyncd.service systemd-logind.service getty.target apt-daily.timer \
        sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount; do
        ln -sf /dev/null "etc/systemd/system/$unit"
    done
}

# The kernel's file systems, as in a container.
mount_kernel_views() {
    local folder name
    mount -t proc proc proc
    mount -o bind,ro proc/sys proc/sys
    mount -t sysfs -o ro sysfs sys
    if [[ -n $has_version_1 ]]; then
        mount -t tmpfs -o mode=755 cgroups sys/fs/cgroup
        for name in "${hierarchies[@]}"; do
            folder=sys/fs/cgroup/${name:-unified}
            folder=${folder/name=/}
            mkdir "$folder"
            if [[ -n $name ]]; then mount -t cgroup -o "$name" cgroup "$folder"
            else mount -t cgroup2 cgroup "$folder"; fi
        done
    else
        mount -t cgroup2 cgroup sys/fs/cgroup
    fi
    mount -t tmpfs -o mode=755 devices dev
    cp -a /dev/{null,zero,full,random,urandom,tty} dev/
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 terminals dev/pts
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    mount -t tmpfs -o mode=755 run run
    mount -t tmpfs -o mode=1777 tmp tmp
    # Distinguishes each boot from the others, in the journal, too.
    cat /proc/sys/kernel/random/uuid >run/boot-id
    mount -o bind,ro run/boot-id proc/sys/kernel/random/boot_id
}

# Process 1 of the box, until it becomes systemd.
be_machine() {
    local folder
    make_root
    mount_kernel_views
    for folder in "${shared[@]}"; do
        mkdir -p "./$folder"
        mount -o bind,ro "$folder" "./$folder"
        # It may lie in a private home: services of other users run the programs in it. What is read-only is shared.
        while folder=$(dirname "$folder") && [[ $folder != / ]]; do
            chmod a+x "./$folder" 2>/dev/null || break
        done
    done
    mkdir -p mnt/outside
    pivot_root . mnt/outside
    umount -l /mnt/outside
    mount --make-rshared /
    hostname box
    exec env -i container=box PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --log-target=journal --show-status=no
}

# The number of the box's first process, outside the box.
first_process() {
    local child
    child=$(<"/proc/$machine/task/$machine/children") 2>/dev/null || return 1
    child=${child%% *}
    [[ -n $child && -S /proc/$child/root/run/systemd/private ]] || return 1
    echo "$child"
}

boot() {
    local group pid tries
    for group in "${groups[@]}"; do mkdir -p "$group"; done
    (
        for group in "${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
        export -f be_machine make_root mount_kernel_views
        export place has_version_1
        # Even if this script is killed, the box ends with it.
        exec setpriv --pdeathsig KILL unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child bash -euo pipefail -c "
            $(declare -p shared hierarchies)
            be_machine"
    ) </dev/null >"$place/log" 2>&1 &
    machine=$!
    for ((tries = 1200; ; tries--)); do
        if pid=$(first_process); then break; fi
        if ((tries == 0)) || [[ ! -d /proc/$machine ]]; then
            { echo 'systemd-box.sh: the box has not booted:'; cat "$place/log"; } >&2
            exit 1
        fi
        read -r -t 0.05 <> <(:) || true
    done
    # The groups are for the box alone: systemd must not find a foreign process in their root.
    for group in "${groups[@]}"; do echo "$machine" >"${group%/*}/cgroup.procs"; done
    nsenter -t "$pid" -m -u -i -p -n -C systemctl is-system-running --wait >/dev/null || true
    echo "booted $pid"
}

while :; do
    boot
    # Either the box ends by itself, and may be booted again, or its input is closed.
    while [[ -d /proc/$machine && $(awk '{ sub(/.*\) /, ""); print $1 }' "/proc/$machine/stat") != Z ]]; do
        status=0
        read -r -t 0.1 _ || status=$?
        # Over 128: the time limit; otherwise the end of input.
        ((status == 0 || status > 128)) || exit 0
    done
    { wait "$machine" || true; } 2>/dev/null
    machine=
    echo off
    read -r _ || exit 0
done
