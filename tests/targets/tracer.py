# SPDX-License-Identifier: GPL-2.0-or-later
"""Trace PID with PTRACE_SEIZE until stdin ends."""
import ctypes
import os
import sys

PTRACE_SEIZE = 0x4206
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
if libc.ptrace(PTRACE_SEIZE, int(sys.argv[1]), 0, 0):
    sys.exit(os.strerror(ctypes.get_errno()))
os.write(1, b"{}\n")
os.read(0, 1)
