# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that a core does not contain are found, and a file of another build is
never used."""
import contextlib
import http.server
import os
import shutil
import subprocess
import threading

import pythons
from harness import Skip, Target, expect_error, pyheld, pyheld_raw, text
from test_core import (Directory, gcore, kernel_core, plain_pattern,
                       without_pages)


class Copied:
    """A Python whose program, and libpython where it has one, are copies that
    a test may move."""
    root = None

    def __init__(self, python, folder):
        self.python, self.folder = python, folder
        program = python.executable
        self.home = os.path.dirname(os.path.dirname(
            os.path.realpath(program)))
        os.mkdir(folder)
        self.path = shutil.copy(program, os.path.join(folder, "program"))
        self.files = [self.path]
        for line in run("ldd", program).splitlines():
            words = line.split()
            if words[0].startswith("libpython"):
                self.files.append(shutil.copy(words[2], folder))

    @property
    def main(self):
        """The file that CPython is in."""
        return self.files[-1]

    def argv(self, *args):
        return [self.path, *args]

    def script(self, name):
        return self.python.script(name)

    def start(self, **kw):
        return Target(self, "app.py", env={
            "PYTHONHOME": self.home, "LD_LIBRARY_PATH": self.folder}, **kw)

    def core(self, directory):
        with self.start() as target:
            return gcore(target, directory)[0]


def run(*argv):
    return subprocess.run(argv, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def build_id(path):
    """In lower-case hex."""
    for line in run("readelf", "-n", path).splitlines():
        if "Build ID: " in line:
            return line.split()[-1]
    raise Skip("%s has no build-id" % path)


def by_id(folder, path, suffix=""):
    """Where a file is to be by its build-id."""
    id_ = build_id(path)
    os.makedirs(os.path.join(folder, ".build-id", id_[:2]))
    return os.path.join(folder, ".build-id", id_[:2], id_[2:] + suffix)


def shared():
    """One whose CPython is in a library and has symbols; else any."""
    for p in pythons.supported():
        if not p.root and "libpython" in run("ldd", p.executable):
            return p
    return pythons.system()


def summary(core, *options, **kw):
    """The report, but for what it is of; nothing may be said beside it."""
    result = pyheld("summary", "--json", *options, core, **kw)
    assert not result.err, result
    out = result.json
    del out["target"]
    return without_pages(out)


def missing(core, path, *options, **kw):
    """The report, or the error, says that the file can't be found."""
    result = pyheld_raw("summary", *options, core, **kw)
    assert result.status in (0, 3, 4), result
    assert path.encode() in result.err, result
    assert b"can't be found" in result.err, result


def refused(core, path, *options, **kw):
    result = pyheld_raw("summary", *options, core, **kw)
    assert result.status in (0, 3, 4), result
    assert b"%s is not the file that the process had (another build-id)" \
        % path.encode() in result.err, result


def other_build(path, to):
    """A copy that has another build-id, as an update brings it."""
    with open(path, "rb") as f:
        data = f.read()
    id_ = bytes.fromhex(build_id(path))
    assert data.count(id_) == 1
    with open(to, "wb") as f:
        f.write(data.replace(id_, id_[::-1]))


def check_program(python, d):
    """Where a program went, by the options that name it."""
    core = python.core(d)
    whole = summary(core)
    new = d.file("new")
    os.rename(python.path, new)
    missing(core, python.path)
    assert summary(core, "--executable=" + new) == whole
    # What is there now is another one.
    other_build(new, python.path)
    refused(core, python.path)
    assert summary(core, "--executable=" + new) == whole
    refused(core, python.path, "--executable=" + python.path)
    os.unlink(python.path)
    expect_error("summary", "--executable=" + new + "er", core,
                 words=["--executable", "newer"])
    script = d.file("script")
    with open(script, "w") as f:
        f.write("#!%s\n" % python.path)
    expect_error("summary", "--executable=" + script, core,
                 words=["script", "Python that runs it"])
    expect_error("summary", "--executable=" + core + ".not", core,
                 words=["--executable"])
    expect_error("summary", "--executable=" + __file__, core,
                 words=["ELF"])


def test_executable_option():
    with Directory() as d:
        check_program(Copied(pythons.system(), d.file("bin")), d)


def test_file_replaced_while_the_process_ran():
    """An update while the process runs: NT_FILE says that the old files are
    deleted, and others have their names."""
    plain_pattern()
    with Directory() as d:
        python = Copied(pythons.system(), d.file("bin"))
        with python.start(before=["env", "-C", d.path]) as target:
            whole = summary(target.pid)
            kept = shutil.copy(python.path, d.file("kept"))
            other_build(kept, d.file("update"))
            os.rename(d.file("update"), python.path)
            # gdb writes all of a deleted file's pages.
            cores = [gcore(target, d)[0], kernel_core(target, d)]
        for core in cores:
            assert summary(core, "--executable=" + kept) == whole
        refused(cores[1], python.path)
        os.unlink(python.path)
        missing(cores[1], python.path)


def users(core, warning, status):
    result = pyheld("summary", "--json", "--limit=0", core, status=status)
    assert warning in result.err, result
    return [r["count"] for r in result.json["types"]
            if r["type"] == "app.User"]


