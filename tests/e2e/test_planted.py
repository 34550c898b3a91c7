# SPDX-License-Identifier: GPL-2.0-or-later
"""Another user plants links and FIFOs where root's pyheld writes, and while it
writes.  Nothing that they lead to is changed."""
import glob
import os
import shutil
import stat
import subprocess
import sys
import tempfile

import pythons
from harness import PYHELD, Skip, Target, limit, pyheld, pyheld_raw

NOBODY = 65534


def need_root():
    if os.geteuid():
        raise Skip("needs root to become another user")


class Scene:
    """A folder for everybody, and one of root's that links lead to."""
    def __init__(self, folder, mode):
        self.shared = os.path.join(folder, "shared")
        self.victim = os.path.join(folder, "victim")
        os.chmod(folder, 0o755)
        os.mkdir(self.shared)
        os.chmod(self.shared, mode)
        os.mkdir(self.victim)
        with open(self.victim + "/file", "w", encoding="utf-8") as out:
            out.write("root's\n")

    def path(self, name):
        return os.path.join(self.shared, name)

    def plant(self, name, to):
        os.symlink(os.path.join(self.victim, to), self.path(name))
        os.lchown(self.path(name), NOBODY, NOBODY)

    def unharmed(self):
        found = os.listdir(self.victim)
        assert found == ["file"], found
        with open(self.victim + "/file", encoding="utf-8") as text:
            assert text.read() == "root's\n"
        assert os.stat(self.victim + "/file").st_nlink == 1


def each_scene(function):
    """Sticky or not: protected_symlinks looks at the first only."""
    def test():
        need_root()
        for mode in (0o1777, 0o777):
            folder = tempfile.mkdtemp(prefix="pyheld-test-")
            try:
                scene = Scene(folder, mode)
                with Target(pythons.system(), "odd.py", "plain") as target:
                    function(scene, target)
                scene.unharmed()
            finally:
                shutil.rmtree(folder)
    test.__name__, test.__module__ = function.__name__, function.__module__
    return test


OUTPUTS = [
    ("capture",), ("export",), ("export", "--format=sqlite"),
    ("export", "--format=heapsnapshot"), ("export", "--format=pprof"),
    ("report",), ("capture", "--redact"),
]


def refused(*args, word="symbolic link", **kw):
    done = pyheld_raw(*args, **kw)
    assert done.status == 3 and word.encode() in done.err, str(done)
    assert done.err.count(b"\n") == 1, done.err


@each_scene
def test_links_at_names_of_outputs(scene, target):
    for name in ("file", "none"):
        scene.plant(name, name)
        for words in OUTPUTS:
            refused(*words, "-o", scene.path(name), target.pid)
            scene.unharmed()


@each_scene
def test_links_in_the_middle(scene, target):
    scene.plant("folder", "")
    for words in OUTPUTS + [("export", "--format=csv"),
                            ("export", "--fleet")]:
        refused(*words, "-o", scene.path("folder/file"), target.pid)
        scene.unharmed()
    # Folders of tables.
    for words in ("--format=csv",), ("--fleet", "--tables=types"):
        refused("export", *words, "-o", scene.path("folder"), target.pid)
        scene.unharmed()
    os.mkdir(scene.path("tables"))
    scene.plant("tables/types", "")
    os.chown(scene.path("tables"), NOBODY, NOBODY)
    refused("export", "--fleet", "--tables=types", "-o", scene.path("tables"),
            target.pid)
    scene.plant("tables/types.csv", "file")
    refused("export", "--format=csv", "--tables=types", "-o",
            scene.path("tables"), target.pid)


@each_scene
def test_links_at_the_names_that_watch_chooses(scene, target):
    for n in range(1, 4):
        scene.plant("pyheld-%d-%d.pyheld" % (target.pid, n), "file")
    scene.plant("pyheld-%d-4.pyheld" % target.pid, "none")
    pyheld("watch", "--count=1", "--when=objects>1", target.pid,
           cwd=scene.shared)
    found = scene.path("pyheld-%d-5.pyheld" % target.pid)
    assert stat.S_IMODE(os.lstat(found).st_mode) == 0o600
    pyheld("summary", found)
    scene.plant("metrics.prom", "file")
    refused("watch", "--count=1", "--metrics=" + scene.path("metrics.prom"),
            target.pid)


