#!/usr/bin/env python3
"""Compares the names that bitmind-watch and file(1) give to files.

    Tests/FormatNames/measure.py PROGRAM FOLDER...

PROGRAM is bitmind-watch. The files in the folders have names with the right extensions; expected.tsv says what a name
must hold for each. Files of formats that the API takes are left out, and so are extensions that have no row. Each
name that is not right is printed, then how many were right, true of the family alone, missing, or wrong. It costs no
request. The page 0019 of Design.docc names the folders that were measured.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

TAKEN = set("jpg jpeg jps mpo png apng webp mp4 m4v f4v f4p mov avi amv mjpg".split())
# What says no more than that it is a file, a text, or one of very many containers.
VAGUE = re.compile(r"data|unknown data|.*\btext\b.*|iso media.*|iso-8859 text.*|riff \(.*|riff.*data|zip.*|xml.*")


def expected():
    rows = {}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.tsv")
    for line in open(path, encoding="utf-8"):
        if line.startswith("#"):
            continue
        extensions, right, family = (line.rstrip("\n").split("\t") + [""])[:3]
        rows.update({extension: (right, family) for extension in extensions.split("|")})
    return rows


def samples(folders, rows):
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in sorted(names):
                parts = name.lower().split(".")
                # "letter.doc.cfb" has a row of its own.
                row = next((end for end in (".".join(parts[-2:]), parts[-1]) if end in rows), None)
                if row and len(parts) > 1 and parts[-1] not in TAKEN:
                    yield os.path.join(parent, name), row


def names_by_file(paths):
    run = subprocess.run(["file", "--brief", *paths], capture_output=True, text=True, errors="replace", check=True)
    return dict(zip(paths, run.stdout.split("\n")))


def names_by_program(program, paths):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as settings:
        settings.write('[api]\nbase_url = "http://127.0.0.1:9"\nauth = "api-key"\n[[watch]]\ninbox = "/nowhere"\n')
        settings.flush()
        environment = {**os.environ, "BITMIND_API_KEY": "enterprise-x"}
        run = subprocess.run([program, "classify", "--config", settings.name, *paths], env=environment,
                             capture_output=True, text=True, errors="replace")
    found = re.findall(r"^(.*): no verdict: it is (.*): give a .*$", run.stderr, re.MULTILINE)
    # What is not named is taken for a format that the API takes.
    return {path: "taken" for path in paths} | dict(found)


def judge(name, row):
    name = name.lower()
    right, family = row
    if re.search(right, name):
        return "right"
    if family and re.search(family, name):
        return "family"
    return "missing" if VAGUE.fullmatch(name) else "wrong"


def main():
    rows = expected()
    files = dict(samples(sys.argv[2:], rows))
    ways = {"file": names_by_file(list(files)), "bitmind-watch": names_by_program(sys.argv[1], list(files))}
    for way, names in ways.items():
        judged = {path: judge(names[path], rows[files[path]]) for path in files}
        for path, judgement in judged.items():
            if judgement != "right":
                print(f"{way}: {judgement}: {path}: {names[path][:70]}")
        count = collections.Counter(judged.values())
        print(f"{way}: {len(files)} files, {len(set(files.values()))} extensions: {dict(count)}")


main()
