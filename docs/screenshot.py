"""Takes the picture of the local workspace that README.md shows: `python docs/screenshot.py`."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
QUESTION = "@onboard how does PCI enumeraton work?"
WINDOW = {"width": 1280, "height": 800}


def main() -> None:
    """Ask a question with a typo in the real page, open its thread, and keep what is to be seen."""
    command = [sys.executable, "-m", "bot", "try", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=HERE.parent, stderr=subprocess.PIPE, text=True) as trial:  # noqa: S603 - our own command
        try:
            take(address_of(trial), HERE / "try.png")
        finally:
            trial.terminate()


def address_of(trial: "subprocess.Popen[str]") -> str:
    """Return where the page is, as the command says it."""
    for line in trial.stderr or ():
        if found := re.search(r"http://\S+", line):
            return found[0]
    raise SystemExit("onboard try ended without saying where its page is.")


def take(address: str, picture: Path) -> None:
    """Save a picture of the page with an answer in it."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport=WINDOW)
        page.goto(address)
        page.get_by_role("button", name="Ask by mentioning it").wait_for()
        box = page.get_by_role("textbox", name="Message").first
        box.fill(QUESTION)
        box.press("Enter")
        page.get_by_role("button", name=re.compile("1 reply")).click()
        page.get_by_role("button", name="Why this?").wait_for()
        page.mouse.move(0, 0)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
