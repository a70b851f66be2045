#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a file that was exported says, in lines that are alike for all formats: calls
by name and outcome, objects by kind, what was destroyed, gaps and losses.

export_sums.py FORMAT FILE		CTF is read by babeltrace2, all else by Python alone
export_sums.py flat JSONL CSV		has each field its column?
export_sums.py same CTF CSV		have they the same fields, one record after the other?
"""
import csv
import gzip
import json
import re
import sqlite3
import subprocess
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


def fields(data):
    """Numbers and values of a protobuf message"""
    at = 0

    def varint():
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 1:
            at += 8
            yield key >> 3, int.from_bytes(data[at - 8:at], "little")
        else:
            assert key & 7 == 2, key
            size = varint()
            at += size
            assert at <= len(data)
            yield key >> 3, data[at - size:at]


# Field numbers as in Perfetto's trace_packet.proto and what that imports
TRACK_EVENT, INTERNED_DATA, TRACK_DESCRIPTOR, TIMESTAMP = 11, 12, 60, 8
SLICE_BEGIN, SLICE_END = 1, 2


def annotation(data, names):
    """Its name and its value: bool, uint, int or string"""
    values = dict(fields(data))
    value = next(value for number, value in values.items() if number != 1)
    if isinstance(value, bytes):
        value = value.decode()
    elif 4 in values and value >= 1 << 63:
        value -= 1 << 64
    return names[values[1]], value


def perfetto(name):
    with gzip.open(name) as packed:
        trace = packed.read()
    names, tracks, depth, flows = {}, set(), Counter(), Counter()
    for number, packet in fields(trace):
        assert number == 1
        packet = list(fields(packet))
        for number, value in packet:
            if number == INTERNED_DATA:
                for number, entry in fields(value):
                    if number == 3:
                        entry = dict(fields(entry))
                        names[entry[1]] = entry[2].decode()
            elif number == TRACK_DESCRIPTOR:
                tracks.add(dict(fields(value))[1])
            elif number == TRACK_EVENT:
                event = list(fields(value))
                track, kind = dict(event)[11], dict(event)[9]
                assert track in tracks
                depth[track] += {SLICE_BEGIN: 1, SLICE_END: -1}.get(kind, 0)
                assert depth[track] in (0, 1)
                for number, value in event:
                    if number in (47, 48):
                        flows[value] += 1 if number == 47 else 1000
                row = dict(annotation(value, names)
                           for number, value in event if number == 4)
                if row:
                    take(row["type"], row.get("call"), row.get("errno"),
                         row.get("ipc_ns"), row.get("object_kind"),
                         row.get("object_id"), row.get("count"))
    assert all(count == 1001 for count in flows.values()), "a flow without an end"


def chrome(name):
    flows = Counter()
    with open(name, encoding="utf-8") as text:
        trace = json.load(text)
    assert trace["otherData"]["version"] == 1
    for event in trace["traceEvents"]:
        if event["ph"] in "sf":
            flows[event["id"]] += 1 if event["ph"] == "s" else 1000
        if event["ph"] not in "Xi":
            continue
        row = event["args"]
        what = row.get("object") or {}
        if event["ph"] == "X":
            end = round((event["ts"] + event["dur"]) * 1000)
            assert abs(end - row["time_ns"]) < 1000, event
        take(row["type"], row.get("call"), row.get("errno"), row.get("ipc_ns"),
             what.get("kind"), what.get("id"), row.get("count"))
    assert all(count == 1001 for count in flows.values()), "a flow without an end"


FIELD = re.compile(r'(\w+) = ("(?:[^"\\]|\\.)*"|-?\d+)')


def events(name):
    """What babeltrace2 prints: the name of each event and its fields as texts"""
    out = subprocess.run(["babeltrace2", name], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        label, _, text = line.partition(": { ")
        row = {}
        for key, value in FIELD.findall(text):
            row[key] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value
        yield label.split()[-1], row


def ctf(name):
    for label, row in events(name):
        assert label in (row["type"], row.get("call")), row
        take(row["type"], row.get("call"), row.get("errno"), row.get("ipc_ns"),
             row.get("object_kind"), row.get("object_id"), row.get("count"))


def same(name, other):
    """Has CTF the same fields in the same order as CSV?"""
    with open(other, encoding="utf-8", newline="") as lines:
        expected = [{key: {"yes": "1", "no": "0"}.get(value, value)
                     for key, value in row.items() if value}
                    for row in csv.DictReader(lines)]
    got = [row for _, row in events(name)]
    assert len(got) == len(expected), (len(got), len(expected))
    for one, two in zip(got, expected):
        assert one == two, f"{one}\n{two}"


def text_of(value):
    """A value of JSON as CSV has it"""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "" if value is None else str(value)


def flat(name, other):
    """Has CSV each field of the JSON in its own column, and nothing else?"""
    with open(name, encoding="utf-8") as lines, \
         open(other, encoding="utf-8", newline="") as table:
        next(lines)
        rows = csv.DictReader(table)
        for line, row in zip(lines, rows, strict=True):
            expected = dict.fromkeys(row, "")
            for key, value in json.loads(line).items():
                if key in ("args", "object"):
                    expected.update((f"{key}_{inner}", text_of(value))
                                    for inner, value in (value or {}).items())
                else:
                    expected[key] = text_of(value)
            assert row == expected, f"{row}\n{expected}"


formats = {"jsonl": jsonl, "csv": from_csv, "sqlite": sqlite, "perfetto": perfetto,
           "chrome-json": chrome, "ctf": ctf}
if sys.argv[1] in ("same", "flat"):
    {"same": same, "flat": flat}[sys.argv[1]](*sys.argv[2:])
    sys.exit()
formats[sys.argv[1]](sys.argv[2])
for (_, object_kind, _) in objects:
    sums["object", object_kind, ""] += 1
for key, number in sorted(sums.items()):
    print(*key, number)