@each_scene
def test_links_on_the_way_to_the_history(scene, target):
    """sudo -E, with a HOME of another user."""
    capture = os.path.join(os.path.dirname(scene.shared), "a.pyheld")
    pyheld("capture", "-o", capture, target.pid)
    home = scene.path("home")
    os.makedirs(home + "/.local")
    os.symlink(scene.victim, home + "/.local/state")
    for path in (home, home + "/.local", home + "/.local/state"):
        os.lchown(path, NOBODY, NOBODY)
    env = dict(os.environ, HOME=home)
    env.pop("XDG_STATE_HOME", None)
    # The prompt needs a terminal; script(1) makes one.
    subprocess.run(["script", "-qec", "%s sql -v %s" % (PYHELD, capture),
                    "/dev/null"], input=b"SELECT 1;\n.quit\n", env=env,
                   cwd=os.getcwd(), stdout=subprocess.DEVNULL, timeout=60,
                   check=False)
    scene.unharmed()


def lines_of(command):
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, check=True, timeout=60)
    assert done.stdout.count(b"\n") > 1000, (command, done.stdout[:300])


@each_scene
def test_fifo_of_another_user(scene, target):
    """Nobody waits for its reader, and nobody reads it."""
    os.mkfifo(scene.path("out"), 0o666)
    os.chown(scene.path("out"), NOBODY, NOBODY)
    refused("capture", "-o", scene.path("out"), target.pid, word="FIFO",
            timeout=20)
    # What everybody has of his own goes on working.
    own = os.path.join(scene.victim, "fifo")
    os.mkfifo(own)
    program = os.path.abspath(PYHELD)
    lines_of("cat %s & %s export -o %s %d; wait"
             % (own, program, own, target.pid))
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"):
        lines_of("%s export -o %s %d" % (program, name, target.pid))
        lines_of("%s export -o %s %d | cat" % (program, name, target.pid))
    os.unlink(own)
    lines_of("%s export -o >(cat) %d; wait $!" % (program, target.pid))


# As another user: exchange what is at the names, as fast as possible.
ATTACKER = """
import os, sys, itertools
shared, victim, user = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.setgid(user)
os.setuid(user)
os.chdir(shared)
os.mkdir("theirs")
os.symlink(victim, "link")
os.symlink(victim + "/file", "planted")
print("ready", flush=True)
while True:
    for do, names in ((os.rename, ("theirs", "moved")),
                      (os.rename, ("link", "theirs")),
                      (os.symlink, (victim + "/file", "out")),
                      (os.symlink, (victim + "/none", "tables")),
                      (os.rename, ("theirs", "link")),
                      (os.rename, ("moved", "theirs")),
                      (os.unlink, ("out",)), (os.unlink, ("tables",))):
        try:
            do(*names)
        except OSError:
            pass
"""


@limit(240)
def test_races():
    need_root()
    race()


@each_scene
def race(scene, target):
    with subprocess.Popen([sys.executable, "-c", ATTACKER, scene.shared,
                           scene.victim, str(NOBODY)],
                          stdout=subprocess.PIPE) as attacker:
        try:
            assert attacker.stdout.readline() == b"ready\n"
            ended = {}
            for n in range(18):
                words = [("export", "--format=csv", "--tables=types"),
                         ("export", "--format=sqlite"), ("capture",)][n % 3]
                place = "tables" if n % 3 == 0 else "out"
                if n % 2:
                    place = "theirs/" + place
                r = pyheld_raw(*words, "-o", scene.path(place), target.pid)
                assert r.status in (0, 3), str(r)
                assert r.err.count(b"\n") == bool(r.status), r.err
                ended[r.status] = ended.get(r.status, 0) + 1
                scene.unharmed()
            print("# written or refused:", ended)
        finally:
            attacker.kill()


def test_modes():
    """Only metrics, which another user collects, can be read by others."""
    with tempfile.TemporaryDirectory() as folder, \
            Target(pythons.system(), "odd.py", "plain") as target:
        for mask in (0, 0o022):
            before = os.umask(mask)
            try:
                for n, words in enumerate(OUTPUTS):
                    path = "%s/%o-%d" % (folder, mask, n)
                    pyheld(*words, "-o", path, target.pid)
                    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, words
                for words in ("--format=csv",), ("--fleet",):
                    path = "%s/%o%s" % (folder, mask, words[0])
                    pyheld("export", *words, "-o", path, target.pid)
                    assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
                    for found in glob.glob(path + "/**", recursive=True):
                        mode = os.stat(found).st_mode
                        assert not mode & 0o077, (found, mode)
                path = "%s/%o.prom" % (folder, mask)
                pyheld("watch", "--count=1", "--metrics=" + path, target.pid)
                assert stat.S_IMODE(os.stat(path).st_mode) == 0o644
            finally:
                os.umask(before)
