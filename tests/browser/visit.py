"""What a person does with the page, in a person's words; and the process that serves it."""

import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

_ROOT = Path(__file__).parents[2]
_AT_ONCE_ENOUGH = 20

FIRST, SECOND, CURATOR = "First newcomer", "Second newcomer", "Curator"


class Workspace:
    """`onboard try` as a process of its own."""

    def __init__(self, *options: str) -> None:
        self.address = ""
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve a new workspace; at the port of the one before, if there was one."""
        port = urlsplit(self.address).port or 0
        command = [sys.executable, "-m", "bot", "try", "--port", str(port), "--no-browser"]
        # Nothing here measures time, and a busy machine may take longer than Slack would wait.
        command += ["--patience", "30"]
        command += self._options
        self._process = subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.PIPE, text=True)
        said = []
        for line in self._process.stderr or ():
            if found := re.search(r"http://\S+", line):
                self.address = found[0]
                return
            said.append(line)
        raise AssertionError(f"onboard try ended without saying where its page is: {said}")

    def stop(self) -> None:
        """End it, as Ctrl-C or a service manager would, and read what it had left to say."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=_AT_ONCE_ENOUGH)
            self._process = None


class Visit:
    """A page somebody has opened, and what they do there. All of it is found by role and name."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requested: list[str] = []
        self._host = urlsplit(address).netloc
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("websocket", lambda socket: self.requested.append(socket.url))
        page.goto(address)
        self.is_ready()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    @property
    def strangers(self) -> list[str]:
        """What was asked of other hosts than the workspace's."""
        parts = [(url, urlsplit(url)) for url in self.requested]
        return [url for url, at in parts if at.scheme != "data" and at.netloc != self._host]

    def check(self, allowed: str = "") -> None:
        """No error but those that match `allowed`, and no request to another host."""
        errors = [one for one in self.errors if not (allowed and re.search(allowed, one))]
        assert not errors, f"The page has errors: {errors}"
        assert not self.strangers, f"The page asks other hosts: {self.strangers}"

    # --- Parts of the page

    @property
    def main(self) -> Locator:
        """The conversation, or the app's Home tab."""
        return self.page.get_by_role("main")

    @property
    def thread(self) -> Locator:
        """The open thread, beside the conversation."""
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def box(self) -> Locator:
        """Where a message to the conversation is written."""
        return self.main.get_by_role("textbox", name=re.compile("^Message "))

    @property
    def sidebar(self) -> Locator:
        """The list of conversations."""
        return self.page.get_by_role("navigation", name="Workspace")

    @property
    def dialog(self) -> Locator:
        """The dialog over everything else."""
        return self.page.get_by_role("dialog")

    @property
    def notices(self) -> Locator:
        """What is told above everything: a lost connection, something that could not be done."""
        return self.page.get_by_role("region", name="Notices")

    def message(self, text: str, *, by: str = "") -> Locator:
        """The last message of the conversation with this text."""
        return self._articles(self.main, by).filter(has_text=text).last

    def reply(self, text: str, *, by: str = "onboard") -> Locator:
        """The last message of the open thread with this text."""
        return self._articles(self.thread, by).filter(has_text=text).last

    def private(self, text: str) -> Locator:
        """The last message with this text that only this person sees, in the conversation."""
        name = re.compile("only visible to you$")
        return self.main.get_by_role("article", name=name).filter(has_text=text).last

    @staticmethod
    def _articles(part: Locator, by: str) -> Locator:
        return part.get_by_role("article", name=re.compile(f"^{re.escape(by)}"))

    # --- What people do

    def is_ready(self) -> None:
        """Wait until the workspace is on show and the app answers."""
        expect(self.main).to_be_visible()
        expect(self.notices.get_by_role("status")).to_be_empty()

    def link(self, name: str) -> Locator:
        """A conversation in the list, or the app."""
        return self.sidebar.get_by_role("link", name=re.compile(rf"^{name}\b"))

    def open(self, name: str) -> None:
        """Go to a channel, or to the app."""
        self.link(name).click()
        expect(self.main).to_have_accessible_name(name)

    def open_tab(self, name: str) -> None:
        """Go to a tab of the app."""
        self.open("onboard")
        tab = self.main.get_by_role("tab", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")

    def be(self, person: str) -> None:
        """Look at the same place through the eyes of another."""
        self.sidebar.get_by_role("button", name="Change person").click()
        self.page.get_by_role("menuitemradio", name=person).click()
        self.is_somebody(person)

    def is_somebody(self, person: str) -> None:
        """See that the page is that of this person."""
        button = self.sidebar.get_by_role("button", name="Change person")
        expect(button).to_have_accessible_name(f"You are {person}. Change person")

    def say(self, text: str) -> None:
        """Write something in the conversation, and send it."""
        # As long as a dialog is on its way out, it has the keyboard.
        expect(self.dialog).to_have_count(0)
        self.box.fill(text)
        self.box.press("Enter")
        expect(self.box).to_have_value("")

    def open_thread(self, text: str) -> None:
        """Open the thread of a message of the conversation that has replies."""
        self.message(text).get_by_role("button", name=re.compile("repl(y|ies)")).click()
        expect(self.thread).to_contain_text(text)

    def ask(self, question: str) -> Locator:
        """Ask the app in the channel by mentioning it; gives its answer in the thread."""
        self.say(f"@onboard {question}")
        self.open_thread(question)
        return self.reply("Why:")

    def choose(self, message: Locator, item: str) -> None:
        """Choose from the menu of a message."""
        message.hover()
        message.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=item).click()
