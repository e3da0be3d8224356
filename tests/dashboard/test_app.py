"""The page as Streamlit runs it, without a browser: uploads, settings, reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.uploaded_file_manager import DeletedFile
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from pbal_core.dashboard import begin, keep, positions, state, targets_panel, typed_positions, wanted
from pbal_core.dashboard.loaded import Current
from pbal_core.dashboard.settings import read_settings
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from pbal_core.readers import CashBalance, Statement
from pbal_core.sample import SAMPLES
from pbal_core.views.drift import Band
from pbal_core.views.saved import Session
from pbal_core.views.session import dumps

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
SMALL = HEADER + "VTI,1000,250,0\nBND,500,75,-20\n"


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)


def upload(app: AppTest, text: str | bytes, name: str = "positions.csv") -> AppTest:
    data = text if isinstance(text, bytes) else text.encode()
    if not any(found.key == "upload" for found in app.file_uploader):
        button(app, "Change").click().run()
    return app.file_uploader(key="upload").set_value([(name, data, "text/csv")]).run()


def load_targets(app: AppTest, data: bytes) -> AppTest:
    """Puts a file into the uploader of the targets and runs the page."""
    return app.file_uploader(key="targets_file").set_value(("targets.toml", data, "application/toml")).run()


def report(app: AppTest) -> list[str]:
    """The problems of a refused file: a line each, or, where they are many, the column of a table."""
    tables = [element.value for element in app.dataframe if "What to do" in element.value]
    return list(tables[0]["What to do"]) if tables else [text.value for text in app.text if "sample" not in text.value]


def button(app: AppTest, label: str) -> Button:
    return next(button for button in app.button if label in button.label)


def symbols(app: AppTest) -> list[str]:
    return list(app.session_state["page"].current.statement.portfolio.symbols)


def test_it_opens_alive(app: AppTest) -> None:
    """The first screen shows the sample with the settings of the README, and no complaint."""
    app.run()
    assert not app.exception
    assert not app.error
    assert (app.session_state["cash"], app.session_state["min_trade"]) == (5000, 100)
    assert app.radio(key="strategy").value == "try_avoid_sell"
    assert symbols(app)[0] == "FTEC"


def test_settings_come_from_the_address(app: AppTest) -> None:
    """A shared address brings its settings, and the address follows the settings."""
    app.query_params.update({"cash": "-2500", "strategy": "hard_rebalance"})
    app.run()
    assert app.session_state["cash"] == -2500
    assert app.radio(key="strategy").value == "hard_rebalance"
    app.session_state["cash"] = 750
    app.run()
    assert app.query_params["cash"] in ("750", ["750"])


def test_back_and_forward_bring_every_question_again(app: AppTest) -> None:
    """At once after a change, over files too; an address of another session brings what it says."""
    app.run()
    assert not app.query_params, "what the address says already is not written into it"
    app.session_state["cash"] = 750
    app.run()
    upload(app, SMALL)
    loaded = dict(app.query_params)
    assert loaded["positions"] in ("own", ["own"])
    app.query_params.clear()
    app.run()
    assert (app.session_state["cash"], symbols(app)[0]) == (5000, "FTEC")
    assert not app.query_params
    app.query_params.update(loaded)
    app.run()
    assert (app.session_state["cash"], symbols(app)) == (750, ["VTI", "BND"])
    app.query_params.clear()
    app.query_params.update({"cash": "-20", "step": "7-else"})
    app.run()
    assert (app.session_state["cash"], app.session_state["method"]) == (-20, "classic")
    assert symbols(app) == ["VTI", "BND"]


def test_an_address_that_was_on_its_way_is_not_back(app: AppTest) -> None:
    """A control was used before the browser knew of the last change: both changes hold."""
    app.run()
    before = dict(app.query_params)
    app.session_state["cash"] = 750
    app.run()
    app.query_params.clear()
    app.query_params.update(before)
    button(app, "Paste").click().run()
    assert app.session_state["cash"] == 750
    app.run()
    assert app.session_state["cash"] == 5000, "without a control it is Back"


def test_a_change_after_undo_forgets_what_was_undone(app: AppTest) -> None:
    """As in every editor: there is nothing to redo then."""
    app.run()
    app.session_state["cash"] = 750
    app.run()
    undone = dict(app.query_params)
    app.query_params.clear()
    app.run()
    app.session_state["cash"] = 20
    app.run()
    assert [q.settings.cash for _, q in app.session_state["page"].history.steps] == [5000, 20]
    app.query_params.clear()
    app.query_params.update(undone)
    app.run()
    assert app.session_state["cash"] == 750, "an address that is not of this history says what it says"


def test_positions_that_are_gone_are_said(app: AppTest) -> None:
    """An address that was made with somebody's own positions shows the sample, and says why and what to do."""
    app.query_params.update({"cash": "750", "method": "exact", "positions": "own", "step": "3-abcd"})
    app.run()
    assert len(app.warning) == 1
    assert "A link never holds them" in app.warning[0].value
    app.session_state["cash"] = 800
    app.run()
    assert app.warning, "until something is loaded"
    upload(app, SMALL)
    assert not app.warning


