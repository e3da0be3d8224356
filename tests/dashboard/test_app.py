"""The page as Streamlit runs it, without a browser: uploads, settings, reports."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.runtime.uploaded_file_manager import DeletedFile
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from pbal_core.dashboard import begin, positions
from pbal_core.dashboard.loaded import Current
from pbal_core.sample import SAMPLES

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


def targets_words(app: AppTest) -> str:
    return next(text.value for text in app.text if text.value.startswith("Targets: "))


def symbols(app: AppTest) -> list[str]:
    return list(app.session_state["page"].current.statement.portfolio.symbols)


def test_it_opens_alive(app):
    """The first screen shows the sample with the settings of the README, and no complaint."""
    app.run()
    assert not app.exception
    assert not app.error
    assert (app.session_state["cash"], app.session_state["min_trade"]) == (5000, 100)
    assert app.radio(key="strategy").value == "try_avoid_sell"
    assert symbols(app)[0] == "FTEC"


def test_settings_come_from_the_address(app):
    """A shared address brings its settings, and the address follows the settings."""
    app.query_params.update({"cash": "-2500", "strategy": "hard_rebalance"})
    app.run()
    assert app.session_state["cash"] == -2500
    assert app.radio(key="strategy").value == "hard_rebalance"
    app.session_state["cash"] = 750
    app.run()
    assert app.query_params["cash"] in ("750", ["750"])


def test_back_and_forward_bring_every_question_again(app):
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


def test_an_address_that_was_on_its_way_is_not_back(app):
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


def test_a_change_after_undo_forgets_what_was_undone(app):
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


def test_positions_that_are_gone_are_said(app):
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


def test_a_file_that_the_server_lost_is_no_error():
    """The browser still names it after a restart; Streamlit then hands out a marker without content."""
    assert begin.contents([DeletedFile("1")]) == []


def test_no_minimum_trade_goes_with_the_exact_method_alone(app):
    """Back in the classic method, whose step cannot be 0, the default stands again."""
    app.query_params.update({"method": "exact", "min_trade": "0"})
    app.run()
    assert not app.warning
    assert app.session_state["min_trade"] == 0
    app.radio(key="method").set_value("classic").run()
    assert not app.exception
    assert app.session_state["min_trade"] == 100


def test_a_bad_address_is_named_once(app):
    """An amount that cannot be used is replaced by the default, and one warning says so."""
    app.query_params["cash"] = "lots"
    app.run()
    assert not app.exception
    assert app.session_state["cash"] == 5000
    assert len(app.warning) == 1
    app.run()
    assert not app.warning


def test_all_that_is_bad_in_an_address_is_one_warning(app):
    """A line each; several boxes would push the plan off the screen."""
    app.query_params.update({"cash": "lots", "min_trade": "-5", "strategy": "yolo", "method": "bar"})
    app.run()
    assert len(app.warning) == 1
    assert len(app.warning[0].value.splitlines()) == 4


def test_an_upload_replaces_the_sample(app):
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
def test_a_bad_file_keeps_the_last_good_portfolio(app, data, needle):
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


def test_every_bad_row_is_in_the_report(app):
    """Line and column of each problem."""
    upload(app.run(), HEADER + "VTI,abc,1,\nBND,5,0,\nVXUS,1,1\n")
    problems = report(app)[:3]
    assert [line.partition(":")[0] for line in problems] == ["Line 2, PositionValue", "Line 3, MarkPrice", "Line 4"]


def test_many_bad_rows_are_a_table(app):
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


def typed(app: AppTest, *rows: tuple[str, str, str]) -> AppTest:
    """Sends typed rows as the browser does."""
    if not any(found.label == "Type" for found in app.button):
        button(app, "Change").click().run()
    names = ("symbol", "shares", "price")
    offer = positions.read_typed([dict(zip(names, row, strict=True)) for row in rows], None)
    state = app.session_state["page"]
    assert isinstance(offer, Current)
    state.current = offer
    return app.run()


def test_pasted_typed_and_uploaded_are_one_portfolio(app):
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
    typed(app, *(tuple(line.split("\t")) for line in THREE.splitlines()))
    assert app.session_state["page"].current.statement.portfolio == uploaded


def test_what_is_pasted_meets_the_bounds_of_a_file(app):
    """2 MB, and the rows: checked in Python, whatever the browser let through."""
    button(app.run(), "Paste").click().run()
    app.text_area(key="pasted").set_value("x" * 2_100_000).run()
    button(app, "Read the cells").click().run()
    assert "2 MB" in " ".join(report(app))
    assert symbols(app)[0] == "FTEC"


def test_several_files_are_one_portfolio(app):
    """Each without accounts is an account of its own; the same file twice would count double."""
    files = [("a.csv", (HEADER + "VTI,1000,250,0\n").encode(), "text/csv"), ("b.csv", SMALL.encode(), "text/csv")]
    app.run().file_uploader(key="upload").set_value(files).run()
    assert not app.exception
    portfolio = app.session_state["page"].current.statement.portfolio
    assert [(p.symbol, p.value) for p in portfolio] == [("VTI", 2000), ("BND", 500)]
    button(app, "See").click().run()
    assert not app.exception
    assert any("a.csv" in text.value for text in app.text)
    button(app, "Change").click().run()
    app.file_uploader(key="upload").set_value([files[0], files[0]]).run()
    assert "count double" in " ".join(report(app))
    assert symbols(app) == ["VTI", "BND"]


def test_removing_the_portfolio_is_undone(app):
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
def test_every_sample_has_a_plan(app, name):
    """Nothing held is a beginning too: the cash is shared out."""
    app.run()
    app.session_state["page"].current = positions.sample(name)
    app.run()
    assert not app.exception
    assert not app.error
    assert any("This is a sample portfolio" in text.value for text in app.text)


def test_the_page_names_no_option_of_the_command(app):
    """What must be chosen is said in the page's language, which begins with a capital."""
    upload(app.run(), TWO_ACCOUNTS, "OfxDownload.csv")
    lines = [text.value for text in app.text]
    assert any("11111111" in line for line in lines)
    assert not any("pbal" in line or "--" in line for line in lines)
    assert all(line[:1] == line[:1].upper() for line in lines)


