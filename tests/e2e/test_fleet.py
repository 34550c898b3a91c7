# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld export --fleet`: captures of many processes as one table, which
DuckDB reads; what it answers is held against what the processes say."""
import csv
import glob
import json
import os
import re
import socket
import stat
import subprocess
import tempfile
import time
import urllib.parse

import pythons
from harness import PYHELD, Skip, Target, each, expect_error, limit, \
    next_second, npm_modules, pyheld, pyheld_raw, text

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

# Names of machines that would lead out of the folder or into another one, or
# mean something in a path, a pattern, a URL or SQL.
HOSTS = ["web1", "web2", "web3", "web4", "db/1", "..", "a=b", "%2F", "x'y\"z",
         "été", "q?*[1]{2}", "a b", "back\\slash", "d:e", "#7", "x.y-z_0",
         "1e5", "007", "very-" + "long-" * 11, "日本"]

# Grows what it is told to, and says how many there are and what one takes.
PROGRAM = """
import sys
class Session:
    __slots__ = ("user",)
class Row:
    __slots__ = ("a", "b")
classes = {"Session": Session, "Row": Row}
kept = []
print("ready", flush=True)
for line in sys.stdin:
    name, nr = line.split()
    kept.append([classes[name]() for _ in range(int(nr))])
    print(sum(type(y).__name__ == name for x in kept for y in x),
          sys.getsizeof(classes[name]()), flush=True)
"""

DUCKDB = """
const {DuckDBInstance} = require('@duckdb/node-api');
(async () => {
    const db = await (await DuckDBInstance.create(':memory:')).connect();
    for (const query of JSON.parse(require('fs').readFileSync(0))) {
        const r = await db.runAndReadAll(query);
        const types = r.columnTypes().map(t => String(t));
        console.log(JSON.stringify({rows: r.getRowObjectsJson(), types:
            Object.fromEntries(r.columnNames().map((n, i) => [n, types[i]]))}));
    }
})().catch(e => { console.error(e.message); process.exit(1); });
"""


def duckdb(folder, *queries):
    """What DuckDB says to each: its rows and the types of its columns."""
    done = subprocess.run(
        ["node", "-e", DUCKDB], cwd=folder, input=json.dumps(queries),
        capture_output=True, text=True, timeout=100, check=False,
        env=dict(os.environ, NODE_PATH=npm_modules()))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def readme_query():
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as f:
        found = re.findall(r"```sql\n(SELECT.*?)```", f.read(), re.S)
    assert len(found) == 1, found
    return found[0]


# --- processes on hosts ---

class Service:
    """A process, as if it ran on the host `name`."""

    def __init__(self, name, release):
        self.name, self.release = name, release
        self.child = subprocess.Popen(
            pythons.system().argv("-I", "-S", "-c", PROGRAM), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.child.stdout.readline() == "ready\n"

    def grow(self, name, nr):
        """Returns how many there are, and the bytes of one."""
        print(name, nr, file=self.child.stdin, flush=True)
        return tuple(int(x) for x in self.child.stdout.readline().split())

    def capture(self, path):
        """From a machine that has that name: its own UTS namespace."""
        subprocess.run(
            ["unshare", "--uts", "sh", "-c",
             'printf %s "$1" >/proc/sys/kernel/hostname && shift && exec "$@"',
             "sh", self.name, PYHELD, "capture", "--no-compress",
             "--label=release=" + self.release, str(self.child.pid), "-o",
             path], check=True)

    def close(self):
        self.child.stdin.close()
        self.child.wait()
        self.child.stdout.close()


def run_release(release, folder, leaks, rounds, captures):
    """All hosts run a release for a while.  Returns, by type and host, what it
    grew from the first to the last capture: objects and bytes."""
    services = [Service(name, release) for name in HOSTS]
    grown = {}
    try:
        for nr in range(rounds):
            for i, s in enumerate(services):
                for kind, hosts in leaks.items():
                    count, size = s.grow(kind, 1000 if s.name in hosts else 0)
                    first = grown.setdefault((kind, s.name), [count, 0, 0])
                    first[1:] = count - first[0], (count - first[0]) * size
                path = os.path.join(folder, "%s-%d-%d.pyheld" %
                                    (release, i, nr))
                s.capture(path)
                captures.append(path)
            next_second()
    finally:
        for s in services:
            s.close()
    return {key: tuple(v[1:]) for key, v in grown.items()}


def capture_fleet(folder):
    """200 captures, and what the processes say: by release, type and host."""
    if os.geteuid():
        raise Skip("a machine gets another name from root alone")
    captures, truth = [], {}
    rows = {"Row": HOSTS[:4]}
    for release, leaks in (
            ("1.9", {"Session": [], **rows}),
            ("1.10", {"Session": HOSTS[2:12], **rows})):
        truth[release] = run_release(release, folder, leaks, 5, captures)
    assert len(captures) == 200
    return captures, truth


def check_answer(rows, truth):
    """The README's query: no type grew else, and these from when, where."""
    found = {r["type"]: r for r in rows}
    assert set(found) == {"__main__.Row", "__main__.Session"}, found
    for kind, since in (("Row", "1.9"), ("Session", "1.10")):
        row = found["__main__." + kind]
        hosts = {h for by_host in truth.values()
                 for (k, h), (n, _) in by_host.items() if k == kind and n}
        assert row["since"] == since, row
        assert row["hosts"] == sorted(hosts, key=lambda h: h.encode()), row