def test_a_file_that_the_server_lost_is_no_error() -> None:
    """The browser still names it after a restart; Streamlit then hands out a marker without content."""
    assert begin.contents([DeletedFile("1")]) == []


def test_no_minimum_trade_goes_with_the_exact_method_alone(app: AppTest) -> None:
    """Back in the classic method, whose step cannot be 0, the default stands again."""
    app.query_params.update({"method": "exact", "min_trade": "0"})
    app.run()
    assert not app.warning
    assert app.session_state["min_trade"] == 0
    app.radio(key="method").set_value("classic").run()
    assert not app.exception
    assert app.session_state["min_trade"] == 100


def test_a_bad_address_is_named_once(app: AppTest) -> None:
    """An amount that cannot be used is replaced by the default, and one warning says so."""
    app.query_params["cash"] = "lots"
    app.run()
    assert not app.exception
    assert app.session_state["cash"] == 5000
    assert len(app.warning) == 1
    app.run()
    assert not app.warning


def test_all_that_is_bad_in_an_address_is_one_warning(app: AppTest) -> None:
    """A line each; several boxes would push the plan off the screen."""
    app.query_params.update({"cash": "lots", "min_trade": "-5", "strategy": "yolo", "method": "bar"})
    app.run()
    assert len(app.warning) == 1
    assert len(app.warning[0].value.splitlines()) == 4


def test_an_upload_replaces_the_sample(app: AppTest) -> None:
    """The file's positions are on the page, and the way back to the sample too."""
    upload(app.run(), SMALL)
    assert not app.error
    assert symbols(app) == ["VTI", "BND"]
    button(app, "Remove").click().run()
    assert symbols(app)[0] == "FTEC"


@pytest.mark.parametrize(
    ("data", "needle"),
    [
        (b"", "empty"),
        (HEADER.encode(), "no position"),
        (b"a,b\n1,2\n", "column"),
        (b"\x00\x01\x02\xff" * 50, "text"),
        ((HEADER + "VTI,abc,1,\nBND,5,0,\n").encode(), "not a number"),
        ((HEADER + "<script>alert(1)</script>,1,1,\n").encode(), "symbol"),
        ((HEADER + "![x](https://example.com/a.png),1,1,\n").encode(), "symbol"),
        (b"x" * 2_100_000, "2 MB"),
    ],
)
def test_a_bad_file_keeps_the_last_good_portfolio(app: AppTest, data: bytes, needle: str) -> None:
    """The report says what is wrong; the portfolio before stays; nothing is rendered as Markdown."""
    upload(app.run(), SMALL)
    upload(app, data, name="![x](https://example.com/b.png).csv")
    assert not app.exception
    assert symbols(app) == ["VTI", "BND"]
    assert len(app.error) == 1
    shown = " ".join(report(app))
    assert needle in shown
    texts = [element.value for kind in (app.error, app.warning, app.markdown, app.caption) for element in kind]
    assert not any("https://example.com" in text for text in texts)


def test_every_bad_row_is_in_the_report(app: AppTest) -> None:
    """Line and column of each problem."""
    upload(app.run(), HEADER + "VTI,abc,1,\nBND,5,0,\nVXUS,1,1\n")
    problems = report(app)[:3]
    assert [line.partition(":")[0] for line in problems] == ["Line 2, PositionValue", "Line 3, MarkPrice", "Line 4"]


def test_many_bad_rows_are_a_table(app: AppTest) -> None:
    """More than a few problems stand in a table with line and column; a column that says nothing is left out."""
    upload(app.run(), HEADER + "VTI,abc,1,\nBND,5,0,\nVXUS,1,1\n" * 4)
    problems = next(element.value for element in app.dataframe if "What to do" in element.value)
    assert list(problems["Line"])[:3] == [2, 3, 4]
    assert list(problems["Column"])[:3] == ["PositionValue", "MarkPrice", ""]
    upload(app, HEADER + "VXUS,1,1\n" * 12)
    problems = next(element.value for element in app.dataframe if "What to do" in element.value)
    assert list(problems.columns) == ["Line", "What to do"]


def confirm(app: AppTest) -> None:
    """Confirms the columns, where the page asks for it."""
    for found in [each for each in app.button if each.label == "Use these columns"]:
        found.click().run()


THREE = "VTI\t10\t250\nBND\t20\t75.5\nVXUS\t4\t62\n"


def typed(app: AppTest, *rows: Sequence[str]) -> AppTest:
    """Sends typed rows as the browser does."""
    if not any(found.label == "Type" for found in app.button):
        button(app, "Change").click().run()
    names = ("symbol", "shares", "price")
    offer = typed_positions.read_typed([dict(zip(names, row, strict=True)) for row in rows], None)
    state = app.session_state["page"]
    assert isinstance(offer, Current)
    state.current = offer
    return app.run()


