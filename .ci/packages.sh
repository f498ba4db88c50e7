# shellcheck shell=bash disable=SC2034  # the tables are for the scripts that source this
# What this repository needs of the machine, for the scripts that source this file; nothing is run by sourcing.

# The tools that format disks, and others for the tests, are not on the PATH of an ordinary user.
PATH=$PATH:/usr/sbin:/sbin

# Each line: a Debian package, and a command that succeeds if the package, or a replacement, is installed.
packages_to_build='
git                   command -v git
ca-certificates       test -e /etc/ssl/certs/ca-certificates.crt
g++                   test -d /usr/include/c++
pkg-config            command -v pkg-config
libsystemd-dev        pkg-config --exists libsystemd
libcurl4-openssl-dev  curl-config --ssl-backends | grep -q OpenSSL
libssl-dev            pkg-config --exists openssl
libtomlplusplus-dev   test -e /usr/include/toml++/toml.h -o -e /usr/include/toml++/toml.hpp'

packages_to_test='
acl                   command -v setfacl
bindfs                command -v bindfs
btrfs-progs           command -v mkfs.btrfs
dbus                  command -v dbus-daemon
dosfstools            command -v mkfs.vfat
e2fsprogs             command -v mkfs.ext4
encfs                 command -v encfs
exfat-fuse            command -v mount.exfat-fuse
exfatprogs            command -v mkfs.exfat
fish                  command -v fish
gocryptfs             command -v gocryptfs
groff-base            command -v groff
haproxy               test -x /usr/sbin/haproxy
iproute2              command -v ip || test -x /usr/sbin/ip
libnss-systemd        ls /lib/*/libnss_systemd.so.2
lintian               command -v lintian
man-db                command -v man
mandoc                command -v mandoc
mergerfs              command -v mergerfs
nginx                 test -x /usr/sbin/nginx
ntfs-3g               command -v ntfs-3g
openssh-client        command -v sftp
openssh-sftp-server   test -x /usr/lib/openssh/sftp-server
p7zip-full            command -v 7z
patchelf              command -v patchelf
prometheus            command -v promtool
python3-jsonschema    /usr/bin/python3 -c "from jsonschema import Draft202012Validator"
rclone                command -v rclone
rsync                 command -v rsync
shellcheck            command -v shellcheck
squid                 test -x /usr/sbin/squid
sshfs                 command -v sshfs
systemd               command -v systemd-analyze
unzip                 command -v unzip
xfsprogs              command -v mkfs.xfs
zip                   command -v zip
zsh                   command -v zsh'

packages_to_measure='
curl                  command -v curl
iproute2              command -v ip
python3-requests      /usr/bin/python3 -c "import requests"
python3-watchdog      /usr/bin/python3 -c "import watchdog"'

packages_to_profile='
linux-perf            command -v perf'

packages_to_try='
debootstrap           command -v debootstrap'

packages_to_feed='
aria2                 command -v aria2c
cadaver               command -v cadaver
curl                  command -v curl
ffmpeg                command -v ffmpeg
lftp                  command -v lftp
libarchive-tools      command -v bsdtar
libimage-exiftool-perl command -v exiftool
libnginx-mod-http-dav-ext test -e /usr/share/nginx/modules-available/mod-http-dav-ext.conf
nginx                 command -v nginx
openssh-client        command -v sftp
openssh-server        command -v sshd
openssh-sftp-server   test -x /usr/lib/openssh/sftp-server
p7zip-full            command -v 7z
proftpd-core          command -v proftpd || command -v vsftpd
rclone                command -v rclone
rsync                 command -v rsync
samba                 command -v smbd
smbclient             command -v smbclient
sshfs                 command -v sshfs
syncthing             command -v syncthing
unzip                 command -v unzip
wget                  command -v wget
zip                   command -v zip'

packages_to_package='
build-essential       dpkg --status build-essential | grep -q "ok installed"
debhelper             command -v dh
dpkg-dev              command -v dpkg-buildpackage
fakeroot              command -v fakeroot'

# Prints one sentence and exits with 69 (sysexits.h), for something that is not available.
unavailable() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 69
}

# Exits unless there is a Swift toolchain that is new enough.
require_swift() {
    local version major minor
    command -v swift >/dev/null || unavailable \
        'there is no "swift" in PATH; install Swift 6.1 or later (https://www.swift.org/install/linux) and try again'
    version=$(swift --version 2>&1) ||
        unavailable "$(command -v swift) does not start: $version. Install what it lacks, or a toolchain for this system"
    version=$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$version")
    IFS=. read -r major minor <<<"${version:-0.0}"
    ((major > 6 || (major == 6 && minor >= 1))) || unavailable \
        "$(command -v swift) is Swift ${version:-of an unknown version}; 6.1 or later is needed"
}

# The packages of a table whose command fails, one per line.
missing_packages() {
    local package probe
    while read -r package probe; do
        [[ -z $package ]] || bash -c "$probe" >/dev/null 2>&1 || printf '%s\n' "$package"
    done <<<"$1"
}

# The services that start at boot, one link per line.
started_at_boot() {
    find /etc/systemd/system -path '*.wants/*' -type l 2>/dev/null | sort
}

# Run as root, with packages as arguments: installs them. Their services neither start nor stay enabled,
# because the tests need only the programs.
install_without_services() {
    local policy=/usr/sbin/policy-rc.d before unit
    before=$(started_at_boot)
    if [[ ! -e $policy ]]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        install -m 0755 /dev/stdin "$policy" <<<$'#!/bin/sh\nexit 101'
    fi
    # If new package lists are not available, old ones may be enough. The installation reports errors.
    apt-get -qq -o Dpkg::Use-Pty=0 update || true
    # The installation must remove nothing.
    apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-remove --no-install-recommends "$@" || return
    while read -r unit; do
        # Systemd's own services are part of the system.
        [[ -z $unit || $(dpkg-query --search "$(readlink -f "$unit")" 2>/dev/null) == systemd*:* ]] ||
            disable_unit "$unit"
    done < <(comm -13 <(echo "$before") <(started_at_boot))
}

# disable_unit LINK: keeps a unit from starting at boot, even before systemd is installed.
disable_unit() {
    if command -v systemctl >/dev/null; then systemctl --quiet disable "${1##*/}"; else rm -f "$1"; fi
}

# Installs the missing packages of the given tables, or exits and names them.
install_packages() {
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$*")
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || unavailable \
        "there is no apt-get to install what is missing, in Debian's names: ${missing[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || unavailable \
            "there is no sudo to install what is missing; have root run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    printf '%s: installing %s\n' "${0##*/}" "${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive bash -uc)
    "${as_root[@]}" "$(declare -f started_at_boot disable_unit install_without_services)
        install_without_services \"\$@\"" "${0##*/}" "${missing[@]}" </dev/null ||
        unavailable "apt-get could not install ${missing[*]}; it says why above"
    mapfile -t missing < <(missing_packages "$*")
    ((${#missing[@]} == 0)) || unavailable "still missing after apt-get installed it: ${missing[*]}"
}
