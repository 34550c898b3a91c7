# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal for the tests: tmux, of a size that the test chooses.

    with Terminal([PYHELD, "top", "4242"], columns=80, rows=24) as t:
        t.wait_for("quit")
        t.keys("q")
        assert t.status() == 0
"""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time

from harness import Skip


class Terminal:
    """A command in a terminal; leaving `with` ends both.  `command` is a list
    of words."""
    def __init__(self, command, columns=80, rows=24, cwd="/", locale="C.UTF-8",
                 env=None):
        if not shutil.which("tmux"):
            raise Skip("tmux is not installed")
        self.folder = tempfile.mkdtemp()
        self.socket = os.path.join(self.folder, "tmux")
        self.ended = os.path.join(self.folder, "status")
        words = ["env", "LC_ALL=" + locale,
                 *("%s=%s" % i for i in (env or {}).items()), *command]
        # The terminal stays when the command has ended.
        line = "%s; echo $? >%s.new; mv %s.new %s; sleep 1000" % (
            shlex.join(map(str, words)), *[shlex.quote(self.ended)] * 3)
        try:
            self.tmux("-f", "/dev/null", "new-session", "-d", "-x", columns,
                      "-y", rows, "-c", cwd, line)
            self.tmux("set-option", "-g", "window-size", "manual")
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def tmux(self, *args):
        done = subprocess.run(
            ["tmux", "-u", "-S", self.socket, *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60,
            env={**os.environ, "TMUX": "", "LC_ALL": "C.UTF-8"})
        assert not done.returncode, (args, done.stdout)
        return done.stdout.decode()

    def screen(self):
        """What is seen now, as text."""
        return self.tmux("capture-pane", "-p")

    def lines(self):
        return self.screen().splitlines()

    def keys(self, *keys):
        """Type: names of tmux, such as "q", "Enter", "Up", "C-z"."""
        self.tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", columns, "-y", rows)

    def wait_until(self, is_so, what, seconds=30):
        """Wait until is_so(screen) is true; returns what that was."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            found = is_so(screen)
            if found:
                return found
            assert time.monotonic() < end, "no %s in\n%s" % (what, screen)
            time.sleep(0.05)

    def wait_for(self, pattern, seconds=30):
        """Wait for a regular expression; returns the match."""
        return self.wait_until(lambda s: re.search(pattern, s, re.M), pattern,
                               seconds)

    def status(self, seconds=30):
        """The exit status, once the command has ended."""
        end = time.monotonic() + seconds
        while not os.path.exists(self.ended):
            assert time.monotonic() < end, self.screen()
            time.sleep(0.05)
        with open(self.ended, encoding="ascii") as f:
            return int(f.read())

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
