# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML report, looked at with Chromium: what it says is what the other
commands say, and it can be clicked."""
import base64
import json
import os
import re
import tempfile
import time

import pythons
from browser import Browser
from harness import Target, artefacts, each, expect_error, limit, pyheld, \
    pyheld_raw, text

# The artefacts of the last run, to look at.
SCREENSHOTS = "screenshots"


class Report:
    """A report of a leaky service, with an older capture; and that service."""
    def __init__(self, python, script="leaks/class_attribute.py"):
        self.folder = tempfile.TemporaryDirectory()
        self.target = Target(python, script)
        self.older = os.path.join(self.folder.name, "older.pyheld")
        self.newer = os.path.join(self.folder.name, "newer.pyheld")
        self.path = os.path.join(self.folder.name, "report.html")

    def __enter__(self):
        pyheld("capture", self.target.pid, "-o", self.older)
        self.target.ask({}, seconds=120)
        pyheld("capture", self.target.pid, "-o", self.newer)
        pyheld("report", self.newer, self.older, "-o", self.path)
        return self

    def __exit__(self, *exc):
        self.target.close()
        self.folder.cleanup()

    def json(self, command, *args):
        return pyheld(command, self.newer, *args, "--json").json


def data_of(path):
    """The data of a report, as the page has it."""
    with open(path, encoding="utf-8") as f:
        page = f.read()
    found, = re.findall('<script type="application/json" id="data">(.*?)'
                        "</script>", page)
    assert "<" not in found
    return json.loads(found)


def is_quiet(page):
    """Nothing on the console, and nothing asked for but the page."""
    assert page.messages() == [], page.messages()
    assert len(page.requests()) == 1, page.requests()


def without_target(found):
    """`leaks` has the names of its targets in it."""
    for key in "processes", "coverage":
        found.pop(key, None)
    for suspect in found.get("suspects", []):
        suspect.pop("more", None)
    return found


# --- the same as the other commands ------------------------------------------

@each(pythons.few)
def test_data_is_what_the_commands_say(python):
    with Report(python) as report:
        data = data_of(report.path)
        summary = report.json("summary")
        summary.pop("limits")
        for thread in data["summary"]["threads"]:
            assert thread.pop("nr_frames") == len(thread["frames"])
        assert data["summary"] == summary
        assert without_target(data["leaks"]) == \
            without_target(report.json("leaks", report.older))
        memory = report.json("memory", report.older)
        memory.pop("limits")
        memory.pop("coverage")
        assert data["memory"] == memory
        assert len(data["captures"]) == 2
        assert data["captures"][1]["objects"] == summary["objects"]
        assert data["diff"]["came"] == pyheld(
            "diff", report.older, report.newer, "--json").json["came"]


def check_tree(report, tree):
    """Of each part: the objects and bytes that `retained` says; together no
    more than what is above."""
    below = {}
    for i, above in enumerate(tree["above"]):
        assert above < i
        below.setdefault(above, []).append(i)
    for i, parts in below.items():
        if i >= 0:
            assert sum(tree["bytes"][p] for p in parts) <= tree["bytes"][i]
            assert sum(tree["objects"][p] for p in parts) <= \
                tree["objects"][i] + (not i)
    single = [i for i, a in enumerate(tree["address"]) if a]
    assert len(single) > 20, len(single)
    for i in single[::max(1, len(single) // 12)]:
        line = report.json("retained", tree["address"][i], "--depth=0")
        line, = line["lines"]
        assert line["retained"] == {"objects": tree["objects"][i],
                                    "bytes": tree["bytes"][i]}, i
        assert line["type"] == tree["types"][tree["type"][i]]


def check_large_are_there(report, tree):
    """No object of a hundredth of the heap is missing where it is the largest
    of its row."""
    shown = {a for a in tree["address"] if a}
    for line in report.json("retained", "--limit=5", "--depth=0")["lines"]:
        if line["retained"]["bytes"] > tree["bytes"][0] / 50:
            assert line["address"] in shown, line


@each(pythons.few)
def test_tree_is_that_of_retained(python):
    with Report(python) as report:
        tree = data_of(report.path)["tree"]
        assert tree["bytes"][0] == report.json("retained")["bytes"]
        check_tree(report, tree)
        check_large_are_there(report, tree)


# --- what is left out --------------------------------------------------------

def page_of(folder, *args):
    path = os.path.join(folder, "report.html")
    pyheld("report", *args, "-o", path)
    with open(path, encoding="utf-8") as f:
        return f.read()


@each(pythons.oldest_and_newest)
def test_redacted(python):
    """The target states its secrets, and its names.  They are in a report that
    is not redacted, and in the other ones only those that may be."""
    with Target(python, "secret_leak.py", "HiddenOption") as target, \
            tempfile.TemporaryDirectory(prefix="HiddenFolder") as folder:
        older = os.path.join(folder, "older.pyheld")
        newer = os.path.join(folder, "newer.pyheld")
        contents = target.facts["contents"] + ["HiddenFolder"]
        names = target.facts["identifiers"]
        pyheld("capture", target.pid, "-o", older)
        target.ask({})
        pyheld("capture", target.pid, "-o", newer)
        # Of a process, and of a capture; with and without an older one.
        for which in [target.pid], [target.pid, older], [newer, older]:
            open_page = page_of(folder, *which)
            seen = [w for w in contents if w in open_page]
            assert "HiddenCustomer" in seen and "HiddenOption" in seen, seen
            page = page_of(folder, "--redact", *which)
            for word in contents + ["Hidden"]:
                assert word not in page, (word, which)
            for word in names:
                assert (word in page) == (word in open_page), (word, which)
            data = data_of(os.path.join(folder, "report.html"))
            assert data["summary"]["objects"] > 30000
            assert "secret_visits" in data["leaks"]["suspects"][0]["title"]
        page = page_of(folder, "--redact=all", target.pid)
        for word in contents + names + ["Hidden", "ecret_"]:
            assert word not in page, word
        data = data_of(os.path.join(folder, "report.html"))
        assert not data["summary"]["target"]["host"], data["summary"]


def test_redacted_as_a_redacted_capture():
    """What is hidden, and what the report says, are those of a capture that
    was written with --redact."""
    with Target(pythons.newest(), "secret_leak.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        target.ask({})
        whole = os.path.join(folder, "whole.pyheld")
        redacted = os.path.join(folder, "redacted.pyheld")
        pyheld("capture", target.pid, "-o", whole)
        found = []
        for how in "contents", "all":
            pyheld("capture", whole, "--redact=" + how, "-o", redacted)
            for args in [whole, "--redact=" + how], [redacted]:
                path = os.path.join(folder, "report.html")
                pyheld("report", "-o", path, *args)
                data = data_of(path)
                data["leaks"] = without_target(data["leaks"])
                data["leaks"].pop("targets", None)
                data["summary"]["target"].pop("source")
                found.append(data)
            assert found[-1] == found[-2], how


# --- in a browser ------------------------------------------------------------

def check_suspect(page, suspects):
    titles = page.texts("#suspect-cards h3")
    assert titles == [s["title"] for s in suspects], titles
    page.click("#suspect-cards details summary")
    steps = page.texts("#suspect-cards li:first-child .chain li")
    assert len(steps) == len(suspects[0]["chain"]["steps"]), steps
    names = [s["type"] for s in suspects[0]["chain"]["steps"]]
    assert all(n in s for n, s in zip(names, steps)), steps


def check_zoom(page):
    """A click on an area goes in, Escape and the crumbs go out."""
    assert len(page.texts("#crumbs li")) == 1
    areas = page.value("document.querySelectorAll('#picture button').length")
    assert areas > 10, areas
    area = page.texts("#picture button")[0]
    page.click("#picture button")
    first = page.texts("#crumbs li")[-1]
    assert len(page.texts("#crumbs li")) == 2
    assert area.startswith(first), (area, first)
    page.value("document.querySelector('#picture button').focus()")
    page.key("Escape")
    assert len(page.texts("#crumbs li")) == 1
    # The way out has the focus, or the next key would be lost.
    assert page.value("document.activeElement.innerText") == \
        page.texts("#crumbs li")[-1]
    page.click("#show-icicle")
    page.click("#picture button", 1)
    assert page.texts("#crumbs li")[1:] == [first]
    page.click("#crumbs button")
    page.click("#show-treemap")
    assert len(page.texts("#crumbs li")) == 1


def check_sorting(page):
    heads = page.texts("#types-table th")
    cells = "#types-table tbody td:first-child"
    page.click("#types-table th button", heads.index("Type"))
    names = page.texts(cells)
    assert names == sorted(names) and len(names) > 10, names
    page.click("#types-table th button", heads.index("Type"))
    back = page.texts(cells)
    assert back == sorted(back, reverse=True) and back != names
    page.type("#types-table input", "builtin_func")
    assert page.texts(cells) == ["builtin_function_or_method"]


def check_search(page, place):
    page.type("#search-text", place)
    found = page.texts("#found tbody td:first-child")
    assert found, place
    page.click("#found tbody button")
    assert page.texts("#crumbs li")[-1] == found[0]


@limit(200)
@each(lambda: [pythons.newest()])
def test_clicks(python):
    with Report(python) as report, Browser() as page:
        suspects = data_of(report.path)["leaks"]["suspects"]
        assert suspects
        page.open(report.path)
        check_suspect(page, suspects)
        check_zoom(page)
        page.click("#suspect-cards > li > button")
        retained = page.texts("#below strong")
        assert retained and page.texts("#crumbs li")[-1] in retained
        check_sorting(page)
        check_search(page, "list")
        is_quiet(page)


def stop_of_picture(page):
    """The only area that the Tab key stops at: its node and its label."""
    stops = page.value(
        "Array.from(document.querySelectorAll('#picture button'), e =>"
        " [e.tabIndex, Number(e.dataset.node), e.getAttribute('aria-label')])")
    found = [s[1:] for s in stops if s[0] == 0]
    assert len(stops) > 10 and len(found) == 1, found
    return found[0]


def focused(page):
    return page.value("Number(document.activeElement.dataset.node)")


@limit(200)
def test_keys_in_the_picture():
    """One stop of the Tab key; the arrows go along the tree."""
    with Report(pythons.newest()) as report, Browser() as page:
        tree = data_of(report.path)["tree"]
        page.open(report.path)
        for picture in "#show-treemap", "#show-icicle":
            page.click(picture)
            page.value("document.querySelector('#picture"
                       " button[tabindex=\"0\"]').focus()")
            if picture == "#show-icicle":
                assert focused(page) == 0
                page.key("ArrowDown")
            first = focused(page)
            assert tree["above"][first] == 0
            assert tree["bytes"][first] == max(
                b for b, a in zip(tree["bytes"], tree["above"]) if a == 0)
            page.key("ArrowRight")
            assert tree["above"][focused(page)] == 0
            assert focused(page) != first
            page.key("ArrowLeft")
            assert focused(page) == first
            page.key("ArrowDown")
            inside = focused(page)
            assert tree["above"][inside] == first, inside
            assert stop_of_picture(page)[0] == inside
            page.key("ArrowUp")
            assert focused(page) == first
        is_quiet(page)


@each(pythons.few)
def test_names_of_groups(python):
    """Several objects are named by how each is held, if that is alike."""
    with Target(python, "secret_leak.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        target.ask({})
        page_of(folder, target.pid)
        tree = data_of(os.path.join(folder, "report.html"))["tree"]
        names = {(tree["types"][t], n): name for t, n, name in
                 zip(tree["type"], tree["count"], tree["name"]) if t >= 0}
        assert names["__main__.SecretVisit", 30000] == "[...]", names
        assert names["str", 30000] == ".secret_note", names


def fits(page, path):
    """Is no cell of the table cut off at the right?"""
    return page.value(
        "Array.from(document.querySelectorAll('%s td')).every(e => {"
        " const r = e.getBoundingClientRect();"
        " return r.width === 0 || r.right <= innerWidth + 1; })" % path)


@limit(200)
def test_on_a_phone():
    """Tables fit, and say what each number is; they can still be sorted."""
    with Report(pythons.newest()) as report, Browser(390) as page:
        page.open(report.path)
        for table in "#types-table", "#below", "#memory-lines", \
                "#growth-holders", "#cycles-table":
            assert page.texts(table + " td"), table
            assert fits(page, table), table
        said = page.value("getComputedStyle(document.querySelector("
                          "'#types-table td:nth-child(2)'), '::before')"
                          ".content")
        assert said.startswith('"Objects'), said
        check_sorting(page)
        is_quiet(page)


def allow_clipboard(page):
    """As if the window of the page was in front and the user had clicked."""
    page.call("Emulation.setFocusEmulationEnabled", enabled=True)
    page.call("Browser.grantPermissions", permissions=[
        "clipboardReadWrite", "clipboardSanitizedWrite"])


def copy(page, button):
    """Click it; returns what is in the clipboard then."""
    page.click(button)
    end = time.monotonic() + 5
    while page.texts(button) != ["Copied"]:
        assert time.monotonic() < end, page.texts(button)
        time.sleep(0.05)
    return page.value("navigator.clipboard.readText()")


@limit(200)
def test_buttons_of_suspects_and_growth():
    with Report(pythons.newest()) as report, Browser() as page:
        data = data_of(report.path)
        suspect = data["leaks"]["suspects"][0]
        page.open(report.path)
        allow_clipboard(page)
        page.click("#suspect-cards .way summary")
        copied = copy(page, "#suspect-cards .way .copy")
        for step in suspect["chain"]["steps"]:
            assert step["address"] in copied and step["name"] in copied, copied
        assert suspect["chain"]["expression"] in copied
        command = copy(page, "#suspect-cards .command .copy").split()
        assert command == ["pyheld", "object", str(report.target.pid),
                           suspect["object"]["address"]]
        assert pyheld(*command[1:], "--json").json["type"] == \
            suspect["object"]["type"]
        page.click("#growth-holders td button")
        grown = data["diff"]["holders"][0]["address"]
        assert page.texts("#below strong") == page.texts(
            "#crumbs [aria-current]")
        assert grown in page.texts("#below p")[0]
        assert page.value("document.activeElement.id") == "tree"
        is_quiet(page)


def test_parts_of_memory_that_are_thin():
    """Each kind of memory has a button with room, whatever its share is."""
    with Report(pythons.newest()) as report, Browser() as page:
        memory = data_of(report.path)["memory"]
        page.open(report.path)
        buttons = page.texts("#memory-kinds button")
        kinds = [k for k, n in memory["kinds"].items() if n > 0]
        assert len(buttons) == len(kinds) > 4, buttons
        sizes = page.value(
            "Array.from(document.querySelectorAll('#memory-kinds button'), e =>"
            " Math.min(e.offsetWidth, e.offsetHeight))")
        assert min(sizes) >= 24, sizes
        seen = set()
        for i in range(len(buttons)):
            page.click("#memory-kinds button", i)
            caption, = page.texts("#memory-lines caption")
            assert buttons[i].startswith(caption.partition(":")[0]), caption
            assert page.value(
                "document.querySelectorAll('#memory-kinds"
                " [aria-pressed=\"true\"]').length") == 1
            seen.add(caption)
        assert len(seen) == len(kinds)
        is_quiet(page)


def test_search_ignores_case():
    with Report(pythons.newest()) as report, Browser() as page:
        page.open(report.path)
        found = {}
        for word in "UPLOAD", "upload", "UpLoad":
            page.value("document.querySelector('#search-text').value = ''")
            page.type("#search-text", word)
            found[word] = page.texts("#found tbody td:first-child")
        assert found["UPLOAD"] and len(set(map(str, found.values()))) == 1
        page.type("#types-table input", "BUILTIN_Func")
        assert page.texts("#types-table tbody td:first-child") == [
            "builtin_function_or_method"]
        is_quiet(page)


def test_a_report_alone():
    """Without an older capture there is no growth, and nothing else breaks."""
    with Target(pythons.newest(), "growing.py", facts=False) as target, \
            tempfile.TemporaryDirectory() as folder, Browser() as page:
        target.read()
        path = os.path.join(folder, "report.html")
        pyheld("report", target.pid, "-o", path)
        assert data_of(path)["diff"] is None
        page.open(path)
        assert not page.value("!!document.getElementById('growth')")
        assert page.texts("#figures dd")[1].replace(",", "") == \
            str(data_of(path)["summary"]["objects"])
        is_quiet(page)


@limit(200)
def test_sizes_and_colours():
    """At three sizes, light and dark, nothing is wider than the window.  The
    screenshots stay for people."""
    with Report(pythons.newest()) as report:
        for width, dark in (1200, False), (1200, True), (390, False), \
                (768, True):
            with Browser(width, dark=dark) as page:
                page.open(report.path)
                wide = page.value("document.documentElement.scrollWidth")
                assert wide <= width, (width, wide)
                page.screenshot(os.path.join(
                    artefacts(SCREENSHOTS), "report-%d%s.png"
                    % (width, "-dark" if dark else "")))
                is_quiet(page)


@limit(200)
@each(pythons.one)
def test_markup_of_the_target_is_text(python):
    """Names, keys, values and files of the target are shown, and do nothing."""
    with Report(python, "markup.py") as report, Browser() as page:
        page.open(report.path)
        probes = report.target.facts["probes"]
        page.value("document.querySelectorAll('details').forEach(d =>"
                   " d.open = true)")
        for picture in "#show-icicle", "#show-treemap":
            page.click(picture)
            for probe in probes:
                page.value("document.querySelector('#search-text').value = ''")
                page.type("#search-text", probe)
                found = page.texts("#found tbody td")
                assert any(probe in cell for cell in found), (probe, found)
                page.click("#found tbody button")
        shown = page.value("document.body.innerText")
        for probe in probes[:2]:
            assert probe in shown, probe
        assert page.value("window.harmed") is None
        assert page.value("document.querySelectorAll('img, iframe, object,"
                          " main script, style:not([nonce])').length") == 0
        is_quiet(page)


def test_growth_is_drawn_at_the_times_of_the_captures():
    with Report(pythons.newest()) as report, Browser() as page:
        data = data_of(report.path)
        page.open(report.path)
        titles = page.value(
            "Array.from(document.querySelectorAll('#growth-charts title'),"
            " e => e.textContent)")
        objects = ["{:,}".format(c["objects"]) for c in data["captures"]]
        said = [t.rpartition(": ")[2] for t in titles]
        assert said[2:4] == objects, titles
        grown = data["diff"]["holders"][0]
        assert said[4:6] == ["{:,}".format(n) for n in grown["entries"]]
        times = [t.rpartition(": ")[0] for t in titles]
        assert times[0] == times[2] == times[4] and times[1] == times[3], times


def test_on_paper():
    """In dark mode, too, paper is white, and has the chains of suspects."""
    with Report(pythons.newest()) as report, Browser(dark=True) as page:
        page.open(report.path)
        page.call("Emulation.setEmulatedMedia", media="print", features=[
            {"name": "prefers-color-scheme", "value": "dark"}])
        for what in "body", ".suspect", ".charts figure":
            assert page.value(
                "getComputedStyle(document.querySelector('%s'))"
                ".backgroundColor" % what) == "rgb(255, 255, 255)", what
        pdf = page.call("Page.printToPDF", printBackground=True)["data"]
        with open(os.path.join(artefacts(SCREENSHOTS), "report.pdf"),
                  "wb") as f:
            f.write(base64.b64decode(pdf))
        assert page.value("document.querySelector('#suspects details').open")
        is_quiet(page)


@limit(200)
def test_opens_at_once():
    """Chromium says when the page was loaded, with its scripts.  The tree is
    cut, so the page of a large heap is not much larger."""
    with Report(pythons.newest()) as report, Browser() as page:
        took = []
        for _ in range(3):
            page.open(report.path)
            took.append(page.value(
                "performance.getEntriesByType('navigation')[0].loadEventEnd"))
        print("# loaded in %d ms" % min(took))
        assert 0 < min(took) < 2000, took
        assert os.path.getsize(report.path) < 1 << 20


@limit(200)
def test_a_deep_recursion():
    with Target(pythons.newest(), "odd.py", "deep", "50000") as target, \
            tempfile.TemporaryDirectory() as folder, Browser() as page:
        path = os.path.join(folder, "report.html")
        pyheld("report", target.pid, "-o", path)
        page.open(path)
        assert any("more frames" in line for line in page.value(
            "document.getElementById('threads-list').textContent")
            .splitlines())
        assert len(page.texts("#contents li")) > 5
        assert os.path.getsize(path) < 6 << 20
        is_quiet(page)


def test_times_that_are_no_dates():
    """A capture says what it likes; the rest of the page is there."""
    with Report(pythons.newest()) as report, Browser() as page:
        with open(report.path, encoding="utf-8") as f:
            content = f.read()
        start = '"start_time":%d' % \
            data_of(report.path)["summary"]["target"]["start_time"]
        assert start in content
        with open(report.path, "w", encoding="utf-8") as f:
            f.write(content.replace(start, '"start_time":%d' % (2**63 - 1)))
        page.open(report.path)
        assert "started unknown" in page.value(
            "document.getElementById('process').textContent")
        assert len(page.texts("#contents li")) > 5
        is_quiet(page)


# --- bad input ---------------------------------------------------------------

def test_what_cannot_be_written():
    with Target(pythons.newest(), "growing.py", facts=False) as target, \
            tempfile.TemporaryDirectory() as folder:
        target.read()
        expect_error("report", target.pid, "-o", folder + "/no/such",
                     words=["no such file"])
        expect_error("report", target.pid, "-o", "/dev/full",
                     words=["/dev/full", "no space"])
        assert os.listdir(folder) == []
        result = pyheld_raw("report", target.pid)
        assert result.status == 2, result
        assert "--output=FILE is missing" in text(result.err)
        for options, word in (["--redact=some"], "some"), \
                (["--redact=all", target.pid], "--redact=all"):
            result = pyheld_raw("report", target.pid, "-o", "/dev/null",
                                *options)
            assert result.status == 2 and word in text(result.err), result


def test_targets_of_two_processes():
    with Target(pythons.newest(), "growing.py", facts=False) as one, \
            Target(pythons.newest(), "growing.py", facts=False) as other:
        one.read()
        other.read()
        expect_error("report", one.pid, other.pid, "-o", "/dev/null",
                     words=["one process"])
