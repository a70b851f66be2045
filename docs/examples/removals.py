#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Print who removes which System V IPC object: of a capture, or as it happens.

removals.py [FILE]
"""
import ctypes
import json
import sys

lib = ctypes.CDLL("libipctrace.so.0")
lib.ipctrace_reader_open.argtypes = [ctypes.c_char_p]
lib.ipctrace_reader_open.restype = ctypes.c_void_p
lib.ipctrace_reader_ask.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
lib.ipctrace_reader_next.argtypes = [ctypes.c_void_p, ctypes.c_int]
lib.ipctrace_reader_json.argtypes = [ctypes.c_void_p]
lib.ipctrace_reader_json.restype = ctypes.c_char_p
lib.ipctrace_reader_close.argtypes = [ctypes.c_void_p]
lib.ipctrace_error.restype = ctypes.c_char_p


def removals(path=None):
    """Records of calls that removed something, as dictionaries."""
    reader = lib.ipctrace_reader_open(path.encode() if path else None)
    if not reader or lib.ipctrace_reader_ask(reader, b"cmd == IPC_RMID and not failed"):
        raise OSError(lib.ipctrace_error().decode())
    while (found := lib.ipctrace_reader_next(reader, -1)) > 0:
        yield json.loads(lib.ipctrace_reader_json(reader))
    if found < 0:
        raise OSError(lib.ipctrace_error().decode())
    lib.ipctrace_reader_close(reader)


for record in removals(*sys.argv[1:2]):
    if record["type"] == "call":
        print("{comm}[{pid}] removed {object[kind]} {object[id]} of user "
              "{object[uid]}".format(**record), flush=True)
