import BitMindAPI

/// What is written in letters, with the name that a message must give it.
enum NamedTexts {
    private static let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\"/>\n"
    private static let longComment =
        "<!-- " + String(repeating: "A licence of many words. ", count: 400) + "-->\n"
    private static let declarations = String(repeating: "<!ENTITY a \"http://example.com/\">\n", count: 90)

    static let all: [(name: String, text: String)] = [
        ("SVG", picture), ("SVG", "\u{FEFF}" + picture), ("SVG", "\n\n <?xml version=\"1.0\"?>\n" + picture),
        ("SVG", "<?xml version=\"1.0\"?>\n" + longComment + picture),
        ("SVG", longComment + longComment + picture),
        ("SVG", "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\">\n" + picture),
        ("SVG", "<?xml version=\"1.0\"?>\n<!DOCTYPE svg [\n" + declarations + "]>\n" + longComment + picture),
        ("SVG", "<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\"/>"), ("SVG", "<SVG/>"),
        ("HTML", "<!DOCTYPE html>\n<html><body><svg/></body></html>"),
        ("HTML", longComment + "<html><svg/></html>"),
        ("HTML", "<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">"), ("HTML", "  <HEAD>"),
        ("XML", "<?xml version=\"1.0\"?>\n<feed><svg/></feed>"), ("XML", "<?xml version=\"1.0\"?>\n<!-- cut"),
        ("GPX", "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\">"), ("KML", "<?xml version=\"1.0\"?><kml>"),
        ("XMP", "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"),
        ("property list", "<?xml version=\"1.0\"?>\n<plist>"),
        ("script", "#!/bin/sh\nset -e\n"), ("script", "#!/usr/bin/env python3\nimport os\n"),
        ("PHP script", "<?php\necho 1;\n"), ("JSON", "{\n  \"a\": [1]\n}\n"), ("JSON", "[{\"a\": 1}]"),
        ("WebVTT", "WEBVTT\n\n00:00.000 --> 00:01.000\n"),
        ("SubRip subtitles", "1\n00:00:00,000 --> 00:00:01,000\n"),
        ("PEM", "-----BEGIN CERTIFICATE-----\n"), ("vCard", "BEGIN:VCARD\n"),
        ("iCalendar", "BEGIN:VCALENDAR\n"),
        ("e-mail", "Return-Path: <a@example.com>\nReceived: from b\n"),
        ("playlist (M3U)", "#EXTM3U\n#EXTINF:1,a\n"),
        ("XPM", "/* XPM */\nstatic char *a[] = {\n"), ("XBM", "#define im_width 32\n#define im_height 24\n"),
        ("STL", "solid cube\nfacet normal 0 0 1\n"), ("text", "solid reasons to stay\n"),
        ("text", "Two words"), ("text", "<none of these> stands here"), ("text", "P5 is a group of us\n"),
    ]
}