def test_both_strategies_and_both_roundings(app):
    """Every combination draws a page."""
    app.run()
    for strategy in ("hard_rebalance", "try_avoid_sell"):
        for method in ("exact", "classic"):
            app.radio(key="strategy").set_value(strategy)
            app.radio(key="method").set_value(method).run()
            assert not app.exception
            assert not app.error
            assert app.query_params["strategy"] in (strategy, [strategy])


def test_holdings_never_reach_the_address(app):
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


def test_accounts_are_chosen_on_purpose(app):
    """One symbol in two accounts is not added up in silence: the page asks, and takes the choice."""
    upload(app.run(), TWO_ACCOUNTS, "OfxDownload.csv")
    assert symbols(app)[0] == "FTEC"
    assert "choose first" in app.warning[0].value
    assert list(app.multiselect[0].value) == ["11111111", "22222222"]
    app.multiselect[0].set_value(["22222222"]).run()
    button(app, "Use these accounts").click().run()
    assert not app.exception
    assert not app.warning
    portfolio = app.session_state["page"].current.statement.portfolio
    assert [(p.symbol, p.value) for p in portfolio] == [("VTI", 1000), ("BND", 1500)]


def test_columns_of_an_unknown_file_are_confirmed(app):
    """Guessed columns are shown and must be confirmed; they can be kept as a file."""
    upload(app.run(), "Ticker;Units;Last price;Price\nVTI;10;250.00;201.00\nBND;20;75.00;80.00\n", "own.csv")
    assert symbols(app)[0] == "FTEC"
    assert [box.value for box in app.selectbox][:3] == ["Ticker", "Units", "Last price"]
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert symbols(app) == ["VTI", "BND"]
    assert app.session_state["page"].current.statement.portfolio["VTI"].value == 2500


def test_columns_can_be_named_by_hand(app):
    """Where nothing can be guessed, the columns are chosen from the header."""
    upload(app.run(), "Papier,Bestand,Kurs\nVTI,10,250.00\nBND,20,75.00\n", "own.csv")
    assert app.error
    for label, column in (("Symbol", "Papier"), ("Shares held", "Bestand"), ("Price of one share", "Kurs")):
        next(box for box in app.selectbox if box.label == label).set_value(column).run()
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert symbols(app) == ["VTI", "BND"]


