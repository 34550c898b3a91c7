"""The reader of captures survives whatever a file may hold: for a moment, and
for a minute where CI says that a run must be whole."""
import glob
import os
import subprocess
import tempfile

from harness import CI, PYHELD, Skip, limit, text

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@limit(180)
def test_captures():
    build = os.path.dirname(os.path.dirname(os.path.abspath(PYHELD)))
    program = os.path.join(build, "tests", "fuzz", "fuzz-capture")
    if not os.path.exists(program):
        raise Skip("there is no %s: make check builds it" % program)
    corpus = sorted(glob.glob(os.path.join(TESTS, "fuzz", "corpus", "*")))
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, "-seconds=%d" % (60 if CI else 5), *corpus],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder)
        out = text(done.stdout)
        if done.returncode:
            kept = os.path.join(folder, "fuzz-capture.input")
            with open(kept, "rb") as f:
                out += "\nthe input:\n" + f.read().hex()
        assert not done.returncode, out[-200000:]
    print("# " + out.strip())
