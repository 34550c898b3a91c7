# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds with other flags, in directories below the build directory."""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def jobs():
    return min(2, os.cpu_count() or 1)


def configure(folder, *options):
    """Configure `folder` for a build, unless that has been done."""
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(os.path.join(folder, "Makefile")):
        subprocess.run([os.path.join(TOP, "configure"), "--quiet", *options],
                       cwd=folder, check=True)


def make(folder, *arguments, **more):
    """Run make there.  The make that runs us must not pass on its flags: it
    may have been told --always-make, or another target's CFLAGS."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS")}
    return subprocess.run(
        [env.get("MAKE", "make"), "--no-print-directory", "--quiet",
         "-j%d" % jobs(), *arguments],
        cwd=folder, env=env, check=False, **more)


def fail(said):
    sys.exit("%s: %s" % (os.path.basename(sys.argv[0]), said))
