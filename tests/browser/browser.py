"""A headless chromium for a test of the page: opened once a class, with a server of its own. What the page writes to
the console, a violation of its Content-Security-Policy among that, fails the test it happened in."""
from __future__ import annotations

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium")
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    DRIVER = None
if DRIVER is None or BROWSER is None:
    print("skipped: needs Debian's chromium, chromium-driver and python3-selenium")
    sys.exit(77)

import world
from pdns_serve import Server

FLAGS = ("--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-dev-shm-usage --window-size=1180,720").split()
WAIT = 30  # seconds, of which a page that works uses none


def chromium(profile: str, downloads: str) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": downloads, "intl.accept_languages": "en"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


class PageTest(unittest.TestCase):
    """The world of world.py in a pdns-serve, and a browser. Helpers wait for conditions, never for a time."""
    crowd = 0  # names of world.many
    expected_errors: tuple[str, ...] = ()  # parts of console lines that a test brings about

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="pdns-browser-", ignore_cleanup_errors=True)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = Path(cls.folder.name)
        cls.database, cls.downloads = cls.root / "db", cls.root / "downloads"
        cls.downloads.mkdir()
        world.build(cls.database, cls.root / "capture", cls.crowd)
        cls.server = Server(cls.database, log=cls.root / "log")
        cls.addClassCleanup(lambda: cls.server.end())
        cls.driver = chromium(str(cls.root / "profile"), str(cls.downloads))
        cls.addClassCleanup(cls.driver.quit)

    def setUp(self) -> None:
        self.expected_errors = ()
        self.driver.get("about:blank")
        self.driver.get_log("browser")

    def tearDown(self) -> None:
        told = [entry["message"] for entry in self.driver.get_log("browser")]
        told = [line for line in told if not any(part in line for part in self.expected_errors)]
        self.assertEqual([], told, "the console is to be silent")

    # -- what a person does
    def open(self, state: str = "") -> None:
        """The page at that permalink, loaded anew."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.server.url}/{state}")

    def ask(self, text: str) -> None:
        """Pastes it into the box and presses Enter."""
        box = self.one("#box")
        self.script("arguments[0].focus(); arguments[0].select(); document.execCommand('insertText', false, arguments[1])", box, text)
        box.send_keys(Keys.ENTER)

    def keys(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    # -- what a person sees
    def script(self, code: str, *arguments: object) -> object:
        return self.driver.execute_script(code, *arguments)

    def wait(self, condition: object, what: str = "") -> object:
        return WebDriverWait(self.driver, WAIT, poll_frequency=0.02).until(lambda _: condition(), what)

    def all(self, selector: str) -> list:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> object:
        self.wait(lambda: self.all(selector), f"there is no {selector}")
        return self.all(selector)[0]

    def text(self, selector: str) -> str:
        return str(self.script("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def texts(self, selector: str) -> list[str]:
        return self.script("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def wait_text(self, selector: str, part: str) -> str:
        self.wait(lambda: part in self.text(selector), f"{selector} does not say {part!r}")
        return self.text(selector)

    def rows(self) -> list[tuple[str, str, str]]:
        """Owner, type and data of the rows that are drawn, from the top."""
        code = """return [...document.querySelectorAll(".body > .row:not(.group)")]
          .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
          .map((row) => [".c-name a", ".c-type", ".data"].map((part) => row.querySelector(part).textContent))"""
        return [tuple(row) for row in self.script(code)]

    def answered(self, records: int) -> None:
        """The whole answer is there, has that many records, and its first ones are drawn."""
        words = f"{records:,} record" + ("" if records == 1 else "s")
        self.wait(lambda: self.text("#told").startswith(words) and "complete" in self.text("#told"),
                  f"not answered with {words}: {self.text('#told')!r}")
        if records > 0:
            self.wait(lambda: self.rows(), "no row is drawn")

    @property
    def hash(self) -> str:
        return str(self.script("return location.hash"))