def test_pasted_typed_and_uploaded_are_one_portfolio(app: AppTest) -> None:
    """The same content by any way in gives the same positions, to the cent."""
    text = "Symbol\tShares\tPrice\n" + THREE
    upload(app.run(), text)
    confirm(app)
    uploaded = app.session_state["page"].current.statement.portfolio
    button(app, "Change").click().run()
    button(app, "Paste").click().run()
    app.text_area(key="pasted").set_value(text).run()
    button(app, "Read the cells").click().run()
    confirm(app)
    assert not app.exception
    assert app.session_state["page"].current.name == positions.PASTED
    assert app.session_state["page"].current.statement.portfolio == uploaded
    typed(app, *(line.split("\t") for line in THREE.splitlines()))
    assert app.session_state["page"].current.statement.portfolio == uploaded


def test_what_is_pasted_meets_the_bounds_of_a_file(app: AppTest) -> None:
    """2 MB, and the rows: checked in Python, whatever the browser let through."""
    button(app.run(), "Paste").click().run()
    button(app, "Read the cells").click().run()
    assert "The box is empty" in " ".join(report(app))
    app.text_area(key="pasted").set_value("x" * 2_100_000).run()
    button(app, "Read the cells").click().run()
    assert "2 MB" in " ".join(report(app))
    assert symbols(app)[0] == "FTEC"


def test_several_files_are_one_portfolio(app: AppTest) -> None:
    """Each without accounts is an account of its own; the same file twice would count double."""
    files = [("a.csv", (HEADER + "VTI,1000,250,0\n").encode(), "text/csv"), ("b.csv", SMALL.encode(), "text/csv")]
    app.run().file_uploader(key="upload").set_value(files).run()
    assert not app.exception
    portfolio = app.session_state["page"].current.statement.portfolio
    assert [(p.symbol, p.value) for p in portfolio] == [("VTI", 2000), ("BND", 500)]
    button(app, "Details").click().run()
    assert not app.exception
    assert any("a.csv" in text.value for text in app.text)
    button(app, "Change").click().run()
    app.file_uploader(key="upload").set_value([files[0], files[0]]).run()
    assert "count double" in " ".join(report(app))
    assert symbols(app) == ["VTI", "BND"]


def test_removing_the_portfolio_is_undone(app: AppTest) -> None:
    """Back to the start, and back again."""
    upload(app.run(), SMALL)
    loaded = dict(app.query_params)
    button(app, "Remove").click().run()
    assert symbols(app)[0] == "FTEC"
    app.query_params.clear()
    app.query_params.update(loaded)
    app.run()
    assert symbols(app) == ["VTI", "BND"]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_has_a_plan(app: AppTest, name: str) -> None:
    """Nothing held is a beginning too: the cash is shared out."""
    app.run()
    app.session_state["page"].current = positions.sample(name)
    app.run()
    assert not app.exception
    assert not app.error
    assert any("This is a sample portfolio" in text.value for text in app.text)


def test_the_page_names_no_option_of_the_command(app: AppTest) -> None:
    """What must be chosen is said in the page's language, which begins with a capital."""
    upload(app.run(), TWO_ACCOUNTS, "OfxDownload.csv")
    lines = [text.value for text in app.text]
    assert any("11111111" in line for line in lines)
    assert not any("pbal" in line or "--" in line for line in lines)
    assert all(line[:1] == line[:1].upper() for line in lines)


def test_both_strategies_and_both_roundings(app: AppTest) -> None:
    """Every combination draws a page."""
    app.run()
    for strategy in ("hard_rebalance", "try_avoid_sell"):
        for method in ("exact", "classic"):
            app.radio(key="strategy").set_value(strategy)
            app.radio(key="method").set_value(method).run()
            assert not app.exception
            assert not app.error
            assert app.query_params["strategy"] in (strategy, [strategy])


def test_holdings_never_reach_the_address(app: AppTest) -> None:
    """After an upload the address holds settings and nothing else."""
    app.session_state["cash"] = 750
    upload(app.run(), SMALL)
    assert set(app.query_params) == {"cash", "min_trade", "strategy", "method", "positions", "step"}
    assert app.query_params["positions"] in ("own", ["own"])
    assert not any(text in str(dict(app.query_params)) for text in ("VTI", "BND", "1000", "1500"))


TWO_ACCOUNTS = """Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
11111111,TOTAL STOCK,VTI,10,250.00,2500.00,
22222222,TOTAL STOCK,VTI,4,250.00,1000.00,
22222222,TOTAL BOND,BND,20,75.00,1500.00,
"""


def test_accounts_are_chosen_on_purpose(app: AppTest) -> None:
    """One symbol in two accounts is not added up in silence: the page asks, and takes the choice."""
    upload(app.run(), TWO_ACCOUNTS, "OfxDownload.csv")
    assert symbols(app)[0] == "FTEC"
    assert "is not loaded yet" in app.warning[0].value
    assert list(app.multiselect[0].value) == ["11111111", "22222222"]
    app.multiselect[0].set_value(["22222222"]).run()
    button(app, "Use these accounts").click().run()
    assert not app.exception
    assert not app.warning
    portfolio = app.session_state["page"].current.statement.portfolio
    assert [(p.symbol, p.value) for p in portfolio] == [("VTI", 1000), ("BND", 1500)]


