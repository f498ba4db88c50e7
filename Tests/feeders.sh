#!/bin/bash
# Brings files by the programs that people use, as the users they are, to the service as its unit runs it. All of it
# happens in a system to throw away (SystemdTests/systemd-box.sh), on loopback. As root.
#
#   Tests/feeders.sh                    every row of the table below
#   Tests/feeders.sh --filter NAME      the rows whose name matches (a regular expression); may be given more than once
#   Tests/feeders.sh --programs FOLDER  where the built programs are; else where "swift build" puts them
#   Tests/feeders.sh --table            at the end the results as a table in Markdown
#
# Of each row: the program ends with 0, each file is filed once, with one sidecar and the bytes that were sent, each
# was uploaded once and nothing else was, and neither the inbox nor failed/ has a file of it. A row whose program is
# missing is skipped, and named at the end. Ends with 1 if a row failed.
# shellcheck disable=SC2016,SC2317  # the table's scripts are for another shell; a trap calls a function
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../.ci/packages.sh
source "$repository/.ci/packages.sh"

programs=
filters=()
wants_table=
inside=
# These two conflict as packages, so they are unpacked where they are needed, and not installed.
unpacked=(vsftpd proftpd-core)
packages=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/bitmind-watch/feeders
while (($#)); do
    case $1 in
        --filter | --programs)
            (($# > 1)) || { echo "feeders.sh: $1 needs a value" >&2; exit 64; }
            if [[ $1 == --filter ]]; then filters+=("$2"); else programs=$2; fi
            shift
            ;;
        --table) wants_table=yes ;;
        # In the box; the one value is the folder with the packages.
        --inside)
            inside=yes
            packages=$2
            shift
            ;;
        *)
            echo "feeders.sh: \"$1\" is no option; there are --filter NAME, --programs FOLDER and --table" >&2
            exit 64
            ;;
    esac
    shift
done

# How long a file may take to be filed, and a server to start.
patience=60
inbox=/srv/bitmind/inbox
# The folder for the files of the run, in the box: samples, keys, configurations of servers.
place=/var/tmp/feeders

# --- The table ------------------------------------------------------------------------------------------------------

