"""A picture of every state of the page, to be looked at: ``python -m tests.browser.gallery``, or ``make gallery``.

Writes ``STATE-LOOK.png`` to ``test-results/gallery``: each of STATES in each of LOOKS. Names on the command line choose
among both: ``python -m tests.browser.gallery loaded phone``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.driver import chromium, opened, settled, upload
from tests.browser.server import ROOT, serve
from tests.made import made_portfolio

PLACE = ROOT / "test-results" / "gallery"
HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
FUNDS = HEADER + "VTI,10000,250,1234.5\nVXUS,4000,62.5,0\nBND,5000,75,-20\n"
CASH = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total\n"
    "Z1,Mine,SPAXX**,HELD IN MONEY MARKET,,,$4000.00,\n"
)

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 760}, "has_touch": True, "is_mobile": True},
    "print": {},
    "forced": {"forced_colors": "active"},
}
"""How a page is looked at: options of a browser's context; ``print`` is the page on paper."""


def loaded(page: Page, text: str) -> None:
    """A portfolio of one's own, settled."""
    upload(page, text)
    settled(page)


def rows(count: int) -> str:
    """A file of made positions."""
    made = made_portfolio(count)
    return HEADER + "".join(f"{p.symbol},{p.value},{p.price},{p.pnl}\n" for p in made)


def editing(page: Page) -> None:
    """A target that is being typed, so that the sum is off, and an open row."""
    loaded(page, FUNDS)
    page.locator(".pbal-open").first.click()
    page.get_by_label("Target of VXUS in percent").fill("40")
    page.locator(".pbal[data-typing]").wait_for()


def error(page: Page) -> None:
    """A file that is refused, and an amount that is none."""
    upload(page, HEADER + "VTI,many,0,0\n,5,5,5\n")
    box = page.get_by_label("Cash", exact=True)
    box.fill("plenty")
    box.press("Enter")
    page.get_by_text('"plenty" is not a number').first.wait_for()


def no_plan(page: Page) -> None:
    """More is to be withdrawn than there is."""
    box = page.get_by_label("Cash", exact=True)
    box.fill("-500000")
    box.press("Enter")
    page.get_by_text("No plan:").first.wait_for()


def cash_only(page: Page) -> None:
    """An account that holds nothing but cash: it is asked what to buy."""
    upload(page, CASH)
    page.get_by_text("You hold nothing but cash").wait_for()


STATES: dict[str, Callable[[Page], None]] = {
    "first": lambda _page: None,
    "loaded": lambda page: loaded(page, FUNDS),
    "editing": editing,
    "error": error,
    "no-plan": no_plan,
    "restart": lambda _page: None,
    "empty": lambda page: loaded(page, HEADER + "VTI,0,250,0\nBND,0,75,0\n"),
    "cash-only": cash_only,
    "1": lambda page: loaded(page, rows(1)),
    "3": lambda page: loaded(page, rows(3)),
    "10": lambda page: loaded(page, rows(10)),
    "60": lambda page: loaded(page, rows(60)),
    "1000": lambda page: loaded(page, rows(1000)),
}
"""Name -> what brings a page that has just opened into that state."""


@contextmanager
def looking(browser: Browser, look: str) -> Iterator[Page]:
    """A page that is looked at in one of LOOKS."""
    with browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **LOOKS[look]}) as context:
        yield context.new_page()


def picture(page: Page, name: str, look: str) -> Path:
    """The whole page as it is, in a file."""
    path = PLACE / f"{name}-{look}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    if look == "print":
        page.emulate_media(media="print")
    size = page.viewport_size or {"width": 1280, "height": 720}
    whole = int(page.get_by_test_id("stMain").evaluate("main => main.scrollHeight"))  # it scrolls, not the page
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], whole)})
    page.wait_for_timeout(400)  # what is drawn anew at another height is drawn
    page.screenshot(path=path, full_page=True)
    return path


def take(browser: Browser, address: str, name: str, look: str) -> Path:
    """Opens a page, brings it into a state and takes its picture."""
    with looking(browser, look) as page:
        settled(opened(page, f"{address}/?method=exact&strategy=hard_rebalance"))
        STATES[name](page)
        return picture(page, name, look)


def after_a_restart(browser: Browser, look: str) -> Path:
    """The page whose server has gone away."""
    with looking(browser, look) as page:
        with serve(ROOT / "streamlit_app.py") as (address, _):
            settled(opened(page, address))
        page.get_by_text("No connection to the server").wait_for()
        return picture(page, "restart", look)


def main(chosen: list[str]) -> None:
    """Takes the pictures that are asked for; all of them where nothing is."""
    states = [name for name in STATES if name in chosen] or list(STATES)
    looks = [look for look in LOOKS if look in chosen] or list(LOOKS)
    with chromium() as browser:
        if "restart" in states:
            for look in looks:
                print(after_a_restart(browser, look))
        with serve(ROOT / "streamlit_app.py") as (address, _):
            for name in states:
                for look in looks if name != "restart" else ():
                    print(take(browser, address, name, look))


if __name__ == "__main__":
    main(sys.argv[1:])