def test_accounts_that_are_added_up_are_warned_of(app: AppTest) -> None:
    """Money cannot move between accounts, so a plan for their sum says so."""
    upload(app.run(), TWO_ACCOUNTS, "OfxDownload.csv")
    button(app, "Use these accounts").click().run()
    captions = [caption.value for caption in app.caption]
    assert any(text.startswith("The plan adds up 2 accounts: money would have to move") for text in captions)


def test_columns_of_an_unknown_file_are_confirmed(app: AppTest) -> None:
    """Guessed columns are shown and must be confirmed; they can be kept as a file."""
    upload(app.run(), "Ticker;Units;Last price;Price\nVTI;10;250.00;201.00\nBND;20;75.00;80.00\n", "own.csv")
    assert symbols(app)[0] == "FTEC"
    assert [box.value for box in app.selectbox][:3] == ["Ticker", "Units", "Last price"]
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert symbols(app) == ["VTI", "BND"]
    assert app.session_state["page"].current.statement.portfolio["VTI"].value == 2500


def test_columns_can_be_named_by_hand(app: AppTest) -> None:
    """Where nothing can be guessed, the columns are chosen from the header."""
    upload(app.run(), "Papier,Bestand,Kurs\nVTI,10,250.00\nBND,20,75.00\n", "own.csv")
    assert app.error
    for label, column in (("Symbol", "Papier"), ("Shares held", "Bestand"), ("Price of one share", "Kurs")):
        next(box for box in app.selectbox if box.label == label).set_value(column).run()
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert symbols(app) == ["VTI", "BND"]


@pytest.mark.parametrize(("style", "price"), [("1,234.56", "1234"), ("1.234,56", "1.234")])
def test_numbers_that_can_be_read_in_two_ways_wait_for_their_style(app: AppTest, style: str, price: str) -> None:
    """The file is refused with a control to choose the style by, not with a dead end."""
    upload(app.run(), 'Ticker,Units,Last price\nVTI,10,"1,234"\nBND,20,"2,345"\n', "own.csv")
    assert "can be read as 1,234 or as 1.234" in " ".join(report(app))
    box = next(box for box in app.selectbox if box.label == "Numbers are written")
    box.set_value({"1,234.56": ".", "1.234,56": ","}[style]).run()
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert str(app.session_state["page"].current.statement.portfolio["VTI"].price) == price


@pytest.mark.parametrize(("reading", "price"), [("2.5", "2.500"), ("2,500", "2500")])
def test_an_amount_that_can_be_two_is_asked_about_with_a_button_for_each(
    app: AppTest, reading: str, price: str
) -> None:
    """A press reads the whole file so, with the columns that are chosen beside it."""
    upload(app.run(), "Ticker;Units;Last price\nVTI;10;2.500\nBND;20;1.440\n", "own.csv")
    assert "What is 2.500?" in [text.value for text in app.text]
    next(found for found in app.button if found.label == reading).click().run()
    assert not app.exception
    assert not app.error
    assert str(app.session_state["page"].current.statement.portfolio["VTI"].price) == price


def test_a_column_without_a_name_can_be_chosen(app: AppTest) -> None:
    """The lists have the header's row, and a column that it does not name."""
    upload(app.run(), "My holdings,,\nPapier,,Kurs\nVTI,10,250.00\nBND,20,75.00\n", "own.csv")
    box = next(box for box in app.selectbox if box.label == "Shares held")
    assert box.options == ["(not in the file)", "Papier", "column 2", "Kurs"]
    for label, column in (("Symbol", "Papier"), ("Shares held", "column 2"), ("Price of one share", "Kurs")):
        next(box for box in app.selectbox if box.label == label).set_value(column).run()
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert symbols(app) == ["VTI", "BND"]


def test_cash_in_the_file_is_offered(app: AppTest) -> None:
    """Cash found beside the positions becomes the cash to invest with one click, never by itself."""
    upload(app.run(), TWO_ACCOUNTS.replace("22222222,TOTAL BOND,BND,20,75.00", "11111111,SETTLEMENT,VMFXX,1500,1.00"))
    if app.multiselect:
        button(app, "Use these accounts").click().run()
    assert app.session_state["cash"] == 5000
    button(app, "Invest ").click().run()
    assert app.session_state["cash"] == 1500


def test_a_file_in_euros_is_shown_in_euros(app: AppTest) -> None:
    """The cash that is offered, and the least cash; no text of the page names dollars."""
    data = (ROOT / "tests" / "data" / "readers" / "degiro_de.csv").read_bytes()
    upload(app.run(), data)
    assert not app.exception
    assert app.session_state["page"].current.statement.portfolio.currency == "EUR"
    assert button(app, "Invest ").label == "Invest €410.22"
    assert any("without selling: €" in text.value for text in app.text)
    assert not any("$" in text.value for text in app.text)


GOOD = b"[targets]\nVTI = 75\nBND = 25\n"


def weights(app: AppTest) -> dict[str, Fraction]:
    return wanted.weights_of(app.session_state["page"].policy)


