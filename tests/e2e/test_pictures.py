# SPDX-License-Identifier: GPL-2.0-or-later
"""The pictures of the README: they are there, small, and show what pyheld
prints today."""
import importlib.machinery
import importlib.util
import os
import re
import tempfile
import xml.etree.ElementTree

from harness import PYHELD, next_second, pyheld

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PICTURES = os.path.join(TOP, "pictures")
REPORTS = ["report.webp", "report-dark.webp"]


def maker():
    """tools/make-pictures as a module."""
    path = os.path.join(TOP, "tools", "make-pictures")
    loader = importlib.machinery.SourceFileLoader("make_pictures", path)
    spec = importlib.util.spec_from_loader("make_pictures", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def read(name):
    with open(os.path.join(PICTURES, name), "rb") as f:
        return f.read()


def stable(text):
    """Without numbers, amounts, addresses, and where lines are broken."""
    text = re.sub(r"0x[0-9a-f]+", "ADDRESS", text)
    text = re.sub(r"\d[\d,.]*( (B|KiB|MiB|GiB|s|%))?", "N", text)
    return text.split()


def test_text_is_what_leaks_prints():
    make = maker()
    svg = read("leaks.svg").decode()
    shown = make.text_of(svg)
    with make.Shop() as shop, tempfile.TemporaryDirectory() as folder:
        older = os.path.join(folder, make.OLDER)
        pyheld("capture", shop.pid, "-o", older)
        shop.more()
        # Times are in seconds; within one, leaks names no time of growth.
        next_second()
        text = make.leaks_of(os.path.abspath(PYHELD), shop, older)
    command, _, output = shown.partition("\n")
    assert command == "$ pyheld leaks %s %s" % (make.PID, make.OLDER), command
    # What is not 0 or 1 % may be that on another day: these lines stay.
    assert stable(output) == stable(make.without_colours(text)), \
        "run tools/make-pictures again:\n" + make.without_colours(text)
    bold = re.findall('<tspan class="b">(.*?)</tspan>', svg)
    assert bold[1:] == re.findall("\x1b\\[1m(.*?)\x1b\\[0m", text), bold


def test_text_is_text():
    """It can be selected and is drawn by the reader's fonts; nothing is loaded
    and nothing runs."""
    root = xml.etree.ElementTree.fromstring(read("leaks.svg"))
    names = {e.tag.rpartition("}")[2] for e in root.iter()}
    assert names == {"svg", "title", "style", "rect", "text", "tspan"}, names
    width, height = (float(root.get(n)) for n in ("width", "height"))
    lines = maker().text_of(read("leaks.svg").decode()).split("\n")
    assert len(lines) > 20 and max(map(len, lines)) <= 80
    assert 600 < width < 850 and height < 1000, (width, height)


def size_of_webp(data):
    """The width and height in pixels of a lossy WebP, or of an extended one."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP", data[:16]
    if data[12:16] == b"VP8X":
        return tuple(int.from_bytes(data[i:i + 3], "little") + 1
                     for i in (24, 27))
    assert data[12:16] == b"VP8 ", data[12:16]
    return tuple(int.from_bytes(data[i:i + 2], "little") & 0x3fff
                 for i in (26, 28))


def test_pictures_are_small_and_sharp():
    make = maker()
    for name in REPORTS:
        data = read(name)
        assert 20000 < len(data) < 200 * 1024, (name, len(data))
        assert size_of_webp(data) == (2 * make.WIDTH, 2 * make.HEIGHT), name
    assert len(read("leaks.svg")) < 20000


def test_readme_shows_them():
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as f:
        readme = f.read()
    for name in REPORTS + ["leaks.svg"]:
        assert "pictures/" + name in readme, name
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', readme)
    assert sorted(shown) == sorted("pictures/" + n for n in os.listdir(
        PICTURES)), shown
    assert readme.count("alt=") == readme.count("<img") > 0


def test_nothing_of_a_machine_is_shown():
    make = maker()
    shown = make.text_of(read("leaks.svg").decode())
    assert not re.search(r"(?<!\w)/(home|tmp|root|usr|work)\b", shown), shown
    assert {n for n in re.findall(r"object (\d+) 0x", shown)} == {make.PID}