def check_growth(rows, truth):
    """By release, type and host: how many, and their sizes."""
    found = {(r["release"], r["name"].rpartition(".")[2], r["hostname"]):
             (int(r["n"]), int(r["size"])) for r in rows}
    stated = {(release, kind, host): value
              for release, by in truth.items()
              for (kind, host), value in by.items() if value[0]}
    assert len(stated) == 18, stated
    assert found == stated, (found, stated)


GROWTH = """
SELECT labels->>'release' AS release, name, hostname,
       sum(if(taken_at = ended, count, -count)) AS n,
       sum(if(taken_at = ended, size, -size)) AS size
FROM (SELECT *, min(taken_at) OVER p AS began, max(taken_at) OVER p AS ended
      FROM %s WINDOW p AS (PARTITION BY process))
WHERE taken_at IN (began, ended) AND name LIKE '\\_\\_main\\_\\_.%%' ESCAPE '\\'
      AND name NOT LIKE '%%.type'
GROUP BY ALL HAVING n > 0
"""


def check_types(columns):
    """What DuckDB takes the columns for."""
    want = {"hostname": "VARCHAR", "pid": "BIGINT", "process": "VARCHAR",
            "labels": "VARCHAR", "capture": "VARCHAR", "count": "BIGINT",
            "size": "BIGINT", "bytes": "BIGINT", "name": "VARCHAR",
            "host": "VARCHAR", "date": "DATE"}
    assert {n: columns[n] for n in want} == want, columns
    for name in ("start_time", "taken_at"):
        assert columns[name].startswith("TIMESTAMP"), columns


def check_paths(folder, extension):
    """Nothing lies elsewhere, and only the user can read it."""
    hosts = set()
    for top, folders, files in os.walk(folder):
        for name in folders:
            path = os.path.join(top, name)
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o700, path
        for name in files:
            path = os.path.join(top, name)
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path
            table, host, date, file = os.path.relpath(
                path, folder).split(os.sep)
            assert table == "types" and file.endswith(extension), path
            assert re.fullmatch(r"date=\d{4}-\d\d-\d\d", date), path
            assert host.startswith("host="), path
            hosts.add(urllib.parse.unquote(host[5:]))
    assert hosts == set(HOSTS), hosts