# row NAME KIND NEEDS SCRIPT: NEEDS are the programs, or files, without which it is skipped.
#
# The script runs as the user alice, with umask 022 and "set -e", in a folder of its own. "trip" in it has the samples,
# two of them in "trip/sub". What it brings must lie below $to, which is $inbox/$name. All that "helpers" below has may
# be called.
table() {
    local copy='cp -r trip $to' mask program

    row 'cp -r' local cp "$copy"
    for mask in 027 077; do row "cp -r, umask $mask" local cp "umask $mask; $copy"; done
    row 'cp -a' local cp 'cp -a trip $to'
    row 'cp -a, all of it read-only' local cp 'chmod -R a-w trip; cp -a trip $to; chmod -R u+w trip'
    row 'cp, then mv beside it' local cp 'mkdir $to
        for f in trip/*.* trip/sub/*.*; do cp "$f" $to/.new; mv $to/.new "$to/${f##*/}"; done'
    row 'mv' local mv 'mv trip $to'
    row 'mv, umask 077' local mv 'umask 077; cp -r trip own; rm -r trip; mv own $to'
    row 'mv, from another file system' local mv 'd=$(mktemp -d); cp -r trip $d; mv $d/trip $to; rm -r $d'
    row 'install -m 600' local install 'install -m 600 -D -t $to trip/*.*; install -m 600 -D -t $to/sub trip/sub/*'
    row 'dd' local dd 'mkdir $to
        for f in trip/*.* trip/sub/*.*; do dd status=none bs=4k if="$f" of="$to/${f##*/}"; done'
    row 'cat, appending' local cat 'mkdir $to; for f in trip/*.* trip/sub/*.*; do
            head -c 900 "$f" >"$to/${f##*/}"; tail -c +901 "$f" >>"$to/${f##*/}"; done'

    for mask in 022 027 077; do
        row "tar x, umask $mask" archive tar "umask $mask; mv trip \$name; tar c \$name | tar x -C \$inbox"
    done
    row 'tar xz' archive tar 'mv trip $name; tar czf all.tgz $name; tar xzf all.tgz -C $inbox'
    for mask in 022 077; do
        row "unzip, umask $mask" archive 'zip unzip' \
            "umask $mask; mv trip \$name; zip -qr all.zip \$name; unzip -q all.zip -d \$inbox"
        row "7z x, umask $mask" archive 7z \
            "umask $mask; mv trip \$name; 7z a -bd all.7z \$name >all.log; 7z x -bd -o\$inbox all.7z >all.log"
    done
    row 'bsdtar x, of a zip' archive 'bsdtar zip' \
        'mv trip $name; zip -qr all.zip $name; bsdtar -x -f all.zip -C $inbox'

    row 'rsync -a' rsync rsync 'rsync -a trip/ $to'
    for mask in 027 077; do row "rsync -r, umask $mask" rsync rsync "umask $mask; rsync -r trip/ \$to"; done
    row 'rsync --inplace' rsync rsync 'rsync -r --inplace trip/ $to'
    row 'rsync --remove-source-files' rsync rsync \
        'rsync -a --remove-source-files trip/ $to; test -z "$(find trip -type f)"'
    row 'rsync --chmod=D700,F600' rsync rsync 'rsync -r --chmod=D700,F600 trip/ $to'
    row 'rsync --delay-updates' rsync rsync 'rsync -a --delay-updates trip/ $to'
    row 'rsync --temp-dir elsewhere' rsync rsync 'd=$(mktemp -d); rsync -a --temp-dir=$d trip/ $to; rmdir $d'
    row 'rsync to its daemon' rsync 'rsync @rsyncd' 'rsync -a trip/ rsync://127.0.0.1:8730/inbox/$name'
    row 'rsync over ssh' rsync 'rsync ssh @sshd' 'rsync -az trip/ box:$to'

    row 'scp -r' sftp 'scp @sshd' 'scp -qr trip box:$to'
    row 'scp -rO' sftp 'scp @sshd' 'scp -qrO trip box:$to'
    row 'sftp put -r' sftp 'sftp @sshd' 'sftp_batch box "mkdir $to" "put -r trip/* $to"'
    row 'sftp put -pr' sftp 'sftp @sshd' 'sftp_batch box "mkdir $to" "put -pr trip/* $to"'
    for mask in 027 077; do
        row "sftp put, the server's umask $mask" sftp 'sftp @sshd /usr/lib/openssh/sftp-server' \
            "sftp_batch '-s /usr/lib/openssh/sftp-server\\ -u\\ $mask box' \"mkdir \$to\" \"put -r trip/* \$to\""
    done
    row 'sftp put, to a ChrootDirectory' sftp 'sftp @sshd' \
        'sftp_batch "-o User=carol box" "mkdir inbox/$name" "put -r trip/* inbox/$name"'
    row 'sftp put, then rename' sftp 'sftp @sshd' 'sftp_batch box "mkdir $to" \
        "put trip/a.jpg $to/a.jpg.part" "rename $to/a.jpg.part $to/a.jpg"; sent trip/a.jpg'
    row 'tar over ssh' sftp 'tar ssh @sshd' 'mv trip $name; tar c $name | ssh box tar x -C $inbox'
    row 'cp -r to sshfs' sftp 'sshfs /dev/fuse @sshd' 'mkdir far; sshfs box:$inbox far
        cp -r trip far/$name || failure=$?
        fusermount -u far || fusermount3 -u far; exit ${failure:-0}'
    row 'lftp mirror -R, sftp' sftp 'lftp @sshd' 'lftp -c "open sftp://alice:secret@box; mirror -R trip $to"'

    row 'smbclient put' samba 'smbclient @smbd' 'smb inbox "mkdir $name; put trip/a.jpg $name/a.jpg"; sent trip/a.jpg'
    for program in inbox plain private strict; do
        row "smbclient mput, share \"$program\"" samba 'smbclient @smbd' \
            "smb $program \"mkdir \$name; cd \$name; lcd trip; recurse; prompt; mput *\""
    done
    row 'smbclient mput, not in the group' samba 'smbclient @smbd' 'user=bob
        smb inbox "mkdir $name; cd $name; lcd trip; recurse; prompt; mput *"'
    row 'smbclient tar' samba 'smbclient @smbd' 'mv trip $name; tar cf all.tar $name; smb inbox "tar x all.tar"'

    for program in vsftpd proftpd hidden; do
        row "curl -T, $program" ftp "curl @$program" "ftp_each $program"
        row "lftp mirror -R, $program" ftp "lftp @$program" \
            "lftp -c \"open \$(ftp_url $program); mirror -R trip \$to\""
    done

    for program in dav far; do
        row "curl -T, WebDAV, $program" webdav "curl @nginx" "dav_each $program"
    done
    row 'curl -T, then MOVE' webdav 'curl @nginx' 'dav -X MKCOL "$(dav_url dav)/$name/"
        dav -T trip/a.jpg "$(dav_url dav)/$name/a.jpg.part"
        dav -X MOVE -H "Destination: $(dav_url dav)/$name/a.jpg" "$(dav_url dav)/$name/a.jpg.part"; sent trip/a.jpg'
    row 'cadaver put' webdav 'cadaver @nginx' 'printf "mkcol %s\ncd %s\nmput trip/*.jpg\n" $name $name |
        cadaver "$(dav_url dav)/" >cadaver.log; grep -q succeeded cadaver.log; sent trip/*.jpg'

    row 'rclone copy' rclone rclone 'rclone_copy $to'
    row 'rclone move' rclone rclone 'rclone move --retries 1 -q trip $to; test -z "$(find trip -type f)"'
    row 'rclone copy, sftp' rclone 'rclone @sshd' \
        'rclone_copy ":sftp,host=127.0.0.1,port=2222,user=alice,key_file=$HOME/.ssh/id_ed25519:$to"'
    # It queries each file that it has brought. A file that is renamed into place (hidden, far) is complete at
    # once, and must not be gone before the query: otherwise rclone treats it as lost, and brings it again.
    for program in vsftpd proftpd hidden; do
        row "rclone copy, $program" rclone "rclone curl @$program" \
            "api_takes 300; rclone_copy \"\$(rclone_ftp $program)\""
    done
    for program in dav far; do
        row "rclone copy, WebDAV, $program" rclone "rclone curl @nginx" \
            "api_takes 300; rclone_copy \":webdav,url='\$(dav_url $program)':\$name\""
    done
    row 'rclone copy, Samba' rclone 'rclone @smbd' 'rclone_copy "$(rclone_samba)"'

    row 'curl -o' download 'curl @nginx' 'for f in a.jpg b%20c.jpg sub/d.png sub/e.mp4; do
            curl -sS --fail --create-dirs -o "$to/${f//%20/ }" "$(dav_url samples)/$name/trip/$f"; done'
    row 'wget' download 'wget @nginx' 'for f in a.jpg b%20c.jpg sub/d.png sub/e.mp4; do
            wget -q -P $to "$(dav_url samples)/$name/trip/$f"; done'
    row 'wget, slowly' download 'wget @nginx' 'big big.jpg 3; sent big.jpg
        wget -q -P $to "$(dav_url slow)/$name/big.jpg"'
    row 'aria2c' download 'aria2c @nginx' 'big big.jpg 3; sent big.jpg
        aria2c -q -x 4 -k 1M -d $to "$(dav_url slow)/$name/big.jpg"'

    row 'ffmpeg, mp4 mov avi' writer ffmpeg 'mkdir $to; for e in mp4 mov avi; do film 5 $to/film.$e; done; makes 3'
    row 'ffmpeg +faststart' writer ffmpeg 'mkdir $to; film 5 -movflags +faststart $to/film.mp4; makes 1'
    row 'ffmpeg, for longer than settle' writer ffmpeg 'mkdir $to; pace=-re film 4 $to/film.mp4; makes 1'
    row 'ffmpeg, ended by Ctrl-C' writer ffmpeg 'mkdir $to; pace=-re film 60 -flush_packets 1 $to/film.mp4 & film=$!
        soon "(( \$(cat $to/film.mp4 2>/dev/null | wc -c) > 5000 ))"; kill -INT -- -$film
        wait $film || test $? = 255; makes 1'
    row 'ffmpeg, segments' writer ffmpeg \
        'mkdir $to; film 6 -g 5 -f segment -segment_time 2 $to/film%d.mp4; makes 3'
    row 'ffmpeg, pictures' writer ffmpeg 'mkdir $to; film 2 -frames:v 4 $to/picture%d.jpg; makes 4'
    row 'exiftool, in a folder that is moved' writer exiftool \
        'exiftool -q -r -overwrite_original -Artist=alice trip; sent trip/*.* trip/sub/*.*; mv trip $to'
    row 'exiftool -o' writer exiftool 'mkdir $to; exiftool -q -Artist=alice -o $to/ trip/*.jpg; makes 2'
    row 'exiftool, in the inbox' writer exiftool 'in_inbox -overwrite_original'
    row 'exiftool, in the inbox, in place' writer exiftool 'in_inbox -overwrite_original_in_place'

    row 'syncthing, receive only here' syncthing 'syncthing curl' 'synchronize sendonly receiveonly false'
    row 'syncthing, ignoreDelete there' syncthing 'syncthing curl' 'synchronize sendreceive sendreceive true'

    row 'cat killed, then cp' interrupted cp 'big big.jpg 4; mkdir $to
        slowly big.jpg >$to/big.jpg & cut_off $!; cp big.jpg $to/'
    row 'rsync --inplace killed, then again' interrupted rsync 'big big.jpg 4; mkdir $to
        rsync --inplace --bwlimit=1500 big.jpg $to/ & cut_off $!; rsync --inplace big.jpg $to/'
    row 'rsync --partial killed, then again' interrupted rsync 'big big.mp4 4; mkdir $to
        rsync --partial --bwlimit=1500 big.mp4 $to/ & cut_off $! TERM .big.mp4; rsync --partial big.mp4 $to/'
    row 'sftp put killed, then reput' interrupted 'sftp @sshd' 'big big.jpg 4; mkdir $to
        sftp_batch "-l 12000 box" "put big.jpg $to/" & cut_off $!; sftp_batch box "reput big.jpg $to/"'
    row 'scp killed, then again' interrupted 'scp @sshd' 'big big.mp4 4; mkdir $to
        scp -q -l 12000 big.mp4 box:$to/ & cut_off $!; scp -q big.mp4 box:$to/'
    # Not reput: in smbclient 4.17 it writes the rest over the beginning.
    row 'rclone to Samba killed, then smbclient put' interrupted 'rclone smbclient @smbd' 'big big.jpg 4; mkdir $to
        rclone_copy "$(rclone_samba)" --bwlimit 1500k --include big.jpg . & cut_off $!
        smb inbox "put big.jpg $name/big.jpg"'
    for program in vsftpd proftpd; do
        row "curl -T killed, then -C -, $program" interrupted "curl @$program" "big big.jpg 4; mkdir \$to
            curl -sSn --limit-rate 1500k -T big.jpg \$(ftp_url $program)\$to/ & cut_off \$!
            curl -sSn -C - -T big.jpg \$(ftp_url $program)\$to/"
    done
    row 'curl -T killed, then -C -, hidden' interrupted 'curl @hidden' 'big big.jpg 4; mkdir $to
        curl -sSn --limit-rate 1500k -T big.jpg $(ftp_url hidden)$to/ & cut_off $! KILL .in.big.jpg.
        curl -sSn -C - -T big.jpg $(ftp_url hidden)$to/'
    row 'lftp put killed, then put -c' interrupted 'lftp @vsftpd' 'big big.mp4 4; mkdir $to
        lftp -c "set net:limit-rate 0:1500000; open $(ftp_url vsftpd); put -O $to big.mp4" & cut_off $!
        lftp -c "open $(ftp_url vsftpd); put -c -O $to big.mp4"'
    row 'wget killed, then wget -c' interrupted 'wget @nginx' 'big big.jpg 4; mkdir $to; cd $to
        wget -q "$(dav_url slow)/$name/big.jpg" & cd $OLDPWD; cut_off $!
        wget -q -c -P $to "$(dav_url samples)/$name/big.jpg"'
    row 'curl -o killed, then -C -' interrupted 'curl @nginx' 'big big.mp4 4; mkdir $to
        curl -sS -o $to/big.mp4 "$(dav_url slow)/$name/big.mp4" & cut_off $!
        curl -sS -C - -o $to/big.mp4 "$(dav_url samples)/$name/big.mp4"'
    row 'aria2c killed, then again' interrupted 'aria2c @nginx' 'big big.jpg 4; mkdir $to
        load() { aria2c -q -c -k 1M "$@" -d $to "$(dav_url slow)/$name/big.jpg"; }
        load --auto-save-interval=1 & cut_off $!; load'
    row 'curl -T out of time, then again, WebDAV' interrupted 'curl @nginx' 'big big.jpg 4
        ! dav --max-time 1 --limit-rate 1500k -T big.jpg "$(dav_url dav)/$name/"
        dav -T big.jpg "$(dav_url dav)/$name/"; sent big.jpg'
}

# --- What the table's scripts call ----------------------------------------------------------------------------------

# The text of it, for the shell of the user who brings files. Each script has "name", "to", "inbox" and "place".
helpers() {
    cat <<'END'
fail() { echo "$1" >&2; exit 1; }

# sent FILE…: of all samples only these are brought, or these in addition.
sent() { sha256sum "$@" | cut -c -64 >>sent; }
# makes COUNT: that many files are brought, with bytes that are not known in advance.
makes() { echo "$1" >makes; }

# big FILE MEGABYTES: a new picture or film of that size.
big() {
    if [[ $1 == *.mp4 ]]; then
        # Between the first box of the film and the others, boxes to be skipped.
        head -c 28 $place/seeds/film.mp4
        for ((i = 0; i < $2 * 16; i++)); do printf '\0\0\377\370free'; head -c 65520 /dev/urandom; done
        tail -c +29 $place/seeds/film.mp4
    else
        printf '\377\330'
        for ((i = 0; i < $2 * 16; i++)); do printf '\377\376\377\376'; head -c 65532 /dev/urandom; done
        tail -c +3 $place/seeds/photo.jpg
    fi >"$1"
}

# slowly FILE: writes it, at about 1.5 MB per second.
slowly() {
    for ((i = 0; i * 65536 < $(stat -c %s $1); i++)); do
        dd status=none if=$1 bs=64k skip=$i count=1
        sleep 0.04
    done
}

# The filed media.
filed() { find /srv/bitmind/ai/$name /srv/bitmind/human/$name -type f ! -name '*.json' 2>/dev/null || true; }

# soon LINE: waits until a line of shell succeeds.
soon() {
    local end=$((SECONDS + 60))
    until eval "$1"; do ((SECONDS < end)) || fail "in vain it waited for: $1"; sleep 0.05; done
}

# cut_off PROCESS [SIGNAL [NAME]]: kills a program, with all that it started, amid the one file that it brings; NAME is
# what the file is called meanwhile, or begins with. Then another file is brought, and filed. So the half has had its
# time, and must lie in the inbox yet.
cut_off() {
    local file part whole
    file=$(ls -d big.*)
    part=$to/${3:-$file}
    whole=$(stat -c %s $file)
    soon "(( \$(cat $part* 2>/dev/null | wc -c) > 500000 ))"
    kill -${2:-KILL} -- -$(ps -o pgid= $1 | tr -d ' ')
    wait $1 || true
    cp trip/a.jpg $to/witness.jpg
    soon '! test -e $to/witness.jpg'
    ! filed | grep "/$file" || fail "the half was filed"
    test -s $to/$file || fail "no half is left"
    (( $(stat -c %s $to/$file) < whole )) || fail "it was not cut off"
    sent $file trip/a.jpg
}

# sftp_batch "OPTION… HOST" LINE…
sftp_batch() {
    local arguments
    eval "arguments=($1)"
    printf '%s\n' "${@:2}" | sftp -q -b - "${arguments[@]}" >sftp.log 2>&1 || { cat sftp.log >&2; return 1; }
}

# smb SHARE COMMANDS: as alice, or as $user.
smb() {
    smbclient -U ${user:-alice}%secret "//127.0.0.1/$1" -c "$2" >smb.log 2>&1 || { cat smb.log >&2; return 1; }
    ! grep -E 'NT_STATUS' smb.log >&2
}

ftp_port() { case $1 in vsftpd) echo 2121 ;; proftpd) echo 2122 ;; hidden) echo 2123 ;; esac; }
ftp_url() { echo "ftp://alice:secret@127.0.0.1:$(ftp_port $1)/"; }
ftp_each() {
    (cd trip && find . -type f -printf '%P\0' | while IFS= read -r -d '' f; do
        curl -sS --ftp-create-dirs -T "$f" "$(ftp_url $1)$to/${f// /%20}" || exit
    done)
}

dav_url() { echo "http://127.0.0.1:8081/$1"; }
dav() { curl -sS --fail "$@" >/dev/null; }
dav_each() {
    (cd trip && find . -type f -printf '%P\0' | while IFS= read -r -d '' f; do
        dav -T "$f" "$(dav_url $1)/$name/${f// /%20}" || exit
    done)
}

# api_takes MILLISECONDS: sets the time of each answer, in this row.
api_takes() { curl -sS --fail -d "latency-ms=$1" http://127.0.0.1:8080/_simulator/behaviour >/dev/null; }

# rclone_copy REMOTE [OPTION… FOLDER]
rclone_copy() { local to=$1; shift; rclone copy --retries 1 -q "${@:-trip}" "$to"; }
rclone_ftp() { echo ":ftp,host=127.0.0.1,port=$(ftp_port $1),user=alice,pass=$(rclone obscure secret):$to"; }
rclone_samba() { echo ":smb,host=127.0.0.1,user=alice,pass=$(rclone obscure secret):inbox/$name"; }

# film SECONDS OPTION… FILE; with pace=-re it takes these seconds.
film() { ffmpeg -nostdin -loglevel error ${pace:-} -f lavfi -i "testsrc=size=128x96:rate=5:duration=$1" -c:v mjpeg \
    -pix_fmt yuvj420p -metadata comment=$name-$RANDOM-$RANDOM "${@:2}"; }

# A running exiftool, which writes at once, rewrites the files in the inbox before they have been quiet for
# long.
in_inbox() {
    mkfifo orders
    exiftool -stay_open True -@ orders >exiftool.log 2>&1 &
    exec 5>orders
    printf '%s\n' -ver -execute >&5
    soon 'grep -q ready exiftool.log'
    mkdir $to
    cp trip/*.jpg $to/
    printf '%s\n' "$1" -Artist=alice "$to/a.jpg" "$to/b c.jpg" -execute -stay_open False >&5
    exec 5>&-
    wait
    grep -q '2 image files updated' exiftool.log || { cat exiftool.log >&2; exit 1; }
    makes 2
}

# synchronize THERE HERE IGNORE-DELETE-THERE: a sender and a receiver of a folder, until all is filed and both have
# looked at their folders again. The sender's files stay.
synchronize() {
    local side there here
    for side in there here; do
        syncthing generate --home=$side >generate.log 2>&1
        printf -v $side %s "$(syncthing --home=$side --device-id)"
    done
    mkdir -p trip/.stfolder $to/.stfolder
    syncthing_configuration trip $1 $3 22001 8391 >there/config.xml
    syncthing_configuration $to $2 false 22002 8392 >here/config.xml
    for side in there here; do
        syncthing serve --home=$side --no-browser --no-restart >$side.log 2>&1 &
    done
    soon '(( $(filed | wc -l) == 4 ))'
    # A filed file is gone at the receiver, which scans and reports it to the sender. The sender records it,
    # and scans as well.
    control 8392 scan '-X POST'
    soon knows_all
    for look in 1 2 3; do control 8391 scan '-X POST'; done
    soon 'control 8391 status | grep -q "\"state\": \"idle\""'
    (( $(find trip -type f -not -path '*/.stfolder/*' | wc -l) == 4 )) || failure="the sender's files were deleted"
    kill $(jobs -p)
    wait || true
    test -z "${failure:-}" || fail "$failure"
}

# control PORT REQUEST [OPTIONS [MORE]]: sends a request to a running Syncthing.
control() { curl -sS --fail ${3:-} -H 'X-API-Key: key' "http://127.0.0.1:$1/rest/db/$2?folder=trip${4:-}"; }
# Whether the sender has recorded everything that the receiver has reported.
knows_all() {
    local told
    told=$(control 8392 status | number sequence)
    [[ $(control 8391 completion '' "&device=$here" | number sequence) == "$told" ]]
}
number() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"; }

# syncthing_configuration FOLDER TYPE IGNORE-DELETE PORT CONTROL-PORT
syncthing_configuration() {
    cat <<XML
<configuration version="36">
  <folder id="trip" label="trip" path="$(realpath $1)" type="$2" rescanIntervalS="3600" fsWatcherEnabled="true"
      fsWatcherDelayS="1" ignorePerms="false" autoNormalize="true">
    <device id="$there"/><device id="$here"/><ignoreDelete>$3</ignoreDelete><minDiskFree unit="%">0</minDiskFree>
  </folder>
  <device id="$there" name="there"><address>tcp://127.0.0.1:22001</address></device>
  <device id="$here" name="here"><address>tcp://127.0.0.1:22002</address></device>
  <gui enabled="true" tls="false"><address>127.0.0.1:$5</address><apikey>key</apikey></gui>
  <options>
    <listenAddress>tcp://127.0.0.1:$4</listenAddress>
    <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
    <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><startBrowser>false</startBrowser>
    <reconnectionIntervalS>1</reconnectionIntervalS><urAccepted>-1</urAccepted>
    <autoUpgradeIntervalH>0</autoUpgradeIntervalH><crashReportingEnabled>false</crashReportingEnabled>
    <minHomeDiskFree unit="%">0</minHomeDiskFree>
  </options>
</configuration>
XML
}
END
}

# --- Out here -------------------------------------------------------------------------------------------------------

box=
# In any case, the box ends when no process has its input open. Then it has left nothing.
throw_away() {
    exec 9>&-
    [[ -z $box ]] || wait "$box" || true
    rm -rf "$scratch"
}

# Two packages that cannot be installed together, for the box to unpack.
download_packages() {
    local package
    command -v apt-get >/dev/null || return 0
    mkdir -p "$packages"
    for package in "${unpacked[@]}"; do
        command -v "${package%-core}" >/dev/null || compgen -G "$packages/${package}_*.deb" >/dev/null ||
            (cd "$packages" && timeout 120 apt-get -qq -o APT::Sandbox::User=root download "$package") ||
            echo "feeders.sh: $package can't be downloaded" >&2
    done
}

run_in_box() {
    local tries arguments=() status=0
    scratch=$(mktemp -d)
    trap throw_away EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    exec 9> >(exec bash "$repository/Tests/SystemdTests/systemd-box.sh" "$repository" "$programs" \
        "$packages" >"$scratch/box" 2>"$scratch/errors")
    box=$!
    for ((tries = 0; tries < 1200; tries++)); do
        [[ ! -s $scratch/box && -d /proc/$box ]] || break
        sleep 0.1
    done
    read -r _ machine <"$scratch/box" || { cat "$scratch/errors" >&2; exit 1; }
    for filter in "${filters[@]}"; do arguments+=(--filter "$filter"); done
    [[ -z $wants_table ]] || arguments+=(--table)
    nsenter --target "$machine" --mount --uts --ipc --net --pid --cgroup env -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash "$repository/Tests/feeders.sh" \
        --inside "$packages" --programs "$programs" "${arguments[@]}" </dev/null 9>&- &
    # Not in the foreground, so that a signal is handled at once.
    wait $! || status=$?
    return "$status"
}

# --- In the box: the service and the servers ------------------------------------------------------------------------

# until_so SECONDS LINE: waits until a line of shell succeeds, up to the limit.
until_so() {
    local end=$((SECONDS + $1))
    until eval "$2"; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}

install_service() {
    local folder name
    PROGRAMS=$programs "$repository/systemd/install.sh" >"$place/install.log" 2>&1 ||
        { cat "$place/install.log" >&2; exit 1; }
    # Programs that are built for tests do not contain the toolchain's libraries, as installed ones do.
    mkdir -p /etc/systemd/system/bitmind-watch.service.d
    {
        echo '[Service]'
        ldd "$programs/bitmind-watch" | awk '$3 ~ "^/" && $3 !~ "^/(usr/)?lib" { print $3 }' | xargs -r dirname |
            sort -u | while read -r folder; do echo "BindReadOnlyPaths=$folder"; echo "ExecPaths=+$folder"; done
    } >/etc/systemd/system/bitmind-watch.service.d/toolchain.conf
    for name in client-id client-secret; do
        install -m 0600 /dev/stdin "/etc/credstore/bitmind-watch.$name" <<<word
    done
    # The default configuration, except for the API's address.
    sed -i 's|^base_url = "[^"]*"|base_url = "http://127.0.0.1:8080"|' /etc/bitmind-watch/config.toml
    systemctl daemon-reload
    serve simulator 8080 bitmind-simulator --port 8080
    systemctl start bitmind-watch.service
}

# The seeds of all samples: those of the demo.
make_seeds() {
    bitmind-watch demo --once "$place/demo" >"$place/demo.log" 2>&1
    mkdir -p "$place/seeds"
    find "$place/demo/ai" "$place/demo/human" \
        \( -name photo.jpg -o -name drawing.png -o -name clip.mp4 \) -exec mv {} "$place/seeds" \;
    mv "$place/seeds/clip.mp4" "$place/seeds/film.mp4"
}

# make_samples FOLDER: pictures and a film that nobody else has. A comment in the JPEG, and what follows the end of the
# others, says which they are.
make_samples() {
    local name
    mkdir -p "$1/sub"
    for name in 'a.jpg' 'b c.jpg'; do
        { printf '\377\330\377\376\0\102%064d' $((++samples)); tail -c +3 "$place/seeds/photo.jpg"; } >"$1/$name"
    done
    { cat "$place/seeds/drawing.png"; printf '%064d' $((++samples)); } >"$1/sub/d.png"
    { cat "$place/seeds/film.mp4"; printf '\0\0\0\110free%064d' $((++samples)); } >"$1/sub/e.mp4"
}
samples=0

make_users() {
    local user
    # alice does all of it by herself; carol is shut into a folder by sshd; bob is not in the group, and uses Samba.
    for user in alice bob carol; do
        useradd --create-home --shell /bin/bash "$user"
        [[ $user == bob ]] || usermod --append --groups bitmind-watch "$user"
        echo "$user:secret" | chpasswd
        install -d -m 700 -o "$user" -g "$user" "/home/$user/.ssh"
    done
    usermod --append --groups bitmind-watch www-data
    printf 'machine 127.0.0.1\nlogin alice\npassword secret\n' | as_alice 'umask 077; cat >~/.netrc'
    as_alice 'ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519; cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys
        printf "Host box\nHostName 127.0.0.1\nPort 2222\nStrictHostKeyChecking no\nLogLevel ERROR\n" >~/.ssh/config'
    install -m 600 -o carol -g carol /home/alice/.ssh/id_ed25519.pub /home/carol/.ssh/authorized_keys
}

as_alice() {
    setpriv --reuid=alice --regid=alice --init-groups env HOME=/home/alice USER=alice bash -c "$1"
}

# serve NAME PORT COMMAND…: starts a server as a unit that ends with the box. If it does not start, its rows
# fail.
serve() {
    local name=$1 port=$2
    shift 2
    command -v "$1" >/dev/null || return 0
    # shellcheck disable=SC2034  # it is "until_so" that evaluates it
    if systemd-run --quiet --unit="feeder-$name" "$@" &&
        until_so 20 "(: </dev/tcp/127.0.0.1/$port) 2>/dev/null"; then
        served+=" $name "
    else
        echo "feeders.sh: $name does not start:" >&2
        journalctl --no-pager --lines=10 --unit="feeder-$name" >&2
    fi
}
served=

start_servers() {
    local package user
    for package in "$packages"/*.deb; do
        # /lib is a link, and stays one.
        [[ ! -e $package ]] || dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --directory=/
    done
    mkdir -p /run/sshd /var/run/vsftpd/empty /srv/bitmind/.nginx "$place/nginx"
    chown www-data: /srv/bitmind/.nginx
    [[ -e /dev/fuse ]] || mknod -m 666 /dev/fuse c 10 229 || true

    ssh-keygen -q -t ed25519 -N '' -f "$place/host_key"
    cat >"$place/sshd.conf" <<END
Port 2222
ListenAddress 127.0.0.1
HostKey $place/host_key
PidFile none
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
Match User carol
    ChrootDirectory /srv/bitmind
    ForceCommand internal-sftp
END
    serve sshd 2222 "$(command -v sshd)" -D -e -f "$place/sshd.conf"

    cat >"$place/smb.conf" <<END
[global]
    interfaces = lo
    bind interfaces only = yes
    disable netbios = yes
    smb ports = 445
    load printers = no
    log level = 0
[inbox]
    path = $inbox
    read only = no
    force group = bitmind-watch
[plain]
    path = $inbox
    read only = no
[private]
    path = $inbox
    read only = no
    create mask = 0600
    directory mask = 0700
[strict]
    path = $inbox
    read only = no
    strict allocate = yes
    inherit acls = yes
END
    if command -v smbd >/dev/null; then
        for user in alice bob; do
            printf 'secret\nsecret\n' | smbpasswd -c "$place/smb.conf" -s -a "$user" >/dev/null
        done
    fi
    serve smbd 445 smbd --foreground --no-process-group --configfile="$place/smb.conf"

    cat >"$place/rsyncd.conf" <<END
use chroot = no
[inbox]
    path = $inbox
    read only = no
    uid = alice
    gid = bitmind-watch
END
    serve rsyncd 8730 rsync --daemon --no-detach --address=127.0.0.1 --port=8730 --config="$place/rsyncd.conf"

    # Its default umask is 077.
    cat >"$place/vsftpd.conf" <<END
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port=2121
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
pam_service_name=vsftpd
secure_chroot_dir=/var/run/vsftpd/empty
seccomp_sandbox=NO
END
    serve vsftpd 2121 vsftpd "$place/vsftpd.conf"

    local name port
    for name in proftpd hidden; do
        port=2122
        [[ $name == proftpd ]] || port=2123
        cat >"$place/$name.conf" <<END
ServerName box
ServerType standalone
DefaultServer on
DefaultAddress 127.0.0.1
SocketBindTight on
UseIPv6 off
Port $port
User proftpd
Group nogroup
PidFile /run/$name.pid
ScoreboardFile /run/$name.scoreboard
DelayTable none
AllowOverwrite on
AllowStoreRestart on
AuthOrder mod_auth_pam.c* mod_auth_unix.c
WtmpLog off
$([[ $name == proftpd ]] || echo 'HiddenStores on')
END
    done
    id proftpd >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin proftpd
    serve proftpd 2122 proftpd --nodaemon --config "$place/proftpd.conf"
    serve hidden 2123 proftpd --nodaemon --config "$place/hidden.conf"

    # "far": an upload is first stored on another file system, so that it is copied into the inbox.
    cat >"$place/nginx.conf" <<END
daemon off;
user www-data;
pid /run/nginx-feeder.pid;
worker_processes 1;
error_log $place/nginx/error.log;
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
events {}
http {
    access_log off;
    client_max_body_size 0;
    proxy_temp_path $place/nginx/1;
    fastcgi_temp_path $place/nginx/2;
    uwsgi_temp_path $place/nginx/3;
    scgi_temp_path $place/nginx/4;
    dav_methods PUT DELETE MKCOL COPY MOVE;
    dav_ext_methods PROPFIND OPTIONS;
    create_full_put_path on;
    server {
        listen 127.0.0.1:8081;
        location /dav/ { alias $inbox/; client_body_temp_path /srv/bitmind/.nginx; }
        location /far/ { alias $inbox/; client_body_temp_path /tmp/nginx; }
        location /samples/ { alias $place/work/; }
        location /slow/ { alias $place/work/; limit_rate 1500k; }
    }
}
END
    [[ -e /usr/lib/nginx/modules/ngx_http_dav_ext_module.so ]] ||
        sed -i '/dav_ext/d' "$place/nginx.conf"
    serve nginx 8081 nginx -c "$place/nginx.conf"
}

# --- In the box: the rows -------------------------------------------------------------------------------------------

rows=0
failures=0
expected_uploads=0
results=()
skipped=()

# The digests that were uploaded, one per line, with the number of uploads.
uploads() {
    curl -sS --fail http://127.0.0.1:8080/_simulator/requests | sed 's/.*"uploads": {\([^}]*\)}.*/\1/' |
        grep -o '"[0-9a-f]\{64\}": [0-9]*' | tr -d '":' | sort || true
}

