#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a file that was exported says, in lines that are alike for all formats: calls
by name and outcome, objects by kind, what was destroyed, gaps and losses.

export_sums.py FORMAT FILE, of a format that Python can read by itself.
"""
import csv
import json
import sqlite3
import sys
from collections import Counter

sums = Counter()
objects = set()


def take(kind, call, errno, ipc_ns, object_kind, object_id, count):
    """A record, by what formats have of it; what it has not is None."""
    if kind in ("call", "died"):
        sums["call", call, errno or "-"] += 1
    elif kind == "lost":
        sums["lost", "", ""] += int(count)
    elif kind == "destroy":
        sums["destroyed", object_kind, ""] += 1
    else:
        sums[kind, "", ""] += 1
    if object_kind:
        objects.add((int(ipc_ns), object_kind, int(object_id)))


def jsonl(name):
    with open(name, encoding="utf-8") as lines:
        meta = json.loads(next(lines))
        assert meta["type"] == "meta" and meta["version"] == 1, meta
        for line in lines:
            row = json.loads(line)
            what = row.get("object") or {}
            take(row["type"], row.get("call"), row.get("errno"), row.get("ipc_ns"),
                 what.get("kind"), what.get("id"), row.get("count"))


def from_csv(name):
    with open(name, encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            row = {key: value or None for key, value in row.items()}
            take(row["type"], row["call"], row["errno"], row["ipc_ns"],
                 row["object_kind"], row["object_id"], row["count"])


def sqlite(name):
    db = sqlite3.connect(f"file:{name}?mode=ro", uri=True)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for table in "calls", "events":
        for row in db.execute("SELECT type, call, errno, ipc_ns, object_kind, "
                              f"object_id, NULL FROM {table}"):
            take(*row)
    for row in db.execute("SELECT type, NULL, NULL, NULL, NULL, NULL, NULL FROM gaps"):
        take(*row)
    for row in db.execute("SELECT type, NULL, NULL, NULL, NULL, NULL, count FROM lost"):
        take(*row)


formats = {"jsonl": jsonl, "csv": from_csv, "sqlite": sqlite}
formats[sys.argv[1]](sys.argv[2])
for (_, object_kind, _) in objects:
    sums["object", object_kind, ""] += 1
for key, number in sorted(sums.items()):
    print(*key, number)
