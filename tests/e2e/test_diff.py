# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld diff` agrees with what the target states: objects that came and went,
containers that grew; limits, other processes, colour."""
import json
import os
import re
import tempfile
import time

import pythons
from harness import Target, each, expect_error, limit, pyheld, pyheld_raw, text


class Growing:
    """A target that grows, and captures of it; leaving `with` removes both."""
    def __init__(self, python):
        self.target = Target(python, "growing.py")
        self.folder = tempfile.TemporaryDirectory()
        self.facts = []
        self.files = []
        self.capture(self.target.facts)

    def capture(self, facts):
        path = os.path.join(self.folder.name, "%d.pyheld" % len(self.files))
        pyheld("capture", self.target.pid, "-o", path)
        self.facts.append(facts)
        self.files.append(path)

    def change(self, add, replace, collect=True):
        self.capture(self.target.ask({"add": add, "replace": replace,
                                      "collect": collect}))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.target.close()
        self.folder.cleanup()


def type_row(out, name):
    rows = [r for r in out["types"] if r["type"] == name]
    assert len(rows) == 1, rows
    return rows[0]


def holder(out, name):
    rows = [r for r in out["holders"] if r["name"] == "__main__." + name]
    assert len(rows) == 1, (name, [r["name"] for r in out["holders"]][:30])
    return rows[0]


def check_sessions(old, new, row):
    """An object is known by its serial number, since most addresses are used
    again."""
    stayed = sum(old.get(a) == serial for a, serial in new.items())
    assert row["counts"] == [len(old), len(new)], row
    want = len(new) - stayed, len(old) - stayed
    got = row["came"]["count"], row["went"]["count"]
    reused = len(set(old) & set(new)) - stayed
    print("# came %d, went %d, of those at a used address %d; diff says %d"
          " and %d" % (*want, reused, *got))
    # An object at the address of an equal one goes unnoticed.
    assert abs(want[0] - got[0]) <= want[0] // 50, (want, got)
    assert want[0] - got[0] == want[1] - got[1], (want, got)
    assert row["stayed"] == len(new) - got[0], row


def check_totals(out):
    """The rows of types add up to the totals."""
    for i, target in enumerate(out["targets"]):
        assert target["objects"] == sum(r["counts"][i] for r in out["types"])
        assert target["bytes"] == sum(r["bytes"][i] for r in out["types"])
    for key in ("came", "went"):
        for what in ("count", "bytes"):
            assert out[key][what] == sum(r[key][what] for r in out["types"])
    assert out["stayed"] == sum(r["stayed"] for r in out["types"])


def check_retained(files, row):
    """It is what `retained` says of the holder in each capture."""
    if row["retained"] is None:
        return
    addresses = row["old_address"], row["address"]
    for file, address, want in zip(files, addresses, row["retained"]):
        if address is None:
            assert want is None, row
            continue
        one = pyheld("retained", "--json", "--depth=0", file, address).json
        assert one["lines"][0]["retained"] == want, (row, one["lines"])


@limit(240)
@each(pythons.one_each)
def test_growth_agrees_with_the_target(python):
    with Growing(python) as g:
        g.change(500, 1500)
        old, new = g.facts
        out = pyheld("diff", "--json", *g.files).json
        assert out["same_process"] and out["same_python"]
        check_totals(out)
        check_sessions(old["sessions"], new["sessions"],
                       type_row(out, "__main__.Session"))
        for name, length in new["lengths"].items():
            if name == "CACHE":
                continue
            row = holder(out, name)
            assert row["entries"] == [old["lengths"][name], length], row
            assert row["bytes"] > 0, row
        # What grew most comes first; a cache with new contents did not grow.
        assert out["holders"][0]["name"] == "__main__.SESSIONS", out["holders"]
        for row in out["holders"]:
            if row["name"] == "__main__.CACHE":
                assert row["objects"] == 0 and row["bytes"] < 10000, row
        for row in out["holders"][:5]:
            check_retained(g.files, row)
        shown = text(pyheld("diff", *g.files).out)
        line = (r"^resident \S+ MiB -> \S+ MiB \([^)]+\); (of the holders, )?"
                r"most grew in __main__\.SESSIONS: \+\S+ .iB$")
        assert re.search(line, shown, re.M), shown
        assert "__main__.SESSIONS grew from 3,000 to 3,500 entries" in shown
        assert "__main__.SERVICE.latest grew from 1 to 501 entries" in shown


@limit(240)
@each(pythons.one_each)
def test_turnover_is_no_growth(python):
    """A dict whose entries were all replaced is the same dict: it has grown by
    its table alone, if at all.  A list that was replaced by another of the same
    size has not grown."""
    with Growing(python) as g:
        g.change(0, 3000)
        old, new = g.facts
        assert not set(old["sessions"].values()) & \
            set(new["sessions"].values())
        out = pyheld("diff", "--json", *g.files).json
        for row in out["holders"]:
            if row["name"] == "__main__.CACHE":
                # Its strings are a little longer.
                assert row["objects"] == 0 and row["bytes"] < 10000, row
            if row["name"] == "__main__.SESSIONS":
                assert row["address"] == row["old_address"], row
                assert row["entries"] == [3000, 3000], row
                now, then = row["retained"][1], row["retained"][0]
                assert row["bytes"] <= now["bytes"] - then["bytes"], row
        row = type_row(out, "__main__.Session")
        assert row["came"]["count"] > 2900 < row["went"]["count"], row
        shown = text(pyheld("diff", *g.files).out)
        assert "SESSIONS was replaced" not in shown, shown


def test_capture_against_the_live_process():
    with Growing(pythons.newest()) as g:
        g.target.ask({"add": 100, "replace": 0})
        out = pyheld("diff", "--json", g.files[0], g.target.pid).json
        assert out["same_process"]
        assert holder(out, "SESSIONS")["entries"] == [3000, 3100]
        # The process is named once, to leave room for the times.
        shown = pyheld("diff", g.files[0], g.target.pid).out
        assert shown.count(b"PID %d on " % g.target.pid) == 1, shown
        # The other order is turned round.
        time.sleep(1.1)         # captures record whole seconds
        done = pyheld("diff", "--json", g.target.pid, g.files[0])
        assert done.json["reordered"] and not out["reordered"], done
        assert type_row(done.json, "__main__.Session")["counts"] == \
            [3000, 3100]
        shown = pyheld("diff", g.target.pid, g.files[0]).out
        assert b"were not given in this order: they are sorted by time" in \
            shown, shown


def test_growth_in_every_step_is_no_peak():
    with Growing(pythons.system()) as g:
        g.change(400, 100)
        time.sleep(1.1)         # captures record whole seconds
        g.change(100, 100)
        g.change(10, 0)
        names = [g.files[i] for i in (0, 1, 2, 3)]
        out = pyheld("diff", "--json", *names).json
        row = type_row(out, "__main__.Session")
        lengths = [f["lengths"]["SESSIONS"] for f in g.facts]
        assert row["counts"] == lengths, row
        assert row["grew_in_every_step"], row
        assert holder(out, "SESSIONS")["entries"] == lengths
        assert holder(out, "SESSIONS")["grew_in_every_step"]
        assert not type_row(out, "__main__.Service")["grew_in_every_step"]
        assert not type_row(out, "__main__.Peak")["grew_in_every_step"]
        peak = holder(out, "PEAK")
        assert peak["entries"] == [f["lengths"]["PEAK"] for f in g.facts]
        assert not peak["grew_in_every_step"], peak
        shown = text(pyheld("diff", *names).out)
        series = " -> ".join("{:,}".format(n) for n in lengths)
        assert "__main__.SESSIONS: %s entries" % series in shown, shown
        assert "__main__.PEAK" not in shown, shown
        # A wrong order is turned round.  Two of one second stay as given.
        assert pyheld("diff", "--json", names[2], names[3], names[0],
                      names[1]).json == dict(out, reordered=True)


def test_captures_of_two_processes():
    """Types and holders are matched by name, and the report says so."""
    with Growing(pythons.system()) as a, Growing(pythons.newest()) as b:
        b.change(300, 0)
        done = pyheld("diff", a.files[0], b.files[1])
        shown = text(done.out)
        for target in (a.target, b.target):
            assert "PID %d on " % target.pid in shown, shown
        assert "not the same process nor the same Python" in shown, shown
        assert "__main__.SESSIONS grew from 3,000 to 3,300 entries" in shown
        out = pyheld("diff", "--json", a.files[0], b.files[1]).json
        assert not out["same_process"] and not out["same_python"]
        assert out["came"] == {"count": None, "bytes": None}
        assert out["stayed"] is None
        assert type_row(out, "__main__.Session")["counts"] == [3000, 3300]
        for name in ("SESSIONS", "SERVICE.handlers", "SERVICE.table",
                     "Registry.names", "QUEUE"):
            row = holder(out, name)
            assert row["entries"] == [a.facts[0]["lengths"][name],
                                      b.facts[1]["lengths"][name]], row
        with Growing(pythons.system()) as c:
            done = pyheld("diff", a.files[0], c.files[0])
            assert b"not the same process:" in done.out, done


def test_type_filter_and_sort_orders():
    with Growing(pythons.newest()) as g:
        g.change(100, 200)
        out = pyheld("diff", "--json", "--type=*.Session", *g.files).json
        assert [r["type"] for r in out["types"]] == ["__main__.Session"]
        row = holder(out, "SESSIONS")
        assert row["came"]["count"] == 300 and row["objects"] == 100, row
        assert len(out["holders"]) == 1, out["holders"]
        expect_error("diff", "--type=nothing.here", *g.files,
                     words=["nothing.here"])
        for sort, key in (
                ("bytes", lambda r: -(r["bytes"][1] - r["bytes"][0])),
                ("count", lambda r: -(r["counts"][1] - r["counts"][0])),
                ("came", lambda r: -r["came"]["count"]),
                ("name", lambda r: r["type"].encode())):
            rows = pyheld("diff", "--json", "--sort=" + sort,
                          *g.files).json["types"]
            keys = [key(r) for r in rows]
            assert keys == sorted(keys), sort
        rows = text(pyheld("diff", "--no-header", "--limit=0",
                           *g.files).out).splitlines()
        for line in rows:
            assert re.fullmatch(r" *[-+0-9,]+ +[-+0-9,]+ +\S+ \S+ +[\d,]+ +"
                                r"[\d,]+ +[\d,]+ +\S.*", line), line
        one = text(pyheld("diff", "--no-header", "--limit=1", *g.files).out)
        assert one.count("\n") == 1, one


def check_limits(args, crossed, *words):
    """One limit: is it crossed, and what is printed then?"""
    done = pyheld_raw(*args)
    assert done.status == int(crossed), done
    assert done.out, done
    lines = text(done.err).splitlines()
    assert len(lines) == int(crossed), done
    for word in words:
        assert word in lines[0], done


def test_fail_if_limits():
    with Growing(pythons.newest()) as g:
        g.change(1000, 500)
        diff = ["diff", *g.files, "--fail-if"]
        check_limits([*diff, "type:__main__.Session count>4000"], False)
        check_limits([*diff, "type:__main__.Session count>3999"], True,
                     "pyheld: limit 'type:__main__.Session count>3999' is"
                     " crossed: count is 4,000: 1 more than the limit")
        check_limits([*diff, "type:Session count>33.4%"], False)
        check_limits([*diff, "type:Session count>33%"], True,
                     "grew by 33.3%, from 3,000 to 4,000")
        check_limits([*diff, "objects>+1M"], False)
        check_limits([*diff, "objects>+1k"], True, "objects grew by")
        check_limits([*diff, "bytes>10%"], True, "bytes grew by")
        check_limits([*diff, "rss>1T"], False)
        check_limits([*diff, "uncollectable>0"], False)
        check_limits([*diff, "type:no.such count>0"], False)
        summary = ["summary", g.files[1], "--fail-if"]
        check_limits([*summary, "type:Session count>4k"], False)
        check_limits([*summary, "type:Session count>3k"], True)
        check_limits([*summary, "garbage>1M"], False)
        # All crossed limits are printed, after the report.
        done = pyheld_raw("diff", "--json", *g.files, "--fail-if=objects>1",
                          "--fail-if=objects>1T", "--fail-if=bytes>1")
        assert done.status == 1, done
        assert [x["crossed"] for x in done.json["limits"]] == \
            [True, False, True]
        assert text(done.err).count("is crossed") == 2, done


def test_usage_errors():
    for args in (["diff"], ["diff", "1"], ["diff", "1", "2", "--sort=x"],
                 ["diff", "1", "2", "--fail-if=x"],
                 ["diff", "1", "2", "--fail-if=bytes>"],
                 ["diff", "1", "2", "--fail-if=type:x>1"],
                 ["summary", "1", "--fail-if=bytes>10%"],
                 ["summary", "1", "--fail-if=bytes>+1"],
                 ["summary", "1", "--color=blue"]):
        done = pyheld_raw(*args)
        assert done.status == 2 and not done.out, done
    expect_error("diff", "/nonexistent.pyheld", "/nonexistent", words=["No"])


def test_color_changes_no_text():
    with Growing(pythons.newest()) as g:
        g.change(10, 0)
        address = next(iter(g.facts[0]["sessions"]))
        plain = dict(os.environ, TERM="xterm")
        for args in (["diff", *g.files], ["summary", g.files[0]],
                     ["chain", g.files[0], "--type=__main__.Service"],
                     ["object", g.files[0], hex(int(address))],
                     ["cycles", g.files[0]]):
            none = pyheld(*args, env=plain).out
            assert b"\033" not in none, args
            assert pyheld(*args, "--color=never").out == none, args
            colored = pyheld(*args, "--color=always",
                             env=dict(plain, NO_COLOR="1")).out
            assert b"\033[1m" in colored, args
            # Without the escapes it is the same text.
            assert re.sub(rb"\033\[\d*m", b"", colored) == none, args
        red = pyheld("diff", *g.files, "--color=always").out
        assert b"\033[31m__main__.SESSIONS\033[0m grew" in red, red
        data = pyheld("diff", "--json", "--color=always", *g.files)
        assert b"\033" not in data.out and json.loads(data.out)
