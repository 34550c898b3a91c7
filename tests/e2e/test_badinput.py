# SPDX-License-Identifier: GPL-2.0-or-later
"""Targets that can't be read: one line that says what is wrong and what to
do, exit status 3, and an unharmed target."""
import errno
import glob
import os
import random
import shutil
import struct
import subprocess
import tempfile
import time

import pythons
from harness import (CI, PYHELD, Skip, Target, each, expect_error, limit,
                     pyheld, pyheld_raw, status, text, unharmed)

COMMANDS = (["summary"], ["chain", "--type=list"], ["cycles"],
            ["retained"],
            ["export", "--format=jsonl"])
NOBODY = 65534


def every_command(pid, **how):
    for command in COMMANDS:
        expect_error(*command, pid, **how)
    return expect_error("object", pid, "0x1000", **how)


def ended_pid():
    """The PID of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


class Process:
    """Any command as a target; leaving `with` kills it."""
    def __init__(self, *argv, **kw):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, **kw)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def test_no_such_process():
    pid = ended_pid()
    every_command(pid, words=[pid])
    for pid in ("0", "4194305", "99999999999999999999999"):
        expect_error("summary", pid, words=[pid])


def test_no_such_file():
    expect_error("summary", "/nonexistent/core", words=["/nonexistent/core"])
    expect_error("summary", "/dev/null", words=["/dev/null"])
    expect_error("summary", "/", words=["/"])
    expect_error("summary", __file__, words=[__file__])
    expect_error("summary", "12x", words=["12x"])
    expect_error("summary", "./-5", words=["./-5"])


def test_process_is_not_python():
    with Process("sleep", "1000") as target:
        time.sleep(0.1)
        every_command(target.pid, words=["python", "sleep"])
        unharmed(target)


def test_shell_names_its_python():
    python = pythons.system()
    script = "%s %s plain; true" % (python.path, python.script("odd.py"))
    with Process("sh", "-c", script, stdout=subprocess.PIPE) as shell:
        child = int(shell.process.stdout.readline().split()[1].strip(b"}\n"))
        assert child != shell.pid
        expect_error("summary", shell.pid, words=[child])
        pyheld("summary", child)
    # The same if a shell has started that shell.
    with Process("sh", "-c", "sh -c '%s'; true" % script,
                 stdout=subprocess.PIPE) as shell:
        child = int(shell.process.stdout.readline().split()[1].strip(b"}\n"))
        expect_error("summary", shell.pid, words=[child])


def need_root():
    if os.geteuid():
        raise Skip("needs root to become another user")


def copy_for_all():
    """A copy of pyheld that every user can run."""
    folder = tempfile.mkdtemp(prefix="pyheld-test-")
    os.chmod(folder, 0o755)
    return shutil.copy(PYHELD, folder)


def as_nobody(function, *args, words=(), **kw):
    before = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
              "--clear-groups", "--"]
    path = copy_for_all()
    import harness
    saved, harness.PYHELD = harness.PYHELD, path
    try:
        return function(*args, before=before, words=words, cwd="/", **kw)
    finally:
        harness.PYHELD = saved
        shutil.rmtree(os.path.dirname(path))


def test_process_of_another_user():
    need_root()
    with Target(pythons.system(), "odd.py", "plain") as target:
        err = as_nobody(expect_error, "summary", target.pid,
                        words=[target.pid, "user"])
        assert "root" in err or "sudo" in err, err
        unharmed(target)


def test_undumpable_process_of_the_same_user():
    need_root()
    with Target(pythons.system(), "odd.py", "undumpable", user=NOBODY,
                group=NOBODY, extra_groups=[]) as target:
        as_nobody(expect_error, "summary", target.pid, words=[target.pid])
        unharmed(target)
        # Root can read it.
        pyheld("summary", target.pid)


def test_no_cap_sys_ptrace():
    need_root()
    with Target(pythons.system(), "odd.py", "plain") as target:
        expect_error("summary", target.pid, words=["CAP_SYS_PTRACE"],
                     before=["setpriv", "--bounding-set=-sys_ptrace",
                             "--inh-caps=-sys_ptrace", "--"])
        unharmed(target)


def test_traced_by_another_process():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            Target(pythons.system(), "tracer.py", target.pid) as tracer:
        every_command(target.pid, words=[tracer.pid])
        assert target.status()["TracerPid"] == str(tracer.pid)
    with Target(pythons.system(), "odd.py", "plain") as target:
        with Target(pythons.system(), "tracer.py", target.pid):
            pass
        pyheld("summary", target.pid)


def test_traced_by_a_debugger():
    """The message names the tracer if it is a well-known program."""
    gdb = shutil.which("gdb")
    if not gdb:
        if CI:
            print("# no gdb on this machine")
            return
        raise Skip("no gdb")
    with Target(pythons.system(), "odd.py", "plain") as target:
        with Process(gdb, "-q", "-nx", "-p", str(target.pid),
                     stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL):
            end = time.monotonic() + 60
            while target.status()["TracerPid"] == "0":
                assert time.monotonic() < end, "gdb does not attach"
                time.sleep(0.1)
            expect_error("summary", target.pid, words=["gdb"])


def test_zombie():
    with Process("sleep", "1000") as target:
        os.kill(target.pid, 9)
        while status(target.pid)["State"][0] != "Z":
            time.sleep(0.01)
        every_command(target.pid, words=["zombie"])


@limit(240)
def test_target_killed_while_it_is_read():
    """The target is killed at random moments: pyheld prints a report or one
    line, and never crashes."""
    python = pythons.system()
    pick = random.Random(7)
    outcomes = {0: 0, 3: 0, 4: 0}
    seconds = 0.5
    for i in range(40):
        with Target(python, "crowd.py", "busy", 20000) as target:
            process = subprocess.Popen(
                [os.path.abspath(PYHELD), *COMMANDS[i % 4], str(target.pid)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            start = time.monotonic()
            # The target is read at the beginning: kill it early more often.
            delay = 0 if i == 0 else seconds * pick.random() ** 2
            if i:
                time.sleep(delay)
                target.process.kill()
            out, err = process.communicate(timeout=60)
            if i == 0:
                seconds = time.monotonic() - start
        status = process.returncode
        assert status in outcomes, "exit status %d after %.3f s\n%s" % (
            status, delay, text(err))
        outcomes[status] += 1
        if status == 3:
            assert err.count(b"\n") == 1, text(err)
    print("# killed within %.2f s: %s" % (seconds, outcomes))
    assert outcomes[3] >= 2, outcomes


@each(pythons.too_old)
def test_cpython_before_3_8(python):
    with Process(python.path, "-c", "import os; os.write(1, b'x'); "
                 "os.read(0, 1)", stdout=subprocess.PIPE) as target:
        target.process.stdout.read(1)
        every_command(target.pid, words=["3.8"])
        unharmed(target)


def test_python_2():
    paths = glob.glob(os.path.expanduser("~/.pyenv/versions/2.*/bin/python2"))
    if not paths:
        if CI:
            print("# no Python 2 on this machine")
            return
        raise Skip("no Python 2")
    with Process(paths[0], "-c", "import os; os.write(1, b'x'); "
                 "os.read(0, 1)", stdout=subprocess.PIPE) as target:
        target.process.stdout.read(1)
        every_command(target.pid, words=["python", "3.8"])


def elf32(path):
    """A 32-bit program that sleeps for ever: pause() in a loop."""
    code = b"\xb8\x1d\x00\x00\x00\xcd\x80\xeb\xf7"
    base, header = 0x08048000, 52 + 32
    entry = base + header
    size = header + len(code)
    elf = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", 2, 3, 1, entry, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack("<IIIIIIII", 1, 0, base, base, size, size, 5,
                          0x1000)
    with open(path, "wb") as f:
        f.write(elf + segment + code)
    os.chmod(path, 0o755)


def test_32_bit():
    """Few kernels still run such a program.  So a sleeping process gets the
    executable file of one, in a view of /proc that pyheld alone has."""
    need_root()
    with tempfile.TemporaryDirectory() as folder, \
            Process("sleep", "1000") as target:
        program = os.path.join(folder, "python3")
        elf32(program)
        script = """
            mkdir -p "$0/proc" "$0/process"
            mount -t proc none "$0/proc"
            ln -sf "$0/proc/$1/"* "$0/process"
            ln -sf "$0/python3" "$0/process/exe"
            mount --bind "$0/process" "/proc/$1"
            shift
            exec "$@\""""
        every_command(target.pid, words=[
            "process %d is a 32-bit process" % target.pid], before=[
                "unshare", "--mount", "sh", "-e", "-c", script, folder,
                str(target.pid)])
        unharmed(target)
        try:
            running = Process(program)
        except OSError as e:
            assert e.errno == errno.ENOEXEC, e
            print("# this kernel runs none")
            return
        with running:
            time.sleep(0.1)
            assert running.process.poll() is None, "it doesn't run"
            every_command(running.pid, words=["32-bit"])