def has_plan(app: AppTest) -> bool:
    return any('"point"' in part.proto.json for part in app.get("bidi_component"))


def edit(app: AppTest, **request: object) -> AppTest:
    """Sends an edit of the targets as the browser does."""
    state = app.session_state["page"]
    portfolio = state.current.statement.portfolio
    state.policy, state.note = targets_panel.read_weights(request["rows"], state.policy, portfolio)
    return app.run()


def test_targets_can_be_loaded_and_saved(app: AppTest) -> None:
    """A targets file moves the plan; a bad one is refused with its sum, and what was in force stays."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    load_targets(app, GOOD)
    assert not app.exception
    assert weights(app) == {"VTI": 75, "BND": 25}
    load_targets(app, b"[targets]\nVTI = 75\nBND = 35\n")
    assert "not changed" in app.error[0].value
    assert any("110" in text.value for text in app.text)
    assert weights(app) == {"VTI": 75, "BND": 25}


def test_targets_outlive_every_file(app: AppTest) -> None:
    """Loaded before the positions, over a file in another order, and over one that asks something."""
    app.session_state["targets_panel"] = True
    load_targets(app.run(), GOOD)
    assert "kept for your own positions" in app.info[0].value
    assert has_plan(app), "the sample is planned with equal weights"
    upload(app, SMALL)
    assert not app.info
    assert weights(app) == {"VTI": 75, "BND": 25}
    first = words_of_plan(app)
    upload(app, HEADER + "BND,500,75,-20\nVTI,1000,250,0\n")
    assert weights(app) == {"VTI": 75, "BND": 25}
    assert sorted(first.split()) == sorted(words_of_plan(app).split())


def words_of_plan(app: AppTest) -> str:
    data = next(json.loads(part.proto.json) for part in app.get("bidi_component") if '"point"' in part.proto.json)
    return str(data["point"]["data"]["sentence"]["states"][0])


def test_a_position_without_a_target_is_asked_about(app: AppTest) -> None:
    """There is no plan on a guess; each choice gives one, and each is undone by Back."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    load_targets(app, GOOD)
    three = HEADER + "VTI,1000,250,0\nBND,500,75,-20\nVXUS,800,62.5,\n"
    upload(app, three)
    asked = dict(app.query_params)
    for label, expected in (("Leave it alone", {"VTI": 75, "BND": 25}), ("Sell it", {"VTI": 75, "BND": 25, "VXUS": 0}),
                            ("Equal weights for all", {})):  # fmt: skip
        assert not has_plan(app)
        assert any("VXUS has no target" in text.value for text in app.text)
        button(app, label).click().run()
        assert not app.exception
        assert has_plan(app)
        assert weights(app) == expected
        app.query_params.clear()
        app.query_params.update(asked)
        app.run()
    box = next(box for box in app.text_input if "VXUS" in box.label)
    box.set_value("20 %").run()
    assert weights(app) == {"VTI": 60, "BND": 20, "VXUS": 20}
    assert has_plan(app)


def test_a_target_that_is_not_held_asks_its_price(app: AppTest) -> None:
    """In the page, beside the plan that waits for it; it is given, or the target is dropped."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    load_targets(app, b"[targets]\nVTI = 60\nBND = 20\nGLD = 20\n")
    assert not has_plan(app)
    asked = dict(app.query_params)
    box = next(box for box in app.text_input if "GLD" in box.label)
    box.set_value("no idea").run()
    assert "not changed" in app.error[0].value
    next(box for box in app.text_input if "GLD" in box.label).set_value("$410.50").run()
    assert has_plan(app)
    assert not app.error
    assert dict(app.session_state["page"].policy.targets.prices) == {"GLD": Decimal("410.5")}
    app.query_params.clear()
    app.query_params.update(asked)
    app.run()
    button(app, "Drop its target").click().run()
    assert weights(app) == {"VTI": 75, "BND": 25}
    assert has_plan(app)


def test_targets_that_are_not_held_are_dropped_together(app: AppTest) -> None:
    """Of many the first are asked about; one button drops them all, as one step of the history."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    many = "".join(f"S{i} = 0.1\n" for i in range(30))
    load_targets(app, f"[targets]\nVTI = 77\nBND = 20\n{many}".encode())
    assert not has_plan(app)
    assert sum("Price of one share of S" in box.label for box in app.text_input) == 20
    steps = len(app.session_state["page"].history.steps)
    button(app, "Drop all 30 targets").click().run()
    assert not app.exception
    assert list(weights(app)) == ["VTI", "BND"]
    assert sum(weights(app).values()) == 100
    assert has_plan(app)
    assert len(app.session_state["page"].history.steps) == steps + 1


def test_constraints_are_loaded_and_saved_with_the_targets(app: AppTest) -> None:
    """What the file says of symbols that are not there waits for them; what is in force is said in words."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    text = """[targets]
VTI = 75
BND = 25

[constraints]
frozen = ["GLD", "VTI"]
cash_buffer = "250.00"
fee_per_trade = "1.50"