@pytest.mark.parametrize(("style", "price"), [("1,234.56", "1234"), ("1.234,56", "1.234")])
def test_numbers_that_can_be_read_in_two_ways_wait_for_their_style(app, style, price):
    """The file is refused with a control to choose the style by, not with a dead end."""
    upload(app.run(), 'Ticker,Units,Last price\nVTI,10,"1,234"\nBND,20,"2,345"\n', "own.csv")
    assert "can be read in two ways" in " ".join(report(app))
    box = next(box for box in app.selectbox if box.label == "Numbers are written")
    box.set_value({"1,234.56": ".", "1.234,56": ","}[style]).run()
    button(app, "Use these columns").click().run()
    assert not app.exception
    assert str(app.session_state["page"].current.statement.portfolio["VTI"].price) == price


def test_cash_in_the_file_is_offered(app):
    """Cash found beside the positions becomes the cash to invest with one click, never by itself."""
    upload(app.run(), TWO_ACCOUNTS.replace("22222222,TOTAL BOND,BND,20,75.00", "11111111,SETTLEMENT,VMFXX,1500,1.00"))
    if app.multiselect:
        button(app, "Use these accounts").click().run()
    assert app.session_state["cash"] == 5000
    button(app, "Invest ").click().run()
    assert app.session_state["cash"] == 1500


def test_a_file_in_euros_is_shown_in_euros(app):
    """The cash that is offered, and the least cash; no text of the page names dollars."""
    data = (ROOT / "tests" / "data" / "readers" / "degiro_de.csv").read_bytes()
    upload(app.run(), data)
    assert not app.exception
    assert app.session_state["page"].current.statement.portfolio.currency == "EUR"
    assert button(app, "Invest ").label == "Invest €410.22"
    assert any("without selling: €" in text.value for text in app.text)
    assert not any("$" in text.value for text in app.text)


def test_targets_can_be_loaded_and_saved(app):
    """A targets file fills the table and moves the plan; a bad one is refused with its sum."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    good = b"[targets]\nVTI = 75\nBND = 25\n"
    load_targets(app, good)
    assert not app.exception
    assert dict(app.session_state["policy"].targets.weights) == {"VTI": 75, "BND": 25}
    bad = b"[targets]\nVTI = 75\nBND = 35\n"
    load_targets(app, bad)
    assert "not loaded" in app.error[0].value
    assert any("110" in text.value for text in app.text)
    assert dict(app.session_state["policy"].targets.weights) == {"VTI": 75, "BND": 25}


def test_constraints_are_loaded_and_saved_with_the_targets(app):
    """What the file says of ticks, steps, cash to keep and fees is asked for; symbols of other portfolios are named."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    text = """[targets]
VTI = 75
BND = 25

[constraints]
frozen = ["VTI", "GLD"]
cash_buffer = "250.00"
fee_per_trade = "1.50"