def compile_c(folder, name, source, *flags):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Skip("no C compiler")
    path = os.path.join(folder, name)
    subprocess.run([compiler, "-x", "c", "-", "-o", path, *flags],
                   input=source.encode(), check=True)
    return path


def test_process_is_pypy():
    """A program with PyPy's library in it."""
    with tempfile.TemporaryDirectory() as folder:
        compile_c(folder, "libpypy3.10-c.so",
                  "int pypy_main_startup(void) { return 0; }",
                  "-shared", "-fPIC", "-Wl,-soname,libpypy3.10-c.so")
        path = compile_c(
            folder, "pypy3.10",
            "#include <unistd.h>\nint pypy_main_startup(void);\n"
            "int main(void) { pypy_main_startup(); write(1, \"x\", 1);"
            " pause(); return 0; }",
            "-L" + folder, "-l:libpypy3.10-c.so", "-Wl,-rpath," + folder)
        with Process(path, stdout=subprocess.PIPE) as target:
            assert target.process.stdout.read(1), "it doesn't run"
            every_command(target.pid, words=["pypy"])


@limit(200)
def test_collection_that_does_not_end():
    """pyheld gives up after a bounded number of tries, and says why."""
    for python in {pythons.system(), pythons.newest()}:
        with Target(python, "odd.py", "collecting") as target:
            start = time.monotonic()
            expect_error("summary", target.pid, words=["collection"])
            assert time.monotonic() - start < 60
            unharmed(target)