[constraints.fractional]
BND = "0.5"
"""
    load_targets(app, text.encode("utf-8-sig"))
    assert not app.exception
    found = app.session_state["page"].policy
    assert found.to_toml() == text
    words = next(line.value for line in app.text if line.value.startswith("Constraints: "))
    assert "VTI is frozen" in words
    assert "GLD" not in words
    assert "cash up to $250.00 is kept" in words
    assert has_plan(app)


def test_amounts_of_a_targets_file_that_the_page_cannot_take_are_refused(app: AppTest) -> None:
    """They have an end; the file is refused with it, and nothing of it counts."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    load_targets(app, b"[constraints]\nfee_per_trade = 2000000\n")
    assert not app.exception
    assert any("at most 1,000,000" in text.value for text in app.text)
    assert not app.session_state["page"].policy.constraints.fee_per_trade


def test_constraints_are_changed_in_their_panel(app: AppTest) -> None:
    """One control a rule; they outlive a closed panel and another file, and Back takes them back."""
    app.session_state["rules_panel"] = True
    app.run()
    before = dict(app.query_params)

    def control(kind: str, label: str) -> Any:
        return next(box for box in getattr(app, kind) if label in box.label)

    control("multiselect", "Never sell").set_value(["VCR"]).run()
    control("multiselect", "fractions").set_value(["VIS"]).run()
    control("text_input", "Cash buffer").set_value("$400").run()
    control("text_input", "Fee per trade").set_value("1.5").run()
    assert not app.exception
    constraints = app.session_state["page"].policy.constraints
    amounts = {"cash_buffer": "400", "fee_per_trade": "1.5"}
    assert constraints.to_dict() == {"never_sell": ["VCR"], "fractional": {"VIS": "0.001"}} | amounts
    control("text_input", "Fee per trade").set_value("a lot").run()
    assert "not changed" in app.error[0].value
    assert app.session_state["page"].policy.constraints == constraints
    app.session_state["rules_panel"] = False
    upload(app.run(), SMALL)
    assert app.session_state["page"].policy.constraints == constraints
    assert any("cash up to $400.00 is kept" in text.value for text in app.text)
    app.query_params.clear()
    app.query_params.update(before)
    app.run()
    assert app.session_state["page"].policy.constraints.to_dict() == {}


DEAR = HEADER + "VOO,5500,550,0\nF,6000,11,0\n"


def test_the_rest_is_invested_and_kept_again(app: AppTest) -> None:
    """A press invests what stays, past the targets; the page, the link and Undo know it, and a press takes it back."""
    app.query_params.update({"cash": "540", "min_trade": "0", "method": "exact"})
    upload(app.run(), DEAR)
    assert "$518.00 stays in cash" in words_of_plan(app)
    before = dict(app.query_params)
    button(app, "Invest the rest").click().run()
    assert not app.exception
    assert app.session_state["page"].policy.constraints.leftover == "invest"
    assert "$1.00 stays in cash" in words_of_plan(app)
    assert any("cash that is left is invested past the targets" in text.value for text in app.text)
    assert app.query_params["leftover"] in ("invest", ["invest"])
    after = dict(app.query_params)
    app.query_params.clear()
    app.query_params.update(before)  # Undo
    app.run()
    assert "$518.00 stays in cash" in words_of_plan(app)
    app.query_params.clear()
    app.query_params.update(after)  # Redo
    app.run()
    button(app, "Keep the rest in cash").click().run()
    assert "$518.00 stays in cash" in words_of_plan(app)
    assert "leftover" not in app.query_params


@pytest.mark.parametrize(
    ("cash", "method"), [("550", "exact"), ("540", "classic"), ("-500", "exact"), ("0", "exact"), ("5", "exact")]
)
def test_investing_the_rest_is_offered_where_it_buys_more(app: AppTest, cash: str, method: str) -> None:
    """Not where nothing stays, nothing more can be paid, cash is withdrawn, or each trade is rounded by itself."""
    app.query_params.update({"cash": cash, "min_trade": "0" if method == "exact" else "100", "method": method})
    upload(app.run(), DEAR)
    assert not app.exception
    assert not [found for found in app.button if found.key == "leftover"]


def test_the_classic_method_says_that_it_does_not_invest_the_rest(app: AppTest) -> None:
    """It is refused with what to do, under the name that the page has for it, and the exact method takes it again."""
    app.query_params.update({"cash": "540", "min_trade": "100", "method": "classic", "leftover": "invest"})
    upload(app.run(), DEAR)
    said = [text.value for text in app.text]
    assert (
        '"Invest rest" needs the exact method: the classic method leaves what does not fill a step. '
        'Choose "fit to cash (exact)" above.'
    ) in said
    assert not [found for found in app.button if found.key == "leftover"]
    app.radio(key="method").set_value("exact").run()
    assert not app.error
    assert button(app, "Keep the rest in cash")


