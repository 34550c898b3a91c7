# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger of loads that processes have in production: it adds up to what
the kernel says is resident, and says what the memory is.

The target is memory_loads.py.
"""
import pythons
from blocks import most
from harness import (CI, Skip, Target, each, limit, pyheld, unharmed,
                     wait_until_still, while_unchanged)
from test_core import Directory, gcore, sysroot

MB = 1 << 20

KINDS = {"objects", "raw", "unowned", "free", "overhead", "stack", "file",
         "shared", "other"}

# The ledger may differ from Rss by this share, and leave this share of it
# without an explanation.
MOST_OFF = 0.001
MOST_UNEXPLAINED = 0.01

# Bytes of blocks that seem to have no owner in a process that leaks none.
MOST_FALSE_ALARM = 300000


class Load(Target):
    """A memory_loads.py that stands still, and what the kernel says of it."""
    def __init__(self, python, load):
        # A thread's cache of malloc would make what is planted inexact.
        super().__init__(python, "memory_loads.py", load,
                         env={"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
                         if load == "stale" else {})
        if "missing" in self.facts:
            self.close()
            raise Missing(self.facts["missing"])
        wait_until_still(self)
        self.resident = None        # at the last look()

    def look(self, act):
        """What act() returns that looks at it."""
        found, self.resident = while_unchanged(lambda: resident(self.pid), act)
        return found

    def memory(self, *options):
        return self.look(
            lambda: pyheld("memory", "--json", *options, self.pid).json)


class Missing(Exception):
    pass


def resident(pid):
    """Bytes in memory, as the sum over all mappings says."""
    with open("/proc/%d/smaps" % pid) as f:
        return sum(int(line.split()[1]) * 1024 for line in f
                   if line.startswith("Rss:"))


def total(ledger, *kinds):
    return sum(line["bytes"] for line in ledger["lines"]
               if line["kind"] in kinds)


def show(ledger):
    for line in ledger["lines"]:
        if line["bytes"] < ledger["resident"] / 1000:
            continue
        print("  %-9s %12d %8d %s" % (line["kind"], line["bytes"],
                                      line["count"], line["name"]))
    for finding in ledger["findings"]:
        print("  finding:", finding)


def check_sums(load, ledger, what):
    assert {line["kind"] for line in ledger["lines"]} <= KINDS
    unexplained = ledger["unexplained"]
    print("# %s: %d kB resident, ledger off by %d kB, %.3f %% unexplained"
          % (what, load.resident >> 10,
             ledger["resident"] - load.resident >> 10,
             100 * unexplained / load.resident))
    show(ledger)
    assert total(ledger, *KINDS) + unexplained == ledger["resident"]
    assert abs(ledger["resident"] - load.resident) <= \
        MOST_OFF * load.resident, (ledger["resident"], load.resident)
    assert -MOST_OFF * load.resident <= unexplained <= \
        MOST_UNEXPLAINED * load.resident, unexplained


def check_no_alarm(ledger):
    assert total(ledger, "unowned") < MOST_FALSE_ALARM, \
        total(ledger, "unowned")


def run(python, name, check=check_no_alarm):
    """Check the sums of a load, and with check(ledger) what it is."""
    with Load(python, name) as load:
        ledger = load.memory()
        check_sums(load, ledger, "%s %s" % (python.label, name))
        check(ledger)
        unharmed(load)


def run_where_possible(name):
    """The load needs a package: run it with each Python that has it.  With
    CI=true at least one must have it."""
    done, why = 0, ""
    for python in pythons.supported():
        if python.root:
            continue
        try:
            run(python, name)
            done += 1
        except Missing as e:
            why = str(e)
    if not done and not CI:
        raise Skip(why)
    assert done, why


@each(pythons.few)
def test_bare(python):
    run(python, "bare")


def test_flask():
    run_where_possible("flask")


def test_pandas():
    run_where_possible("pandas")


def test_lxml():
    run_where_possible("lxml")


def test_pil():
    run_where_possible("pil")


def test_matplotlib():
    run_where_possible("matplotlib")


def part(ledger, *names):
    return sum(line["bytes"] for line in ledger["lines"]
               if line["part"] in names)


def near(a, b, share, least=0):
    """Do two sums differ by at most this share, or this many bytes?"""
    return abs(a - b) <= max(share * max(a, b), least)


def causes(ledger, kind):
    return [c for c in ledger["causes"] if c["kind"] == kind]


@each(pythons.few)
def test_fragmented(python):
    """What is free in the allocators is what these say themselves, but for
    the pages of it that are not in memory."""
    with Load(python, "fragmented") as load:
        ledger = load.memory()
        check_sums(load, ledger, "%s fragmented" % python.label)
        check_no_alarm(ledger)
        stats, info = load.facts["pymalloc"], load.facts["mallinfo"]
        if stats:
            # All of a used pool was written to once.
            blocks = part(ledger, "free-blocks")
            assert near(blocks, stats["blocks"], 0.01), (blocks, stats)
            pools = part(ledger, "free-pools", "free-arenas")
            assert pools <= 1.01 * stats["pools"], (pools, stats)
            free = part(ledger, "free-chunks", "free-top", "free-caches")
            assert near(free, info["fordblks"], 0.05, MB), (free, info)
            assert free <= info["fordblks"] + 0.5 * MB, (free, info)
        assert total(ledger, "free") > 0.4 * load.resident
        allocator = "pymalloc" if stats else "mimalloc"
        assert causes(ledger, allocator), ledger["findings"]
        unharmed(load)


@each(lambda: [p for p in pythons.some() if not p.free_threaded])
def test_keepers_of_arenas(python):
    """An arena with one block is kept by the object that the load has kept."""
    with Load(python, "kept_arenas") as load:
        ledger = load.memory()
        check_sums(load, ledger, "%s kept_arenas" % python.label)
        kept = {"0x%x" % o for o in load.facts["keepers"]}
        alone = [a for a in ledger["arenas"] if a["blocks"] == 1]
        right = [a for a in alone if a["keeper"] and
                 a["keeper"]["address"] in kept]
        print("# %d objects kept, %d arenas with 1 block, %d of them theirs"
              % (len(kept), len(alone), len(right)))
        assert len(alone) >= len(kept) / 2, len(alone)
        assert right == alone, [a for a in alone if a not in right]
        assert causes(ledger, "pymalloc"), ledger["findings"]
        unharmed(load)


@each(pythons.few)
def test_native_leak(python):
    """Blocks that nothing points to any longer are named as such."""
    with Load(python, "native_leak") as load:
        ledger = load.memory()
        check_sums(load, ledger, "%s native_leak" % python.label)
        blocks = sum(line["count"] for line in ledger["lines"]
                     if line["kind"] == "unowned")
        found, leaked = total(ledger, "unowned"), load.facts["bytes"]
        print("# %d of %d blocks, %d of %d bytes"
              % (blocks, load.facts["blocks"], found, leaked))
        assert blocks >= 0.99 * load.facts["blocks"]
        assert 0.99 * leaked <= found <= leaked + MOST_FALSE_ALARM
        assert causes(ledger, "unowned"), ledger["findings"]
        unharmed(load)


def retained(where, fact):
    found = pyheld("retained", "--json", "--depth=0", where,
                   "--address=0x%x" % fact["address"]).json
    line, = found["lines"]
    return line["retained"]["bytes"]


@limit(200)
@each(pythons.few)
def test_stale_addresses(python):
    """Integers that are addresses own nothing, whoever holds them."""
    with Load(python, "stale") as load, Directory() as d:
        ledger = load.memory()
        check_sums(load, ledger, "%s stale" % python.label)
        check_no_alarm(ledger)
        capture = d.file("capture")
        pyheld("capture", "-o", capture, load.pid)
        wrong = []
        for name, fact in load.facts["planted"].items():
            has = retained(capture, fact)
            print("%-26s retains %d, malloc gave %d"
                  % (name, has, fact["malloc"]))
            # The objects themselves are in it, too.  What is known where
            # blocks are mimalloc's is what was asked for.
            gave = max(fact["malloc"], fact["asked"])
            if not gave * 0.99 <= has <= gave * (
                    1.25 if python.free_threaded else 1.1):
                wrong.append("%s: %d of %d" % (name, has, gave))
        for name, fact in load.facts["holders"].items():
            has = retained(capture, fact)
            print("%-26s retains %d of at most %d"
                  % (name, has, fact["most"]))
            if has > 4096 + (most(fact["most"], "mimalloc")
                             if python.free_threaded
                             else 1.02 * fact["most"]):
                wrong.append("%s: %d, not %d" % (name, has, fact["most"]))
        assert not wrong, wrong
        unharmed(load)


@each(pythons.few)
def test_threads(python):
    run(python, "threads")


def lines_of(ledger):
    return sorted((line["part"], line["name"], line["bytes"], line["count"])
                  for line in ledger["lines"])


@each(pythons.few)
def test_captures_have_the_ledger(python):
    with Load(python, "threads") as load, Directory() as d:
        capture = d.file("capture")

        def both():
            pyheld("capture", "-o", capture, load.pid)
            return pyheld("memory", "--json", load.pid).json
        live = load.look(both)
        kept = pyheld("memory", "--json", capture).json
        assert lines_of(live) == lines_of(kept)
        for name in ("resident", "unexplained", "swapped", "findings",
                     "causes", "unowned", "malloc", "arenas", "guessed"):
            assert live[name] == kept[name], name


@limit(200)
@each(pythons.few)
def test_cores_have_a_ledger(python):
    """A core has what is not all zeros.  What pyheld knows of it adds up to
    that, and the blocks are those of the live process."""
    with Load(python, "threads") as load, Directory() as d:
        live = load.memory()
        core, is_whole = gcore(load, d)
        if not is_whole:
            print("# %s: gdb's core is not whole" % python.label)
            return
        dead = pyheld("memory", "--json", *sysroot(python), core).json
        show(dead)
        assert dead["basis"] == "core"
        assert total(dead, *KINDS) + dead["unexplained"] == dead["resident"]
        assert abs(dead["unexplained"]) <= \
            MOST_UNEXPLAINED * dead["resident"], dead["unexplained"]
        for kind in "objects", "raw":
            count = [sum(line["count"] for line in ledger["lines"]
                         if line["kind"] == kind) for ledger in (live, dead)]
            assert near(*count, 0.001), (kind, count)