def test_collection_that_ends_soon():
    """pyheld waits for a collection that ends soon."""
    for python in {pythons.system(), pythons.newest()}:
        with Target(python, "odd.py", "collecting", "0.5") as target:
            pyheld("summary", target.pid)
            unharmed(target)


def test_cpython_after_3_15():
    """A process that claims to be CPython 3.16.  Its structs are those of the
    newest table, but pyheld can't know that: it goes on with a warning, or
    names the self-check that failed."""
    python = pythons.newest()
    if python.minor < (3, 13):
        raise Skip("needs CPython 3.13 or later: run tests/fetch-pythons")
    with Target(python, "odd.py", "newer") as target:
        # The target can't write to these pages itself.
        fd = os.open("/proc/%d/mem" % target.pid, os.O_RDWR)
        os.pwrite(fd, struct.pack("<I", 0x031000f0),
                  target.facts["py_version"])
        os.pwrite(fd, struct.pack("<Q", 0x031000f0),
                  target.facts["runtime"] + 8)
        os.close(fd)
        result = pyheld_raw("summary", target.pid)
        assert result.status in (0, 3, 4), result
        assert b"3.16" in result.err or b"newer" in result.err, result
        if result.status == 3:
            assert result.err.count(b"\n") == 1, result
        unharmed(target)


def test_wrong_options():
    """Exit status 2 and the usage line, and nothing is read."""
    for args in ([], ["bogus"], ["--bogus"], ["summary"], ["summary", "1", "2"],
                 ["summary", "--bogus", "1"], ["summary", "--limit=x", "1"],
                 ["summary", "--limit=-1", "1"], ["summary", "--sort=x", "1"],
                 ["summary", "--json=yes", "1"], ["chain", "1"],
                 ["chain", "--type=list"], ["chain", "--address=zz", "1"],
                 ["chain", "--count=0x", "--type=list", "1"],
                 ["object", "1"], ["object", "1", "zz"],
                 ["object", "1", "0x"], ["object", "1", "1" * 17],
                 ["object", "1", "0x1", "2"], ["export"],
                 ["export", "--format=xml", "1"], ["export", "-o"],
                 ["cycles"], ["cycles", "--type", "1", "2", "3"]):
        result = pyheld_raw(*args)
        assert result.status == 2, result
        assert result.out == b"", result
        assert b"Usage: pyheld" in result.err, result


