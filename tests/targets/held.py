# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo, holding still."""
import json
import os

import zoo

kept = zoo.build()
os.write(1, json.dumps({"pid": os.getpid()}).encode() + b"\n")
os.read(0, 1)
