#!/bin/bash
# Makes files of some 130 formats with the programs of the distribution, for measure.py to name.
#
#   Tests/FormatNames/samples.sh FOLDER
#
# Needs ImageMagick, ffmpeg, libheif-examples, libavif-bin, libjxl-tools, SoX and the usual archivers. What one of
# them can't make is left out.
set -uo pipefail

mkdir -p "$1" && cd "$1" || exit 1
exec >/dev/null 2>&1 </dev/null

convert -size 32x24 gradient:red-blue base.png
for format in bmp cin dcx dds dib dpx epi eps2 fits gif hdr ico jng jp2 miff mng palm pam pbm pcd pcx pdb pfm \
    pgm pict ppm psb psd sgi sun tga tiff viff xbm xpm xwd; do
    convert base.png "picture.$format"
done
convert base.png -compress rle rle.tga
convert base.png -type palette palette.tga
convert base.png -colorspace gray gray.tga
convert base.png -compress none text.pbm
convert base.png -compress none text.pgm
convert base.png -compress none text.ppm
convert base.png TIFF64:big.btf
cjxl base.png bare.jxl
cjxl --container=1 base.png boxes.jxl
heif-enc base.png -o picture.heic
avifenc base.png picture.avif

film=(ffmpeg -y -f lavfi -i 'testsrc=size=64x48:rate=25:duration=1')
for format in asf flv h265 hevc ivf m1v m2ts m2v mkv mpg mts mxf nut ogv swf ts vob webm wmv; do
    "${film[@]}" "film.$format"
done
"${film[@]}" -c:v libx264 -f h264 film.h264
"${film[@]}" -c:v libx264 -bsf:v h264_metadata=aud=insert -f h264 delimited.h264
"${film[@]}" -c:v libaom-av1 -cpu-used 8 -f obu film.obu
"${film[@]}" -c:v libvpx -f ivf vp8.ivf
"${film[@]}" -c:v mpeg4 -f m4v film.m4v_raw
"${film[@]}" -c:v vc2 -f dirac film.drc
for standard in pal ntsc; do
    ffmpeg -y -f lavfi -i 'testsrc=size=720x576:rate=25:duration=0.2' -target "$standard-dv" "$standard.dv"
done

sound=(ffmpeg -y -f lavfi -i 'sine=frequency=440:duration=1')
for format in aac ac3 adx aiff ast au caf eac3 flac latm loas m4a mka mmf mp2 mp3 oga ogg opus ra sf sox spx tta voc \
    w64 wav wma wv; do
    "${sound[@]}" "sound.$format"
done
"${sound[@]}" -strict -2 -c:a dca -f dts sound.dts
"${sound[@]}" -strict -2 -c:a truehd -f truehd sound.thd
"${sound[@]}" -strict -2 -c:a mlp -f mlp sound.mlp
"${sound[@]}" -f wav -rf64 always sound.rf64
for format in 8svx hcom maud nist prc smp sndr wve; do sox sound.wav "sox.$format"; done

printf '1\n00:00:00,000 --> 00:00:01,000\nHello\n' >words.srt
for format in ass vtt; do ffmpeg -y -i words.srt "words.$format"; done
for way in gzip:gz bzip2:bz2 xz:xz zstd:zst lz4:lz4 lzip:lz lzop:lzo; do
    "${way%%:*}" -c words.srt >"words.${way##*:}"
done
xz --format=lzma -c words.srt >words.lzma
tar cf words.tar words.srt
tar --format=v7 -cf old.tar words.srt
for format in 7z wim zip; do 7z a -bd "words.$format" words.srt; done
arj a words.arj words.srt
ar r words.ar words.srt
find . -empty -delete
rm -f base.png
