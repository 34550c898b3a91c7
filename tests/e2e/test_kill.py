# SPDX-License-Identifier: GPL-2.0-or-later
"""pyheld is killed at any moment: the target runs on."""
import os
import random
import signal
import subprocess
import sys
import time

import pythons
from harness import PYHELD, Target, limit, status, unharmed

TIMES = 60


def stopped(target):
    """Is some thread of the target stopped or traced now?"""
    return any(status(target.pid, int(t))["State"][0] in "tT"
               for t in os.listdir("/proc/%d/task" % target.pid))


def count(target):
    os.write(target.process.stdin.fileno(), b"\n")
    return target.read()["count"]


def duration(target, args):
    start = time.monotonic()
    done = subprocess.run(args, stdout=subprocess.DEVNULL)
    # 4: the target was stopped while it linked an object.
    assert done.returncode in (0, 4), done
    return time.monotonic() - start


def kill_once(target, args, delay):
    """Kill pyheld after `delay` seconds.  True if the target stood still."""
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(delay)
    held = stopped(target)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return held


def kill_when_stopped(target, args, delay=0.0):
    """Wait until the target is stopped, then kill."""
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    held = False
    while process.poll() is None and not held:
        held = stopped(target)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return held


def runs_on(target):
    """The target is neither stopped nor traced, and its counter goes on."""
    unharmed(target)
    start = count(target)
    end = time.monotonic() + 10
    while count(target) <= start:
        assert time.monotonic() < end, "the counter stands still"
        time.sleep(0.002)


def kill_often(python, objects):
    args = [os.path.abspath(PYHELD), "summary", "--stop=always"]
    with Target(python, "crowd.py", "busy", objects) as target:
        args.append(str(target.pid))
        whole = duration(target, args)
        pick = random.Random(4242)
        held = 0
        for i in range(TIMES):
            if i % 3 == 2:
                held += kill_when_stopped(target, args)
            else:
                held += kill_once(target, args, pick.uniform(0, whole))
            runs_on(target)
        # pyheld can still read it.
        duration(target, args)
        runs_on(target)
        print("# %s killed %d times over %.2f s, %d times while it held "
              "the target" % (python.label, TIMES, whole, held))
        assert held >= TIMES // 10, "only %d of the kills hit a stop" % held


@limit(240)
def test_target_survives_sigkill_of_pyheld():
    kill_often(pythons.system(), 100000)


@limit(240)
def test_newest_target_survives_sigkill_of_pyheld():
    kill_often(pythons.newest(), 20000)


def test_target_survives_an_interrupt():
    """Signals that interrupt pyheld leave the target running."""
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        args = [os.path.abspath(PYHELD), "summary", "--stop=always",
                str(target.pid)]
        whole = duration(target, args)
        for i, number in enumerate([signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP, signal.SIGQUIT] * 3):
            process = subprocess.Popen(args, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(whole * i / 12)
            process.send_signal(number)
            process.wait(10)
            runs_on(target)


# Real-time signals are queued: each of them must arrive.
SENDER = """
import os, signal, sys, time
pid, number = int(sys.argv[1]), 0
os.set_blocking(0, False)
while True:
    try:
        if os.read(0, 1) == b"":
            break
    except BlockingIOError:
        pass
    os.kill(pid, signal.SIGRTMIN)
    number += 1
    time.sleep(2e-5)
print(number)
"""


def received(target, number):
    """Number of signals received, once it is `number` or 10 s are over."""
    end = time.monotonic() + 10
    while True:
        os.write(target.process.stdin.fileno(), b"\n")
        got = target.read()["signals"]
        if got >= number or time.monotonic() > end:
            return got
        time.sleep(0.05)


def test_no_signal_to_the_target_is_lost():
    """A signal on its way to a thread that is being stopped arrives, even if
    pyheld is killed at that moment."""
    args = [os.path.abspath(PYHELD), "summary", "--stop=always"]
    with Target(pythons.system(), "odd.py", "signalled", 200) as target:
        args.append(str(target.pid))
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(target.pid)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        held = 0
        for i in range(20):
            if i % 4 == 3:
                subprocess.run(args, stdout=subprocess.DEVNULL, check=True)
            else:
                held += kill_when_stopped(target, args, 0.005)
        sender.stdin.close()
        sent = int(sender.stdout.read())
        sender.wait()
        got = received(target, sent)
        print("# %d signals sent, pyheld killed %d times" % (sent, held))
        assert held >= 5, "only %d of the kills hit a stop" % held
        assert got == sent, "%d of %d signals are lost" % (sent - got, sent)
        unharmed(target)


def test_oom_killer_takes_pyheld_first():
    """While pyheld holds the target, its oom_score_adj is the highest."""
    with Target(pythons.system(), "odd.py", "signalled", 200) as target:
        for _ in range(50):
            process = subprocess.Popen(
                [os.path.abspath(PYHELD), "summary", "--stop=always",
                 str(target.pid)],
                stdout=subprocess.DEVNULL)
            seen = False
            while not seen and process.poll() is None:
                seen = stopped(target)
            if seen:
                with open("/proc/%d/oom_score_adj" % process.pid) as f:
                    adjustment = int(f.read())
            assert process.wait() == 0
            if seen:
                break
        assert seen, "no stop was seen"
        assert adjustment == 1000, adjustment