def test_a_link_says_that_the_rest_is_invested(app: AppTest) -> None:
    """The link carries the choice; one that says something else about it is named, and what is left stays in cash."""
    app.query_params.update({"leftover": "invest"})
    app.run()
    assert not app.warning
    assert button(app, "Keep the rest in cash")
    other = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    other.query_params.update({"leftover": "![x](https://example.com/beacon.png)"})
    other.run()
    assert [warning.value for warning in other.warning] == [
        "What the link says about the cash that is left is not known; that cash is kept."
    ]
    assert other.session_state["page"].policy.constraints.leftover == ""


def test_what_is_held_in_fractions_can_be_traded_whole(app: AppTest) -> None:
    """It trades in fractions by itself, and taking it out of the list is a choice that is kept."""
    app.session_state["rules_panel"] = True
    upload(app.run(), "Symbol,Shares,Price\nVTSAX,10.0254,100\nVTI,6,250\n")
    confirm(app)
    box = next(box for box in app.multiselect if "fractions" in box.label)
    assert box.value == ["VTSAX"]
    box.set_value([]).run()
    assert app.session_state["page"].policy.constraints.to_dict() == {"fractional": {"VTSAX": "1"}}
    assert next(box for box in app.multiselect if "fractions" in box.label).value == []


def test_typed_targets_move_the_plan(app: AppTest) -> None:
    """They are a step of the history, and the note says what was done to their sum."""
    upload(app.run(), SMALL)
    edit(app, rows=[{"symbol": "VTI", "weight": "66.7"}, {"symbol": "BND", "weight": "33.4"}])
    assert not app.exception
    assert "scaled to 100 %" in app.session_state["page"].note
    steps = app.session_state["page"].history.steps
    assert steps[-1][1].policy.targets is not None


