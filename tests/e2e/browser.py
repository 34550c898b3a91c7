# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, driven through its DevTools pipe."""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from harness import Skip

SECONDS = 60


def above_four(fd):
    """The same pipe at a higher number: Chromium's are 3 and 4."""
    ret = fcntl.fcntl(fd, fcntl.F_DUPFD, 10)
    os.close(fd)
    return ret


class Browser:
    """with Browser(width=390) as page: page.open(path); page.value("1 + 1")

    Nothing is loaded from a network: `requests` says what the page asked for.
    """
    def __init__(self, width=1200, height=900, dark=False):
        if not shutil.which("chromium"):
            raise Skip("chromium is missing")
        self.profile = tempfile.mkdtemp()
        self.buffer, self.events, self.number = b"", [], 0
        self.session = None
        self.process = self.start()
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.call(domain + ".enable")
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])

    def start(self):
        its_in, self.to = map(above_four, os.pipe())
        self.back, its_out = map(above_four, os.pipe())

        def at_three_and_four():
            os.dup2(its_in, 3)
            os.dup2(its_out, 4)

        process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--hide-scrollbars",
             "--remote-debugging-pipe", "--user-data-dir=" + self.profile],
            preexec_fn=at_three_and_four, pass_fds=(3, 4),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(its_in)
        os.close(its_out)
        return process

    def read(self, end):
        """The next message."""
        while b"\0" not in self.buffer:
            left = max(0, end - time.monotonic())
            assert select.select([self.back], [], [], left)[0], \
                "Chromium says nothing"
            part = os.read(self.back, 1 << 20)
            assert part, "Chromium has ended"
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while True:
            answer = self.read(end)
            if answer.get("id") == self.number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def open(self, path):
        self.events = []
        end = time.monotonic() + SECONDS
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(e["method"] == "Page.loadEventFired"
                      for e in self.events):
            self.events.append(self.read(end))

    def value(self, expression):
        """What a JavaScript expression gives."""
        answer = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, \
            (expression, answer["exceptionDetails"])
        return answer["result"].get("value")

    def texts(self, selector):
        return self.value("Array.from(document.querySelectorAll(%s),"
                          " e => e.innerText)" % json.dumps(selector))

    def click(self, selector, number=0):
        self.value("document.querySelectorAll(%s)[%d].click()"
                   % (json.dumps(selector), number))

    def key(self, key):
        """Press a key where the focus is."""
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def type(self, selector, text):
        self.value("document.querySelector(%s).focus()" % json.dumps(selector))
        self.call("Input.insertText", text=text)

    def messages(self):
        """All that came on the console: errors, warnings, violations of the
        policy."""
        self.value("0")
        return [e for e in self.events if e["method"] in
                ("Runtime.consoleAPICalled", "Runtime.exceptionThrown",
                 "Log.entryAdded")]

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events
                if e["method"] == "Network.requestWillBeSent"]

    def screenshot(self, path):
        """The whole page."""
        image = self.call("Page.captureScreenshot", format="png",
                          captureBeyondViewport=True)
        with open(path, "wb") as f:
            f.write(base64.b64decode(image["data"]))

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)
