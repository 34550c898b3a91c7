# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld memory`: its lines add up, a capture and a core tell the same as the
process, and its findings are those of loads that have such a cause."""
import os
import re
import tempfile

import pythons
from harness import Target, each, limit, pyheld, unharmed, while_unchanged
from test_core import Directory, gcore, sysroot

# What a program without any problem must not be told to have.
ALARMING = {"pymalloc", "malloc", "mimalloc", "unowned", "unexplained",
            "damaged"}
# What differs between two looks at one process.
VARIES = {"stopped", "pause_ns", "copy_ns", "bytes_copied", "taken_at",
          "source"}


def memory(*args, **how):
    return pyheld("memory", "--json", *args, **how).json


def kinds(report):
    return {cause["kind"] for cause in report["causes"]}


def check_sums(report):
    lines = report["lines"]
    assert sum(x["bytes"] for x in lines) + report["unexplained"] \
        == report["resident"], report
    for kind, bytes in report["kinds"].items():
        assert sum(x["bytes"] for x in lines if x["kind"] == kind) == bytes
    assert len(report["findings"]) == len(report["causes"]), report
    assert len({(x["kind"], x["name"]) for x in lines}) > 10, lines


def rss(pid):
    """What the kernel says, in bytes."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        return int(re.search(r"^Rss: +(\d+) kB", f.read(), re.M)[1]) * 1024


def without(report):
    """Without what differs between two looks."""
    target = {k: v for k, v in report["target"].items() if k not in VARIES}
    return dict(report, target=target)


@limit(120)
@each(pythons.few)
def test_memory_adds_up(python):
    with Target(python, "memory_loads.py", "fragmented") as target, \
            Directory() as d:
        capture = d.file("capture")

        def look():
            pyheld("capture", target.pid, "-o", capture)
            return memory(target.pid)

        report, resident = while_unchanged(lambda: rss(target.pid), look)
        check_sums(report)
        assert abs(report["resident"] - resident) <= resident / 1000, \
            (report["resident"], resident)
        assert report["basis"] == "pagemap", report["basis"]
        assert without(memory(capture)) == without(report)
        # A capture of the capture, too.
        pyheld("capture", capture, "-o", d.file("again"))
        assert memory(d.file("again")) == memory(capture)
        unharmed(target)
        core, is_whole = gcore(target, d)
        if is_whole:
            report = memory(core, *sysroot(python))
            check_sums(report)
            assert report["basis"] == "core", report["basis"]


def without_figures(words):
    """The kernel takes pages away between two looks."""
    return re.sub(r"\d[\d.,]*", "N", words)


def report_on(python, load):
    with Target(python, "memory_loads.py", load) as target:
        report = memory(target.pid)
        words = without_figures(pyheld("memory", target.pid).out.decode())
    check_sums(report)
    for finding in report["findings"]:
        assert without_figures(finding)[:20] in words, (finding, words)
    return report


@each(pythons.oldest_and_newest)
def test_fragmentation_is_found(python):
    report = report_on(python, "kept_arenas")
    assert "pymalloc" in kinds(report), report["causes"]
    text, = [x for x in report["findings"] if "pymalloc" in x]
    # It names what keeps the arenas.
    assert re.search(r"less than an eighth full.* of type \w+.* at 0x", text), \
        text


@each(pythons.oldest_and_newest)
def test_native_leak_is_found(python):
    with Target(python, "memory_loads.py", "native_leak") as target:
        report = memory(target.pid)
        status = pyheld("memory", target.pid, "--fail-if=unowned>50M",
                        status=(1,))
        assert b"'unowned>50M'" in status.err, status.err
        bytes = target.facts["bytes"]
    cause, = [x for x in report["causes"] if x["kind"] == "unowned"]
    assert 0.99 * bytes < cause["bytes"] < 1.01 * bytes, (cause, bytes)
    assert 0.99 < cause["count"] / target.facts["blocks"] < 1.01, cause
    finding, = [x for x in report["findings"] if "native leak" in x]
    low, high = re.search(r"blocks of ([\d,]+) to ([\d,]+) bytes",
                          finding).groups()
    assert 500 <= int(low.replace(",", "")) < 700, finding
    assert 1300 < int(high.replace(",", "")) < 1600, finding
    assert not kinds(report) & (ALARMING - {"unowned"}), report["findings"]


@each(pythons.oldest_and_newest)
def test_nothing_alarming_in_a_clean_service(python):
    with Target(python, "clean.py", "rest") as target:
        report = memory(target.pid)
        words = pyheld("memory", target.pid).out.decode()
    check_sums(report)
    assert not kinds(report) & ALARMING, report["findings"]
    assert "Nothing stands out" in words or report["findings"], words


def test_threads_have_stacks_and_arenas():
    report = report_on(pythons.system(), "threads")
    stacks, = [x for x in report["lines"] if x["part"] == "stacks"]
    assert stacks["count"] == 9, stacks
    assert len(report["malloc"]) > 1, report["malloc"]
    assert not kinds(report) & ALARMING, report["findings"]


def test_growth_since_a_capture():
    """growing.py adds objects on demand: they are what grew."""
    with Target(pythons.newest(), "growing.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        older = os.path.join(folder, "older.pyheld")
        pyheld("capture", target.pid, "-o", older)
        target.ask({"add": 20000, "replace": 0})
        report = memory(target.pid, older)
        check_sums(report)
        grown = sum(x["bytes"] - x["old_bytes"] for x in report["growth"])
        more = report["resident"] - report["older"]["resident"]
        unexplained = report["unexplained"] - report["older"]["unexplained"]
        assert grown + unexplained == more, (grown, unexplained, more)
        assert more > 4 << 20, more
        first = report["growth"][0]
        assert first["kind"] == "objects", first
        assert first["count"] - first["old_count"] >= 20000, first
        words = pyheld("memory", target.pid, older).out.decode()
        assert words.startswith("resident memory grew by "), words
        words = pyheld("diff", older, target.pid).out.decode()
        assert "resident memory grew by " in words, words