def test_a_session_brings_everything_back(app: AppTest) -> None:
    """Positions, targets, constraints and settings, byte for byte; with a newer file, that file's positions."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    load_targets(app, GOOD + b'[constraints]\nnever_sell = ["BND"]\n')
    app.session_state["cash"] = -750
    app.run()
    app.radio(key="strategy").set_value("hard_rebalance").run()
    text = dumps(saved_of(app))
    fresh = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    upload(fresh, text, "mine.pbal.json")
    assert not fresh.exception
    assert not fresh.error
    assert symbols(fresh) == ["VTI", "BND"]
    assert (fresh.session_state["cash"], fresh.radio(key="strategy").value) == (-750, "hard_rebalance")
    assert weights(fresh) == {"VTI": 75, "BND": 25}
    assert words_of_plan(fresh) == words_of_plan(app)
    button(fresh, "Change").click().run()
    newer = HEADER + "BND,900,80,0\nVTI,1100,275,0\n"
    both = [("mine.pbal.json", text.encode(), "application/json"), ("new.csv", newer.encode(), "text/csv")]
    fresh.file_uploader(key="upload").set_value(both).run()
    assert symbols(fresh) == ["BND", "VTI"]
    assert weights(fresh) == {"VTI": 75, "BND": 25}
    assert has_plan(fresh)


def saved_of(app: AppTest) -> Session:
    """What the button would save: only inside a run is there a session to ask, so this is put together here."""
    page = app.session_state["page"]
    return keep.session_of(page, read_settings({name: app.session_state[name] for name in state.SETTINGS})[0])


def test_cells_that_cannot_be_read_are_refused_in_a_sentence(app: AppTest) -> None:
    """They have no name of a file; what was pasted stays in its box."""
    button(app.run(), "Paste").click().run()
    app.text_area(key="pasted").set_value("hello\nworld")
    button(app, "Read the cells").click().run()
    assert app.error[0].value.startswith("The pasted cells were not loaded: 1 problem was found.")
    assert app.text_area(key="pasted").value == "hello\nworld"


@pytest.mark.parametrize("text", ['{"kind": "pbal-session", "version": 9}', '{"kind": "pbal-session", "version": 1}'])
def test_a_session_that_is_not_understood_changes_nothing(app: AppTest, text: str) -> None:
    """It is refused by name; the portfolio and the targets stay."""
    upload(app.run(), SMALL)
    upload(app, text, "new.pbal.json")
    assert "not loaded" in app.error[0].value
    assert symbols(app) == ["VTI", "BND"]


def test_nothing_but_cash_is_a_beginning(app: AppTest) -> None:
    """The page asks what to buy; targets with prices make a plan."""
    app.run()
    cash = (CashBalance(line=1, account="", amount=Decimal(9000), currency="USD", label="Cash"),)
    app.session_state["page"].current = Current(name="cash", statement=Statement(broker="A bank", cash=cash))
    app.run()
    assert not app.exception
    assert any("nothing but cash" in text.value for text in app.text)
    edit(
        app, rows=[{"symbol": "VTI", "weight": "60", "price": "250"}, {"symbol": "BND", "weight": "40", "price": "75"}]
    )
    assert not app.exception
    assert has_plan(app)


def test_drift_and_least_cash_are_shown(app: AppTest) -> None:
    """What is out of band, what the plan does about it, and the least cash that cures it without selling."""
    app.run()
    words = next(text.value for text in app.text if "out of band" in text.value)
    assert words.startswith("4 of 10 funds are out of band: FTEC and VSMAX are above, VCR and VDC below. Nothing is ")
    assert "$88,103.92" in words


def test_what_is_frozen_has_no_drift(app: AppTest) -> None:
    """Nothing about drift contradicts the plan: what does not trade has no row, and needs no sale."""
    upload(app.run(), "Symbol,Shares,Price\nVTI,120,305\nBND,200,74\nGLD,15,200\n")
    page = app.session_state["page"]
    page.policy = wanted.leave_alone(Policy(targets=Targets({"VTI": 60, "BND": 40})), ["GLD"])
    app.session_state["drift_panel"] = True
    app.run()
    assert not app.exception
    table = next(each.value for each in app.dataframe if "Drift in points" in each.value)
    assert list(table["Symbol"]) == ["VTI", "BND"]
    assert any(caption.value.endswith("Not listed, because frozen: GLD") for caption in app.caption)
    said = next(text.value for text in app.text if "out of band" in text.value)
    assert said.startswith("2 of 2 funds are out of band")
    assert "Least cash that reaches the targets without selling: $9,600.00." in said


def test_only_a_question_about_columns_asks_for_them(app: AppTest) -> None:
    """Where accounts are to be chosen, or a cell is wrong, the columns that were read are folded away."""
    own = "Account,Symbol,Shares,Price\nIRA,VTI,120,305.00\nJoint,BND,200,74.00\nIRA,BND,10,74.00\n"
    for text in (own, "Symbol,Shares,Price\nVTI,ten,305\nBND,200,74\n"):
        upload(app.run(), text)
        assert any(each.label.startswith("Columns of ") for each in app.expander)
    upload(app, "Papier,Bestand,Kurs\nVTI,10,250.00\nBND,20,75.00\n")
    assert not any(each.label.startswith("Columns of ") for each in app.expander)


def test_a_band_is_part_of_the_question(app: AppTest) -> None:
    """The address says it, Undo brings the one before back, boxes too, and a saved session keeps it."""
    app.run()
    before = dict(app.query_params)
    app.session_state["drift_panel"] = True
    app.run()

    def points() -> str:
        return str(next(box.value for box in app.text_input if box.label == "Band in percentage points"))

    next(box for box in app.text_input if box.label == "Band in percentage points").set_value("3").run()
    assert not app.exception
    assert app.query_params["band"] in ("3,25", ["3,25"])
    after = dict(app.query_params)
    saved = saved_of(app).portfolios[0]
    assert saved.band == Band("0.25", "0.03")
    app.query_params.clear()
    app.query_params.update(before)  # Undo
    app.run()
    assert (app.session_state["page"].band, points()) == (Band(), "5")
    app.query_params.clear()
    app.query_params.update(after)  # Redo
    app.run()
    assert points() == "3"
    other = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    other.query_params["band"] = "3,25"  # somebody follows the link
    other.run()
    assert other.session_state["page"].band == Band("0.25", "0.03")


def test_a_question_without_a_plan_is_calm(app: AppTest) -> None:
    """More cash out than there is: the live view says why, once, and nothing of the page is missing."""
    app.session_state["cash"] = -500_000
    app.session_state["method"] = "exact"
    app.run()
    assert not app.exception
    assert not app.error
    shown = next(json.loads(part.proto.json) for part in app.get("bidi_component") if '"point"' in part.proto.json)
    assert shown["point"]["data"]["sentence"]["states"][0].startswith("No plan: cannot withdraw $500,000.00")


def test_columns_can_be_named_where_the_guess_does_not_read(app: AppTest) -> None:
    """``Position`` was guessed to be the shares held and says Long: the columns are offered beside the problem."""
    upload(app.run(), "Ticker,Position,Count,Price\nVTI,Long,10,250\nBND,Long,5,70\n")
    assert "not a number" in " ".join(report(app))
    choose = {box.label: box for box in app.selectbox}
    choose["Shares held"].set_value("Count").run()
    button(app, "Use these columns").click().run()
    assert not app.error
    assert symbols(app) == ["VTI", "BND"]


def test_columns_of_a_known_broker_are_not_asked_for(app: AppTest) -> None:
    """A bad number in IBKR's file is no question of columns."""
    upload(app.run(), HEADER + "VTI,abc,1,\n")
    assert not [box for box in app.selectbox if box.label == "Shares held"]


def test_another_choice_of_accounts_keeps_the_file(app: AppTest) -> None:
    """Accounts that cannot be added are asked about again, and the columns can still be used."""
    upload(app.run(), "Ticker,Shares,Price,Account,Currency\nVTI,10,250,A,USD\nVWCE,5,100,B,EUR\n")
    button(app, "Use these columns").click().run()
    app.multiselect[0].set_value(["A"]).run()
    button(app, "Use these accounts").click().run()
    assert symbols(app) == ["VTI"]
    button(app, "Details").click().run()
    app.multiselect[0].set_value(["A", "B"]).run()
    button(app, "Use these accounts").click().run()
    assert symbols(app) == ["VTI"]
    button(app, "Use these columns").click().run()
    assert not app.error
    assert not app.exception