def test_replaced_file_without_first_page():
    """coredump_filter leaves out the pages of files, and with them the
    build-ids.  The relocated data of the program tells that it is another."""
    plain_pattern()
    with Directory() as d:
        python = Copied(pythons.system(), d.file("bin"))
        with python.start(before=["env", "-C", d.path]) as target:
            with open("/proc/%d/coredump_filter" % target.pid, "w") as f:
                f.write("0x1")
            core = kernel_core(target, d)
        counts = [users(core, b"found by name alone", (0,))]
        with open(python.main, "r+b") as f:
            data = f.read()
            f.seek(len(data) // 2)
            f.write(bytes(4096) + data[len(data) // 2:-4096])
        counts += [users(core, b"is not the file that the process had (its"
                         b" data", (4,))]
        assert counts[0] and counts[0] == counts[1], counts


def below(root, path):
    return root + os.path.realpath(path)


@contextlib.contextmanager
def unopened(fifo):
    """Nobody opens it: who does lets this writer in."""
    writer = threading.Thread(
        target=lambda: os.close(os.open(fifo, os.O_WRONLY)), daemon=True)
    writer.start()
    try:
        yield
        assert writer.is_alive(), fifo
    finally:
        os.close(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK))
        writer.join()


def test_sysroot_option():
    """Below another root, whose links are of that root."""
    with Directory() as d:
        python = Copied(shared(), d.file("bin"))
        core = python.core(d)
        whole = summary(core)
        kept = shutil.move(python.main, d.file("kept"))
        root, path = d.file("root"), below(d.file("root"), python.main)
        option = "--sysroot=" + root
        os.mkdir(root)
        missing(core, python.main, option)

        os.makedirs(os.path.dirname(path))
        shutil.copy(kept, path)
        assert summary(core, option) == whole
        os.mkdir(root + "/elsewhere")
        os.rename(path, root + "/elsewhere/file")
        os.symlink("/elsewhere/file", path)
        assert summary(core, option) == whole
        os.unlink(path)
        os.mkfifo(path)
        with unopened(path):
            missing(core, python.main, option)
        os.unlink(path)
        other_build(kept, path)
        refused(core, path, option)
        # What is wrong below it is still looked for elsewhere.
        shutil.copy(kept, python.main)
        assert pyheld("summary", "--json", option, core).json["objects"] == \
            whole["objects"]
        os.unlink(python.main)
        os.unlink(path)

        for folder in "/usr/lib/debug", "/usr/lib":
            place = by_id(root + folder, kept)
            shutil.copy(kept, place)
            assert summary(core, option) == whole
            os.unlink(place)
            other_build(kept, place)
            refused(core, place, option)
            os.unlink(place)


def by_symbols(core, path, *options):
    """_PyRuntime is found, whether the rest is enough or not."""
    result = pyheld_raw("summary", "--json", *options, core)
    assert result.status in (0, 3, 4), result
    assert b"there is debug information" in result.err, result
    assert path.encode() in result.err, result
    assert b"_PyRuntime" not in result.err, result


def test_separate_debug_information():
    """A file of debug information has symbols, but no code: nothing of it is
    taken for the program's."""
    with Directory() as d:
        python = Copied(shared(), d.file("bin"))
        if not shutil.which("objcopy") or \
                ".symtab" not in run("readelf", "-SW", python.main):
            raise Skip("no objcopy, or no symbols")
        core = python.core(d)
        summary(core)
        kept = shutil.move(python.main, d.file("kept"))
        root = d.file("root")
        place = by_id(root + "/usr/lib/debug", kept, ".debug")
        run("objcopy", "--only-keep-debug", kept, place)
        by_symbols(core, python.main, "--sysroot=" + root)
        debug = shutil.move(place, d.file("debug"))
        other_build(debug, place)
        refused(core, place, "--sysroot=" + root)
        os.rename(debug, place)
        # Such a file at the program's own place is no program either.
        shutil.copy(place, python.main)
        by_symbols(core, python.main)


class Server:
    """A debuginfod of this machine alone: what it was asked, and its files,
    by path."""
    def __init__(self, files=None):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                path = (files or {}).get(self.path)
                data = open(path, "rb").read() if path else b""
                self.send_response(200 if path else 404)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


def asking(d, url):
    """The environment that asks only the server of `url`."""
    env = {k: v for k, v in os.environ.items()
           if not k.lower().endswith("_proxy")}
    cache = d.file("cache")
    shutil.rmtree(cache, ignore_errors=True)
    return dict(env, DEBUGINFOD_URLS=url, DEBUGINFOD_CACHE_PATH=cache,
                DEBUGINFOD_TIMEOUT="5")


def test_files_from_a_debuginfod_server():
    with Directory() as d:
        python = Copied(shared(), d.file("bin"))
        core = python.core(d)
        whole = summary(core)
        with Server() as nothing:
            # All is here: nobody is asked.
            assert summary(core, env=asking(d, nothing.url)) == whole
            assert not nothing.asked
            kept = shutil.move(python.main, d.file("kept"))
            path = "/buildid/%s/executable" % build_id(kept)
            missing(core, python.main, env=asking(d, nothing.url))
            assert nothing.asked == [path]
            missing(core, python.main, env=asking(d, ""))
        with Server({path: kept}) as good:
            env = asking(d, good.url)
            assert summary(core, env=env) == whole
            assert good.asked == [path]
            # It is kept, and found there the next time.
            assert summary(core, env=env) == whole
            assert good.asked == [path]
        other_build(kept, d.file("other"))
        with Server({path: d.file("other")}) as wrong:
            refused(core, "the file from the debuginfod server",
                    env=asking(d, wrong.url))
        with Server({path: core}) as wrong:
            result = pyheld_raw("summary", core, env=asking(d, wrong.url))
            assert b"not the file" in result.err, result
            url = wrong.url
        # Nobody listens there any more.
        result = pyheld_raw("summary", core, env=asking(d, url))
        assert b"DEBUGINFOD_URLS do not answer" in result.err, result
        assert python.main in text(result.err), result
