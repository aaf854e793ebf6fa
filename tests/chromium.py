"""A headless Chromium that a test drives as a reader would, through the DevTools protocol and two pipes."""

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    # The sandbox cannot be had by root nor in most containers, and the pages are the tests' own.
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-quic", "--disable-sync"),
    "--remote-debugging-pipe",
)
SECONDS = 120  # for a message; the machine may do much else
PATIENCE = 30  # for the page to become what `Page.until` waits for, in seconds

# The numbers that the protocol wants beside the names.
KEYS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "PageUp": 33, "PageDown": 34}
KEYS |= {"End": 35, "Home": 36, "Escape": 27, "Tab": 9, " ": 32}


class Page:
    """The one page of a running browser: what is asked of it, and what it reports.

    `complaints` collects its errors, warnings and uncaught exceptions, `requests` the addresses that it asked for.
    """

    def __init__(self, process: subprocess.Popen) -> None:
        self._process, self._heard, self._number, self._session = process, b"", 0, {}
        self._loaded: set[str] = set()
        self.complaints: list[dict] = []
        self.requests: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **parameters: Any) -> dict:
        """Call a method of the protocol and give its result; what the page reports meanwhile is noted."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters, **self._session}
        self._process.stdin.write(json.dumps(asked).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, address: str) -> None:
        """Load a page, the same one anew too, and wait until it has loaded."""
        answer = self.call("Page.navigate", url=address)
        assert "errorText" not in answer, answer
        while answer["loaderId"] not in self._loaded:
            self._read()

    def view(self, width: int, height: int, mode: str = "light", mobile: bool = False) -> None:
        """Give the window a size in CSS pixels, and let the reader's system ask for ``light`` or ``dark``."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": mode}])

    def ask(self, script: str) -> Any:
        """The value of an expression of the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression of the page is true."""
        look = f"({script}) ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 20)"
        end = f"Date.now() + {1000 * PATIENCE}"
        came = self.ask(f"new Promise(done => {{ const end = {end}, look = () => {look}; look(); }})")
        assert came, f"not within {PATIENCE} s: {script}"

    def press(self, *keys: str) -> None:
        """Press and release keys of `KEYS`, one after another."""
        for key in keys:
            told = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
            self.call("Input.dispatchKeyEvent", type="keyDown", **told, **({"text": " "} if key == " " else {}))
            self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def point(self, x: float, y: float) -> None:
        """Move the mouse to a place in the window, in CSS pixels."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def _read(self) -> dict:
        """The next message of the browser; an event is noted."""
        pipe = self._process.stdout
        while b"\0" not in self._heard:
            assert select.select([pipe], [], [], SECONDS)[0], f"Chromium has said nothing for {SECONDS} s"
            heard = pipe.read(2**20)
            assert heard, f"Chromium has ended with {self._process.wait(SECONDS)}"
            self._heard += heard
        message, _, self._heard = self._heard.partition(b"\0")
        answer = json.loads(message)
        if "method" in answer:
            self._note(answer["method"], answer["params"])
        return answer

    def _note(self, event: str, told: dict) -> None:
        if event == "Page.lifecycleEvent" and told["name"] == "load":
            self._loaded.add(told["loaderId"])
        if event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        wrong = event == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert")
        if wrong or event in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(told)


@contextmanager
def page() -> Iterator[Page]:
    """Runs a browser for the body of the ``with``; gives its page. Skips the test where there is no Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("NOT TESTED: Chromium is not installed (Debian: apt-get install chromium)")
    # The browser reads from 3 and writes to 4. It ends when these are closed, so it does not outlive killed tests.
    command = ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh", program, *OPTIONS]
    with tempfile.TemporaryDirectory(prefix="odyssey-chromium-", ignore_cleanup_errors=True) as place:
        own = {"env": {**os.environ, "TMPDIR": place}, "start_new_session": True, "bufsize": 0}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen([*command, f"--user-data-dir={Path(place, 'profile')}"], **pipes, **own) as process:
            try:
                yield Page(process)
            finally:
                process.stdin.close()
                _end(process)


def _end(process: subprocess.Popen) -> None:
    """Wait for the browser, which has been told to end, and for all that it has started; kill what is left."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):  # none is left
        for _ in range(100):
            os.killpg(process.pid, signal.SIGKILL)
            process.poll()
            time.sleep(0.05)
