#!/bin/bash
# Installs bitmind-watch: builds it, and puts programs, unit, user, folders, message catalogue, manual pages,
# completions and examples where the system looks for them. Uses sudo for that where it isn't root.
#
#   systemd/install.sh               installs, or upgrades what is installed; a running service is restarted
#   systemd/install.sh --uninstall   takes it all back, but for configuration, credentials, media and user
#
# From the environment:
#   PREFIX     /usr by default; with /usr/local the system finds all of it as well. With any other, what
#              systemd reads lies in /usr/local/lib, for it looks nowhere else.
#   DESTDIR    put before every path: only files are laid there, nothing of this system is changed
#   PROGRAMS   a folder with the built programs, to be taken as they are; else they are built
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

usage() {
    echo "install.sh: $1; there is only --uninstall" >&2
    exit 64
}

uninstall=
case ${1:-} in
    '') ;;
    --uninstall) uninstall=yes ;;
    *) usage "\"$1\" is no option" ;;
esac
(($# <= 1)) || usage 'too many arguments'

prefix=${PREFIX:-/usr}
destdir=${DESTDIR:-}
for path in "$prefix" "${destdir:-/}" "${PROGRAMS:-/}"; do
    [[ $path == /* ]] || { echo "install.sh: \"$path\" is no absolute path" >&2; exit 64; }
done
prefix=${prefix%/}
destdir=${destdir%/}

# systemd and its journal read these two and no others.
case $prefix in
    /usr | /usr/local) lib=$prefix/lib ;;
    *) lib=/usr/local/lib ;;
esac
share=$prefix/share
documentation=$share/doc/bitmind-watch
# As Debian does for packages, and zsh for local files.
case $prefix in
    /usr) zsh=$share/zsh/vendor-completions ;;
    *) zsh=$share/zsh/site-functions ;;
esac
units=$lib/systemd/system
example=$documentation/examples/bitmind-watch.toml
configuration=/etc/bitmind-watch/config.toml

programs=
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Each line: a mode, the file to install, and its target. The one list, for installing and uninstalling.
files() {
    local page name
    entry 0755 "$programs/bitmind-watch" "$prefix/bin/bitmind-watch"
    entry 0755 "$programs/bitmind-simulator" "$prefix/bin/bitmind-simulator"
    for name in bitmind-watch.service bitmind-watch@.service bitmind-watch-root.service bitmind-watch-root.path; do
        entry 0644 "$scratch/$name" "$units/$name"
    done
    entry 0755 systemd/upgrade "$lib/bitmind-watch/upgrade"
    entry 0644 systemd/bitmind-watch.sysusers "$lib/sysusers.d/bitmind-watch.conf"
    entry 0644 systemd/bitmind-watch.tmpfiles "$lib/tmpfiles.d/bitmind-watch.conf"
    entry 0644 systemd/bitmind-watch.catalog "$lib/systemd/catalog/bitmind-watch.catalog"
    for page in config/man/*; do
        entry 0644 "$page" "$share/man/man${page##*.}/${page##*/}"
    done
    for name in bitmind-watch bitmind-simulator; do
        entry 0644 "config/completions/$name.bash" "$share/bash-completion/completions/$name"
        entry 0644 "config/completions/$name.zsh" "$zsh/_$name"
        entry 0644 "config/completions/$name.fish" "$share/fish/vendor_completions.d/$name.fish"
    done
    entry 0644 README.md "$documentation/README.md"
    entry 0644 config/bitmind-watch.toml "$example"
    entry 0644 config/sidecar.schema.json "$documentation/sidecar.schema.json"
    for page in systemd/examples/* config/monitoring/*; do
        entry "$([[ -x $page ]] && echo 0755 || echo 0644)" "$page" "$documentation/examples/${page##*/}"
    done
}

entry() {
    printf '%s\t%s\t%s\n' "$@"
}

# Runs a command that changes files of root.
as_root() {
    if ((EUID == 0)) || [[ -n $destdir ]]; then
        "$@"
    else
        command -v sudo >/dev/null || unavailable 'there is no sudo; run it as root'
        sudo "$@"
    fi
}

# Whether the target is this running system, with systemd.
is_live() {
    [[ -z $destdir && -d /run/systemd/system ]]
}

build() {
    local command product
    require_swift
    install_packages "$packages_to_build"
    # With Swift's own libraries inside, because the system may not have them.
    command=(swift build --package-path "$repository" -c release --static-swift-stdlib)
    echo 'install.sh: building; the first time that takes a few minutes'
    for product in bitmind-watch bitmind-simulator; do "${command[@]}" --product "$product"; done
    programs=$("${command[@]}" --show-bin-path)
}

# An unchanged configuration equals the example of the installed version.
is_edited() {
    [[ -e $destdir$configuration ]] && ! as_root cmp -s "$destdir$configuration" "$destdir$example"
}

# The installed units: adapted to the prefix, and the template, which is the unit with a name in it.
make_units() {
    cp systemd/bitmind-watch-root.* "$scratch"
    sed "s|/usr/bin/bitmind-watch|$prefix/bin/bitmind-watch|" systemd/bitmind-watch.service \
        >"$scratch/bitmind-watch.service"
    sed -e '/^Description=/s/$/ (%i)/' -e '/^ExecStart=/s|$| --config /etc/bitmind-watch/%i.toml|' \
        -e '/^LoadCredential=/s/:bitmind-watch\./&%i./' -e '/^RuntimeDirectoryPreserve=/d' \
        -e 's|^RuntimeDirectory=.*|&/%i|' -e '/^# Those of bitmind-watch@NAME/d' \
        "$scratch/bitmind-watch.service" >"$scratch/bitmind-watch@.service"
}

put_files() {
    local mode source target
    make_units
    if is_edited; then
        echo "install.sh: $configuration stays as it is; what is new stands in $example"
    else
        as_root install -D -m 0644 config/bitmind-watch.toml "$destdir$configuration"
    fi
    while IFS=$'\t' read -r mode source target; do
        as_root install -D -m "$mode" "$source" "$destdir$target"
    done < <(files)
}

# The steps that packages perform when they are set up.
set_up_system() {
    as_root install -d -m 0700 /etc/credstore
    as_root systemd-sysusers "$lib/sysusers.d/bitmind-watch.conf"
    as_root "$lib/bitmind-watch/upgrade"
    as_root systemd-tmpfiles --create "$lib/tmpfiles.d/bitmind-watch.conf"
    as_root journalctl --update-catalog
    is_live || return 0
    as_root systemctl daemon-reload
    as_root systemctl try-restart bitmind-watch.service 'bitmind-watch@*.service'
}

say_what_next() {
    cat <<END

bitmind-watch is installed. Next, in this order:

  1. Store the credentials that you have from BitMind. Each command asks for one, and does not show it:
       sudo sh -c 'systemd-ask-password --echo=no --timeout=0 "client id:" | install -m 0600 /dev/stdin /etc/credstore/bitmind-watch.client-id'
       sudo sh -c 'systemd-ask-password --echo=no --timeout=0 "client secret:" | install -m 0600 /dev/stdin /etc/credstore/bitmind-watch.client-secret'
  2. Look at the configuration. It is commented, and may do as it is:
       sudo nano $configuration
  3. Check everything as the service will run:
       sudo $documentation/examples/bitmind-check --online
  4. Start the service, now and at every boot:
       sudo systemctl enable --now bitmind-watch

Who is to drop files: sudo usermod --append --groups bitmind-watch NAME
Who is to take results away: sudo usermod --append --groups bitmind-results NAME. All else: man bitmind-watch.8
END
}

take_back() {
    local mode source target
    if is_live && systemctl cat bitmind-watch.service >/dev/null 2>&1; then
        as_root systemctl stop 'bitmind-watch@*.service'
        as_root systemctl disable --quiet --now bitmind-watch.service
    fi
    while IFS=$'\t' read -r mode source target; do
        as_root rm -f "$destdir$target"
    done < <(files)
    for target in "$documentation/examples" "$documentation" "$lib/bitmind-watch"; do
        [[ ! -d $destdir$target ]] || as_root rmdir --ignore-fail-on-non-empty "$destdir$target"
    done
    [[ -z $destdir ]] || return 0
    # The folder that locked the inbox. Follows no link.
    [[ ! -d /srv/bitmind/inbox ]] || as_root find -P /srv/bitmind/inbox -mindepth 2 -maxdepth 2 \
        -path '*/.bitmind-watch/lock' -user bitmind-watch -delete
    as_root journalctl --update-catalog
    if is_live; then
        as_root systemctl daemon-reload
        as_root systemctl reset-failed bitmind-watch.service 2>/dev/null || true
    fi
    cat <<END
bitmind-watch is gone. What stays, for it is yours: /etc/bitmind-watch, /etc/credstore/bitmind-watch.*,
/srv/bitmind, the user and group bitmind-watch, who own folders in there, and the group bitmind-results.
END
}

cd "$repository"
if [[ -n $uninstall ]]; then
    take_back
    exit
fi
if [[ -n ${PROGRAMS:-} ]]; then programs=$PROGRAMS; else build; fi
put_files
[[ -n $destdir ]] && exit
set_up_system
say_what_next
