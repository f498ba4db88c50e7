"""What most people would write in place of the service: a script that watches a folder.

    watcher.py URL FOLDER FILES

Watches FOLDER/inbox with watchdog; eight threads, each with a requests session of its own, send what appears to
the API at URL, write the verdict beside the file's new place in FOLDER/ai or FOLDER/human, and move the file there.
Nothing is flushed, retried or looked at twice. Prints "ready"; once FILES are filed, the seconds since the first
appeared and the CPU seconds used since it was ready; and ends.
"""

import hashlib
import json
import os
import queue
import sys
import threading
import time

import requests
from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer

THREADS = 8


class Arrivals(FileSystemEventHandler):
    def __init__(self, names):
        self.names = names
        self.first = None

    def on_created(self, event):
        if event.is_directory:
            return
        if self.first is None:
            self.first = time.monotonic()
        self.names.put(event.src_path)


def token(url):
    form = {"grant_type": "client_credentials", "client_id": "benchmark", "client_secret": "benchmark"}
    answer = requests.post(url + "/v1/oauth/token", data=form)
    answer.raise_for_status()
    return answer.json()["access_token"]


def file_one(session, url, folder, path):
    with open(path, "rb") as file:
        data = file.read()
    answer = session.post(url + "/image", data=data, headers={"Content-Type": "image/jpeg"})
    answer.raise_for_status()
    verdict = answer.json()
    name = os.path.basename(path)
    place = os.path.join(folder, "ai" if verdict["isAI"] else "human", name)
    sidecar = {
        "confidence": verdict["confidence"],
        "isAI": verdict["isAI"],
        "media": {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)},
        "time": time.time(),
    }
    with open(place + ".json", "w") as file:
        json.dump(sidecar, file, indent=2)
    os.rename(path, place)


def work(names, filed, url, folder, authorization):
    session = requests.Session()
    session.headers["Authorization"] = authorization
    while True:
        path = names.get()
        file_one(session, url, folder, path)
        filed.release()


def main():
    url, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    for name in ("inbox", "ai", "human"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    names = queue.Queue()
    filed = threading.Semaphore(0)
    arrivals = Arrivals(names)
    observer = Observer()
    observer.schedule(arrivals, os.path.join(folder, "inbox"))
    observer.start()
    arguments = (names, filed, url, folder, "Bearer " + token(url))
    for _ in range(THREADS):
        threading.Thread(target=work, args=arguments, daemon=True).start()
    used = time.process_time()
    print("ready", flush=True)
    for _ in range(count):
        filed.acquire()
    print("filed", time.monotonic() - arrivals.first, time.process_time() - used, flush=True)


main()