@limit(600)
def test_one_query_over_200_captures():
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        captures, truth = capture_fleet(folder)
        taken = time.time()
        pyheld("export", "--fleet", "--tables=types", "-o",
               os.path.join(folder, "fleet"), *captures)
        exported = time.time()
        # In a loop, one after the other, it is the same.
        tree = os.path.join(folder, "csv")
        for i in range(0, len(captures), 50):
            pyheld("export", "--fleet", "--tables=types", "--format=csv",
                   "-o", tree, *captures[i:i + 50])
        check_paths(os.path.join(folder, "fleet"), ".jsonl")
        check_paths(tree, ".csv")
        assert len(glob.glob(tree + "/types/*/*/*.csv")) == 200
        jsonl = "read_json('fleet/types/*/*/*.jsonl', hive_partitioning=true)"
        table = "read_csv('csv/types/*/*/*.csv', hive_partitioning=true," \
                " types={'hostname': 'VARCHAR'}, hive_types={'host': VARCHAR})"
        answers = duckdb(
            folder, readme_query(), GROWTH % jsonl, GROWTH % table,
            *("SELECT * FROM %s LIMIT 1" % x for x in (jsonl, table)),
            *("SELECT count(*) AS n, count(DISTINCT process) AS processes,"
              " count(DISTINCT capture) AS captures, count(DISTINCT hostname)"
              " AS hosts, count(*) FILTER (hostname <> host) AS wrong,"
              " min(taken_at - start_time) >= INTERVAL 0 SECOND AS after,"
              " count(*) FILTER (CAST(taken_at AS DATE) <> date) AS other_day"
              " FROM %s" % x for x in (jsonl, table)))
        print("# 200 captures in %.1f s, exported in %.1f s" %
              (taken - began, exported - taken))
        check_answer(answers[0]["rows"], truth)
        check_growth(answers[1]["rows"], truth)
        check_growth(answers[2]["rows"], truth)
        check_types(answers[3]["types"])
        check_types(answers[4]["types"])
        for a in answers[5:]:
            row = a["rows"][0]
            assert row["processes"] == str(2 * len(HOSTS)), row
            assert row["captures"] == "200" and row["wrong"] == "0", row
            assert row["hosts"] == str(len(HOSTS)), row
            assert row["after"] and row["other_day"] == "0", row
        assert answers[5]["rows"] == answers[6]["rows"]


# --- one capture ---

def rows_of(folder, table):
    """The rows of a table that was written as JSON lines."""
    ret = []
    for path in glob.glob(os.path.join(glob.escape(folder), table, "host=*",
                                       "date=*", "*.jsonl")):
        with open(path, encoding="utf-8") as f:
            ret += [json.loads(line) for line in f]
    return ret