total() { awk '{ sum += $2 } END { print sum + 0 }'; }

filed() { find "/srv/bitmind/ai/$1" "/srv/bitmind/human/$1" -type f "${@:2}" 2>/dev/null || true; }

# The missing ones of NEEDS: a program, a file, or "@" and a server.
missing() {
    local need
    for need in $1; do
        case $need in
            @rsyncd) need=rsync ;;
            @hidden) need=proftpd ;;
            @*) need=${need#@} ;;
        esac
        if [[ $need == /* ]]; then [[ -e $need ]] || echo "$need"
        else command -v "$need" >/dev/null || echo "$need"; fi
    done
}

is_wanted() {
    local filter
    ((${#filters[@]})) || return 0
    for filter in "${filters[@]}"; do
        [[ ! $1 =~ $filter ]] || return 0
    done
    return 1
}

report() {
    printf '%-46s %-11s %5s %7s %7s  %s\n' "$@"
    results+=("| $1 | $2 | $3 | $4 | $5 | $6 |")
}

# row NAME KIND NEEDS SCRIPT, as above: runs it, and checks the result.
row() {
    local title=$1 kind=$2 lacking need work name problems=() status=0 count before begin=$EPOCHREALTIME took uploaded
    local media sidecars limit=$patience
    is_wanted "$title" || return 0
    rows=$((rows + 1))
    lacking=$(missing "$3" | sort -u | paste -sd ' ')
    if [[ -n $lacking ]]; then
        skipped+=("$title: $lacking is missing")
        report "$title" "$kind" - - - "skipped: $lacking is missing"
        return 0
    fi
    for need in $3; do
        [[ $need == @* && $served != *" ${need#@} "* ]] || continue
        failures=$((failures + 1))
        report "$title" "$kind" - - - "${need#@} does not start"
        return 0
    done
    name=from$rows
    work=$place/work/$name
    mkdir -p "$work"
    make_samples "$work/trip"
    chown -R alice: "$work"
    before=$(uploads | total)
    setpriv --reuid=alice --regid=alice --init-groups env HOME=/home/alice USER=alice name="$name" \
        to="$inbox/$name" inbox="$inbox" place="$place" setsid --wait timeout 120 \
        bash -c 'set -em; cd "$1"; source "$2"; umask 022
            find trip -type f -exec sha256sum {} + | cut -c -64 >all
            eval "$3"' - "$work" "$place/helpers.sh" "$4" >"$work/log" 2>&1 || status=$?
    # After a failure, nothing of the row may disturb the next one.
    ((!status)) || pkill -KILL -u alice || true
    [[ $4 != *api_takes* ]] || curl -sS --fail -d latency-ms=0 http://127.0.0.1:8080/_simulator/behaviour >/dev/null
    ((!status)) || limit=5
    ((!status)) || problems+=("ends with $status: $(tail -n 2 "$work/log" | paste -sd ' ')")
    # The expected digests; for files that the program made, only their number.
    if [[ -e $work/makes ]]; then count=$(<"$work/makes")
    else
        [[ -e $work/sent ]] || cp "$work/all" "$work/sent"
        count=$(wc -l <"$work/sent")
    fi
    until_so "$limit" "(( \$(filed $name ! -name '*.json' | wc -l) >= $count )) &&
        ! find $inbox/$name -type f ! -path '*/.stfolder/*' 2>/dev/null | grep -q ." ||
        problems+=("in $limit s not all was filed; left in the inbox: $(find "$inbox/$name" -type f | wc -l)")
    took=$(awk -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.1f", end - begin }')
    media=$(filed "$name" ! -name '*.json' | wc -l)
    sidecars=$(filed "$name" -name '*.json' | wc -l)
    ((media == count)) || problems+=("$media of $count files were filed")
    ((sidecars == count)) || problems+=("$sidecars sidecars")
    filed "$name" ! -name '*.json' -exec sh -c 'for f; do test -e "$f.json" || echo "$f"; done' - {} + >"$work/bare"
    [[ ! -s $work/bare ]] || problems+=("no sidecar: $(head -n 1 "$work/bare")")
    filed "$name" ! -name '*.json' -exec sha256sum {} + | cut -c -64 | sort >"$work/filed"
    if [[ -e $work/sent ]]; then
        sort "$work/sent" | cmp -s - "$work/filed" || problems+=('other bytes were filed than were sent')
    fi
    uploads >"$work/uploads"
    uploaded=$(($(total <"$work/uploads") - before))
    ((uploaded == count)) || problems+=("$uploaded uploads")
    [[ $(join "$work/filed" "$work/uploads" | total) == "$media" ]] ||
        problems+=('what was uploaded is not what was filed')
    expected_uploads=$((expected_uploads + count))
    ! find /srv/bitmind/failed -path "*/$name/*" -type f | grep -q . || problems+=("some are in failed/")
    if ((${#problems[@]})); then
        failures=$((failures + 1))
        report "$title" "$kind" "$count" "$uploaded" "$took" "$(printf '%s; ' "${problems[@]}" | sed 's/; $//')"
        journalctl --no-pager --output=short-precise --unit=bitmind-watch | grep -F "$name/" | tail -n 12 || true
    else
        report "$title" "$kind" "$count" "$uploaded" "$took" ok
        rm -rf "$work"
    fi
}

# Files that arrived after the check of their row, and the complaints of the service.
finish() {
    local sum left
    sum=$(uploads | total)
    ((rows)) || { echo 'feeders.sh: no row has such a name' >&2; exit 69; }
    if ((failures == 0 && sum != expected_uploads)); then
        echo "feeders.sh: at the end there were $sum uploads, not $expected_uploads"
        failures=$((failures + 1))
    fi
    left=$(find "$inbox" /srv/bitmind/failed -type f ! -path '*/.stfolder/*' ! -path '*/.bitmind-watch/*')
    if ((failures == 0)) && [[ -n $left ]]; then
        echo "feeders.sh: at the end there were left: $left"
        failures=$((failures + 1))
    fi
    journalctl --quiet --no-pager --unit=bitmind-watch --priority=warning --output=cat | sort | uniq -c | head -n 20
    if [[ -n $wants_table ]]; then
        printf '\n| by | kind | files | uploads | seconds | result |\n| --- | --- | --- | --- | --- | --- |\n'
        printf '%s\n' "${results[@]}"
        echo
    fi
    ((!${#skipped[@]})) || printf 'feeders.sh: skipped: %s\n' "${skipped[@]}"
    echo "feeders.sh: $failures of $rows rows failed, ${#skipped[@]} were skipped; it took $((SECONDS / 60)) min" \
        "$((SECONDS % 60)) s"
    exit $((failures > 0))
}

if [[ -z $inside ]]; then
    ((EUID == 0)) || { echo 'feeders.sh: run it as root: it boots a system of its own' >&2; exit 77; }
    # The rows of programs that are not available are skipped.
    (install_packages "$packages_to_feed") || true
    download_packages
    mkdir -p "$packages"
    [[ -n $programs ]] || programs=$(cd "$repository" && swift build --show-bin-path)
    run_in_box
    exit
fi

mkdir -p "$place/work"
chmod 755 "$place" "$place/work"
helpers >"$place/helpers.sh"
install_service
make_seeds
chmod -R a+rX "$place/seeds"
make_users
start_servers
printf '%-46s %-11s %5s %7s %7s  %s\n' name kind files uploads seconds result
table
finish