def test_gnu_conventions():
    with Target(pythons.system(), "odd.py", "plain") as target:
        for args in (["summary", "--", target.pid],
                     ["summary", target.pid, "--json"],
                     ["summary", "--js", target.pid],
                     ["chain", "--type", "list", "--count", "1", target.pid],
                     ["export", "-o/dev/null", target.pid],
                     ["export", "-o", "/dev/null", target.pid]):
            pyheld(*args)
        address = pyheld("chain", "--type=module", "--json", target.pid
                         ).json["chains"][0]["steps"][-1]["address"]
        first = pyheld("object", target.pid, address).out
        assert pyheld("object", target.pid, address[2:]).out == first
        assert pyheld("object", target.pid, "0X" + address[2:].upper()
                      ).out == first
    for args in (["--help"], ["--version"], ["--usage"], ["summary", "--help"],
                 ["chain", "--help"], ["cycles", "--help"],
                 ["object", "--help"], ["export", "--help"]):
        result = pyheld(*args)
        assert result.out and not result.err, result
    for command in ("summary", "chain", "cycles", "object", "export"):
        assert b"Example" in pyheld(command, "--help").out


def test_output_can_not_be_written():
    with Target(pythons.system(), "odd.py", "plain") as target:
        expect_error("export", "-o", "/nonexistent/folder/x", target.pid,
                     words=["/nonexistent/folder/x"])
        expect_error("export", "-o", "/dev/full", target.pid)
        for command in (["summary"], ["export"], ["summary", "--json"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run(
                    [os.path.abspath(PYHELD), *command, str(target.pid)],
                    stdout=full, stderr=subprocess.PIPE)
            assert done.returncode == 3, (command, done)
            assert done.stderr.count(b"\n") == 1, (command, done)
        # A reader that closes the pipe early.
        done = subprocess.run("'%s' export %d | head -c 10"
                              % (os.path.abspath(PYHELD), target.pid),
                              shell=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        assert len(done.stdout) == 10
        assert done.stderr.count(b"\n") <= 1, done
        unharmed(target)


def test_standard_streams_closed():
    with Target(pythons.system(), "odd.py", "plain") as target:
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            status = subprocess.run(
                "'%s' summary %d %s" % (os.path.abspath(PYHELD), target.pid,
                                        closed),
                shell=True, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL).returncode
            assert status in (0, 3), (closed, status)
        unharmed(target)


def test_control_characters_in_a_file_name():
    """A program's name can't send control characters to the terminal."""
    name = b"\xc2\x9b31m\x1b[2J\n\xe2\x80\xaetxt\xff\x9b\xc3\xa9"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(os.fsencode(folder), name)
        shutil.copy(shutil.which("sleep"), path)
        with Process(path, "100") as target:
            err = expect_error("summary", target.pid, words=[
                r"\x9b31m\x1b[2J\n\u202etxt\xff\x9b" + "\u00e9"])
            for c in "\x9b\x1b\u202e":
                assert c not in err, ascii(err)
        # A file that is neither a core nor a capture.
        err = expect_error("summary", os.fsdecode(path))
        for c in "\x9b\x1b\u202e":
            assert c not in err, ascii(err)


def in_place_of(real, fake):
    """Run pyheld where the file or folder `fake` is seen as `real`."""
    return dict(before=["unshare", "--mount", "sh", "-c",
                        'mount --bind "$0" "$1" && shift && exec "$@"',
                        fake, real])


def test_not_enough_memory():
    """pyheld refuses to start if the copy would not fit."""
    if os.geteuid():
        raise Skip("needs root to make a mount namespace")
    limits = {"memory.max": "%d\n" % (8 << 20), "memory.current": "12345\n",
              "memory.stat": "anon 1\ninactive_file 2\nactive_file 3\n"}
    with Target(pythons.system(), "crowd.py", "still", 50000) as target, \
            tempfile.TemporaryDirectory() as folder:
        meminfo = os.path.join(folder, "meminfo")
        with open(meminfo, "w") as f:
            f.write("MemTotal:  99999999 kB\nMemAvailable:   9000 kB\n")
        err = expect_error("summary", target.pid, words=["8 MB", "memory"],
                           **in_place_of("/proc/meminfo", meminfo))
        assert "machine" in err, err
        for name, value in limits.items():
            with open(os.path.join(folder, name), "w") as f:
                f.write(value)
        fake = in_place_of("/sys/fs/cgroup", folder)
        err = expect_error("summary", target.pid, words=["7 MB", "limit"],
                           **fake)
        assert "container" in err, err
        # "max" means that the group has no limit.
        with open(os.path.join(folder, "memory.max"), "w") as f:
            f.write("max\n")
        pyheld("summary", target.pid, **fake)
        unharmed(target)