@each(pythons.oldest_and_newest)
def test_tables_are_those_of_sql(python):
    """With what the process is in front, in both formats."""
    with Target(python, "app.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "c.pyheld")
        pyheld("capture", "--label=release=1.4.2", "--label=k=", "-o", capture,
               target.pid)
        tables = {x: os.path.join(folder, x) for x in ("jsonl", "csv")}
        for style, tree in tables.items():
            # The later label of a key is what counts.
            pyheld("export", "--fleet", "--format=" + style, "-o", tree,
                   "--label=release=1.4.3", capture)
        names = {os.path.basename(x) for x in glob.glob(
            tables["jsonl"] + "/*")}
        plain = os.path.join(folder, "plain")
        pyheld("export", "--format=csv", "-o", plain, capture)
        assert {x + ".csv" for x in names} == set(os.listdir(plain))
        for name in sorted(names):
            check_table(name, tables, capture, target)


def check_table(name, tables, capture, target):
    front = ["hostname", "pid", "process", "start_time", "taken_at", "labels",
             "capture"]
    rows = rows_of(tables["jsonl"], name)
    path, = glob.glob(os.path.join(tables["csv"], name, "*", "*", "*.csv"))
    with open(path, encoding="utf-8", newline="") as f:
        header, *lines = csv.reader(f)
    stated = pyheld("sql", "--json", capture, "SELECT * FROM " + name).json
    assert header[:len(front)] == front and len(set(header)) == len(header)
    assert "host" not in header and "date" not in header, header
    assert len(rows) == len(lines) == len(stated), name
    for row, line, want in zip(rows, lines, stated):
        assert list(row) == header, (row, header)
        assert [row["hostname"], row["pid"]] == [socket.gethostname(),
                                                 target.pid], row
        assert json.loads(row["labels"]) == {"release": "1.4.3", "k": ""}, row
        assert re.fullmatch(r"p[0-9a-f]{16}", row["process"]), row
        assert re.fullmatch(r"c[0-9a-f]{16}", row["capture"]), row
        for key, value in want.items():
            if key not in front and key != "host":
                assert row[key] == value, (name, key, row, want)
        for key, value in zip(header, line):
            if not isinstance(row[key], float):
                assert value == ("" if row[key] is None else str(row[key]))


def test_the_same_capture_has_one_file():
    """However often it is exported; a redacted copy has other rows, and the
    process itself is another capture each time."""
    with Target(pythons.system(), "app.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture, redacted, tree = (os.path.join(folder, x) for x in
                                   ("c.pyheld", "r.pyheld", "tree"))
        pyheld("capture", "-o", capture, target.pid)
        pyheld("capture", "--redact", "-o", redacted, capture)
        for source in (capture, redacted, capture, redacted):
            pyheld("export", "--fleet", "--tables=captures", "-o", tree,
                   source)
        rows = rows_of(tree, "captures")
        assert {r["name"] for r in rows} == {capture, redacted}, rows
        assert len({r["capture"] for r in rows}) == len(rows) == 2, rows
        pyheld("export", "--fleet", "--tables=captures", "-o", tree,
               target.pid, target.pid)
        rows = rows_of(tree, "captures")
        assert len(rows) == 4 and len({r["capture"] for r in rows}) == 4
        assert len({r["process"] for r in rows}) == 1, rows


def test_one_that_can_not_be_read():
    """The others are exported; what is wrong is said in one line."""
    with Target(pythons.system(), "app.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        good, bad, tree = (os.path.join(folder, x) for x in
                           ("good.pyheld", "bad.pyheld", "tree"))
        pyheld("capture", "-o", good, target.pid)
        with open(good, "rb") as f, open(bad, "wb") as to:
            to.write(f.read()[:-100])
        r = pyheld_raw("export", "--fleet", "--tables=types", "-o", tree, bad,
                       good)
        assert r.status == 3 and text(r.err).count("\n") == 1, r.err
        assert len(rows_of(tree, "types")) > 100
        # With one more label, the first would have too many.
        full = os.path.join(folder, "full.pyheld")
        pyheld("capture", "-o", full, good,
               *("--label=k%d=" % i for i in range(64)))
        other = os.path.join(folder, "other")
        r = pyheld_raw("export", "--fleet", "--tables=types", "-o", other,
                       "--label=one=more", full, good)
        assert r.status == 3 and b"64 labels" in r.err, r.err
        assert len(rows_of(other, "types")) > 100
        # A folder that can't be made is no fault of one of them.
        with open(os.path.join(folder, "file"), "w", encoding="utf-8"):
            pass
        for place in (os.path.join(folder, "file"), "/dev/full", "/proc/x"):
            err = expect_error("export", "--fleet", "-o", place, good, good)
            assert "can't be made" in err, err


def test_usage():
    for words, argv in (
            ("--fleet needs --output", ["--fleet", "1"]),
            ("--format=csv or", ["--fleet", "--format=sqlite", "-o", "x", "1"]),
            ("unexpected argument '2'", ["1", "2"]),
            ("--label needs --fleet", ["--label=a=b", "1"]),
            ("is not KEY=VALUE", ["--fleet", "-o", "x", "--label=a", "1"]),
            ("is not KEY=VALUE", ["--fleet", "-o", "x", "--label=1=a", "1"]),
            ("is not KEY=VALUE", ["--fleet", "-o", "x", "--label==a", "1"]),
            ("no table 'type'", ["--fleet", "-o", "x", "--tables=type", "1"]),
            ("no table ''", ["--fleet", "-o", "x", "--tables=types,", "1"]),
            ("--tables needs", ["--tables=types", "1"]),
            ("TARGET is missing", ["--fleet", "-o", "x"])):
        r = pyheld_raw("export", *argv)
        assert r.status == 2 and words in text(r.err), (argv, r)
    r = pyheld_raw("capture", "--label=a=b", "--redact=all", "-o", "x", "1")
    assert r.status == 2 and "--label has no place" in text(r.err), r
    r = pyheld_raw("capture", "--label=a b=c", "-o", "x", "1")
    assert r.status == 2 and "is not KEY=VALUE" in text(r.err), r