[constraints.fractional]
BND = "0.5"
"""
    load_targets(app, text.encode("utf-8-sig"))
    assert not app.exception
    found = app.session_state["policy"]
    said = {"frozen": {"VTI"}, "fractional": (("BND", Decimal("0.5")),)}
    assert found.constraints.given() == said | {"cash_buffer": 250, "fee_per_trade": Decimal("1.5")}
    assert any("left out of the constraints: GLD." in line.value for line in app.text)
    assert found.to_toml() == text.replace(', "GLD"', "")
    button(app, "From current weights").click().run()
    assert app.session_state["policy"].constraints.frozen == {"VTI"}


def test_amounts_of_a_targets_file_that_the_page_cannot_take_are_refused(app):
    """Its two boxes have an end; the file is refused with it, and nothing of it counts."""
    app.session_state["targets_panel"] = True
    upload(app.run(), SMALL)
    far = b"[constraints]\nfee_per_trade = 2000000\n"
    load_targets(app, far)
    assert not app.exception
    assert "not loaded" in app.error[0].value
    assert any("fee per trade may be at most 1,000,000" in text.value for text in app.text)
    assert not app.session_state["policy"].constraints.fee_per_trade


def test_equal_and_current_weights(app):
    """The two buttons lay a new table, and closing it keeps what it says."""
    app.session_state["targets_panel"] = True
    app.run()
    button(app, "From current weights").click().run()
    weights = app.session_state["policy"].targets.fractions()
    assert float(weights["VSMAX"]) == pytest.approx(0.178037, abs=1e-6)
    for opened in (False, True):
        app.session_state["targets_panel"] = opened
        app.run()
        assert app.session_state["policy"].targets.fractions() == weights
    button(app, "Equal weights").click().run()
    assert app.session_state["policy"].targets is None


def test_a_button_counts_where_its_table_is_not_drawn(app):
    """The plan follows a button of the table even if the panel is shut in the same moment."""
    app.session_state["targets_panel"] = True
    app.run()
    app.session_state["targets_panel"] = False
    button(app, "From current weights").click().run()
    assert float(app.session_state["policy"].targets.fractions()["VSMAX"]) == pytest.approx(0.178037, abs=1e-6)


def test_cash_to_keep_and_a_fee(app):
    """Two boxes beside the table of targets; they outlive a closed panel and another file, and the title says them."""
    app.session_state["targets_panel"] = True
    app.session_state["method"] = "exact"
    app.run()
    app.number_input(key="cash_buffer").set_value(400.0).run()
    app.number_input(key="fee_per_trade").set_value(1.5).run()
    assert not app.exception
    assert "$400.00 kept in cash, a fee of $1.50 a trade" in targets_words(app)
    assert any("$400.00 kept in cash; a fee of $1.50" in text.value for text in app.text)
    app.session_state["targets_panel"] = False
    upload(app.run(), SMALL)
    assert "$400.00 kept in cash" in targets_words(app)
    app.session_state["targets_panel"] = True
    app.run()
    assert app.number_input(key="cash_buffer").value == 400
    assert app.session_state["policy"].constraints.fee_per_trade == Decimal("1.50")


def test_drift_and_least_cash_are_shown(app):
    """What is out of band, whether to act, and the least cash that cures it without selling."""
    app.run()
    words = next(text.value for text in app.text if text.value.startswith("Drift now"))
    assert "4 of 10 out of band: worth acting." in words
    assert "$88,103.92" in words


def test_a_question_without_a_plan_is_calm(app):
    """More cash out than there is: the live view says why, once, and nothing of the page is missing."""
    app.session_state["cash"] = -500_000
    app.session_state["method"] = "exact"
    app.run()
    assert not app.exception
    assert not app.error
    shown = next(data for part in app.get("bidi_component") if "point" in (data := json.loads(part.proto.json)))
    assert shown["point"]["data"]["sentence"]["states"][0].startswith("No plan: cannot withdraw $500,000.00")


def test_columns_can_be_named_where_the_guess_does_not_read(app):
    """``Position`` was guessed to be the shares held and says Long: the columns are offered beside the problem."""
    upload(app.run(), "Ticker,Position,Count,Price\nVTI,Long,10,250\nBND,Long,5,70\n")
    assert "not a number" in " ".join(report(app))
    choose = {box.label: box for box in app.selectbox}
    choose["Shares held"].set_value("Count").run()
    button(app, "Use these columns").click().run()
    assert not app.error
    assert symbols(app) == ["VTI", "BND"]


def test_columns_of_a_known_broker_are_not_asked_for(app):
    """A bad number in IBKR's file is no question of columns."""
    upload(app.run(), HEADER + "VTI,abc,1,\n")
    assert not [box for box in app.selectbox if box.label == "Shares held"]


def test_another_choice_of_accounts_keeps_the_file(app):
    """Accounts that cannot be added are asked about again, and the columns can still be used."""
    upload(app.run(), "Ticker,Shares,Price,Account,Currency\nVTI,10,250,A,USD\nVWCE,5,100,B,EUR\n")
    button(app, "Use these columns").click().run()
    app.multiselect[0].set_value(["A"]).run()
    button(app, "Use these accounts").click().run()
    assert symbols(app) == ["VTI"]
    button(app, "See").click().run()
    app.multiselect[0].set_value(["A", "B"]).run()
    button(app, "Use these accounts").click().run()
    assert symbols(app) == ["VTI"]
    button(app, "Use these columns").click().run()
    assert not app.error
    assert not app.exception
