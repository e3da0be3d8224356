"""Cash and currencies: what is added to what, and what is reported as left out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement
from pbal_core.readers.preview import preview
from tests.known import known
from tests.readers.fuzz import DATA

FLEX = "ClientAccountID,CurrencyPrimary,FXRateToBase,AssetClass,Symbol,Quantity,MarkPrice,PositionValue\n"
CASH = "ClientAccountID,CurrencyPrimary,LevelOfDetail,EndingCash\n"
OWN = "Ticker,Shares,Price,Value\n"


def own(text: str) -> Statement:
    """A file of one's own whose guessed columns are confirmed."""
    return read_positions(text.encode(), format_hint="generic")


def flex(rows: str, accounts: str | None = None) -> Statement:
    return read_positions((FLEX + rows).encode(), accounts=accounts)


def issue_at(statement: Statement) -> list[tuple[str, str]]:
    return [(i.severity, i.code) for i in statement.issues if i.code != "pnl_unknown"]


class TestBaseCurrencies:
    def test_a_euro_and_a_dollar_at_rate_one_are_not_added(self) -> None:
        """The rate of each account converts to the base currency of that account."""
        statement = flex("U1,EUR,1,STK,VWCE,10,100,1000\nU2,USD,1,STK,VTI,10,100,1000\n", accounts="all")
        assert issue_at(statement) == [("error", "mixed_currencies")]
        with pytest.raises(DataError, match=r"different base currencies \(EUR, USD\)"):
            _ = statement.portfolio
        assert statement.select("U1").portfolio.currency == "EUR"
        assert statement.select("U2").portfolio.currency == "USD"

    def test_accounts_whose_base_currency_nothing_names_are_not_added(self) -> None:
        statement = flex("U1,USD,0.9,STK,VTI,10,100,1000\nU2,EUR,1.1,STK,VWCE,10,100,1000\n", accounts="all")
        with pytest.raises(DataError, match="does not name the base currency of each account"):
            _ = statement.portfolio

    def test_an_account_with_the_rates_of_another_has_its_base_currency(self) -> None:
        rows = "U1,USD,0.9,STK,VTI,10,100,1000\nU1,EUR,1,STK,VWCE,10,100,1000\nU2,USD,0.9,STK,BND,5,50,250\n"
        portfolio = flex(rows, accounts="all").portfolio
        assert portfolio.currency == "EUR"
        assert [p.value for p in portfolio] == [900, 1000, 225]

    def test_the_section_account_information_names_it(self) -> None:
        rows = "U1,USD,0.79,STK,VTI,10,100,1000\nU1,EUR,0.86,STK,VWCE,10,100,1000\n"
        information = "ClientAccountID,AccountType,CurrencyPrimary\nU1,Individual,GBP\n"
        statement = read_positions((information + FLEX + rows).encode())
        assert statement.portfolio.currency == "GBP"
        assert issue_at(statement) == []

    def test_amounts_in_a_base_currency_that_nothing_names_are_told(self) -> None:
        statement = flex("U1,USD,0.79,STK,VTI,10,100,1000\nU1,EUR,0.86,STK,VWCE,10,100,1000\n")
        assert [p.value for p in statement.portfolio] == [790, 860]
        assert issue_at(statement) == [("warning", "unknown_currency")]

    def test_in_xml_each_account_has_its_own(self) -> None:
        def account(name: str, base: str, currency: str, symbol: str) -> str:
            position = f'symbol="{symbol}" position="1" markPrice="10" positionValue="10" currency="{currency}"'
            return (
                f'<FlexStatement accountId="{name}"><AccountInformation accountId="{name}" currency="{base}"/>'
                f'<OpenPositions><OpenPosition {position} fxRateToBase="0.5"/><OpenPosition symbol="{symbol}B" '
                f'position="1" markPrice="10" positionValue="10" currency="{base}" fxRateToBase="1"/>'
                "</OpenPositions></FlexStatement>"
            )

        text = account("U1", "EUR", "USD", "VTI") + account("U2", "USD", "CAD", "XIC")
        statement = read_positions(f"<FlexQueryResponse>{text}</FlexQueryResponse>".encode())
        assert ("error", "mixed_currencies") in issue_at(statement)
        assert statement.select("U1").portfolio.currency == "EUR"
        assert statement.select("U2").portfolio.currency == "USD"


class TestRates:
    UNNAMED = "AssetClass,Symbol,Quantity,MarkPrice,PositionValue,FXRateToBase\n"

    def unnamed(self, *rates: str) -> Statement:
        rows = "".join(f"STK,S{i},10,100,1000,{rate}\n" for i, rate in enumerate(rates))
        return read_positions((self.UNNAMED + rows).encode())

    def test_two_rates_are_two_currencies_though_none_is_named(self) -> None:
        statement = self.unnamed("0.9", "0.006", "0.9")
        assert [p.value for p in statement.portfolio] == [900, 6, 900]
        assert issue_at(statement) == [("warning", "unknown_currency")]

    def test_one_rate_is_one_currency(self) -> None:
        assert [p.value for p in self.unnamed("0.9", "0.9").portfolio] == [1000, 1000]

    def test_a_row_without_a_rate_beside_rows_with_one_is_not_added(self) -> None:
        statement = self.unnamed("0.9", "")
        assert issue_at(statement) == [("error", "mixed_currencies")]
        with pytest.raises(DataError, match="in no named currency, and not every row has an exchange rate"):
            _ = statement.portfolio

    def test_cash_of_no_named_currency_is_not_that_of_two_currencies(self) -> None:
        text = self.UNNAMED + "STK,A,10,100,1000,0.9\nSTK,B,10,100,1000,1\n"
        statement = read_positions((text + "ClientAccountID,LevelOfDetail,EndingCash\n,Currency,500\n").encode())
        assert statement.cash_found == 0
        assert ("warning", "cash_left_out") in issue_at(statement)

    def test_two_rates_of_one_currency_in_one_account_are_refused(self) -> None:
        with pytest.raises(DataError, match=r"line 3, FXRateToBase: one EUR is 1.1 .* and 0.9 in line 2"):
            flex("U1,EUR,0.9,STK,A,10,100,1000\nU1,EUR,1.1,STK,B,10,100,1000\n")
        assert flex("U1,EUR,0.9,STK,A,10,100,1000\nU2,EUR,1.1,STK,B,10,100,1000\n").currency == "EUR"


class TestCashOfFlex:
    POSITION = "U1,USD,1,STK,VTI,10,100,1000\n"

    @pytest.mark.parametrize("last", [False, True])
    def test_a_sum_of_all_currencies_in_dollars_is_not_the_dollars(self, last: bool) -> None:
        """A row of level BaseCurrency may be named USD, as the dollars beside it are."""
        rows = ["U1,USD,BaseCurrency,12000\n", "U1,USD,Currency,5000\n", "U1,EUR,Currency,6000\n"]
        text = FLEX + self.POSITION + CASH + "".join(rows[1:] + rows[:1] if last else rows)
        statement = read_positions(text.encode())
        assert statement.cash_found == 5000
        assert issue_at(statement) == [("warning", "cash_left_out")]
        assert [line.used for line in preview(statement).lines if line.kind == "cash"].count(True) == 1

    def test_the_sum_alone_is_the_cash_in_the_base_currency(self) -> None:
        text = FLEX + self.POSITION + CASH + "U1,USD,BaseCurrency,12000\n"
        assert read_positions(text.encode()).cash_found == 12000

    def test_a_sum_beside_other_currencies_is_no_cash_of_the_positions_currency(self) -> None:
        """110 dollars are no euros to invest, though the sum calls them 100."""
        text = (
            FLEX + "U1,EUR,1,STK,VWCE,10,100,1000\n" + CASH + "U1,BASE_SUMMARY,BaseCurrency,100\nU1,USD,Currency,110\n"
        )
        statement = read_positions(text.encode())
        assert statement.cash_found == 0
        assert "110 USD" in str(next(i for i in statement.issues if i.code == "cash_left_out"))

    def test_cash_that_no_rate_converts_is_told(self) -> None:
        rows = "U1,USD,0.9,STK,VTI,10,100,1000\nU1,EUR,1,STK,VWCE,10,100,1000\n"
        statement = read_positions((FLEX + rows + CASH + "U1,USD,Currency,5000\nU1,EUR,Currency,6000\n").encode())
        assert statement.cash_found == 6000
        lines = [(line.used, line.reason) for line in preview(statement).lines if line.kind == "cash"]
        assert lines == [(False, "not in the currency of the positions"), (True, "")]

    def test_cash_of_an_account_that_is_not_chosen_is_not_told(self) -> None:
        rows = self.POSITION + "U2,USD,1,STK,BND,1,10,10\n"
        text = FLEX + rows + CASH + "U1,USD,Currency,1\nU2,EUR,Currency,6000\n"
        assert issue_at(read_positions(text.encode(), accounts="U1")) == []


class TestCashOfOnesOwn:
    @pytest.mark.parametrize(
        ("row", "cash"),
        [
            ("Cash,,,$500.00", 500),
            ("Cash,,,500.00", 500),
            ("Cash,500,1.00,500", 500),
            ("USD,500,1,500", 500),
            ("USD Cash,500,1,500", 500),
            ("CASH (USD),,,500", 500),
            ("Cash,,,€500.00", 0),
            ("EUR Cash,,,500", 0),
        ],
    )
    def test_cash_has_the_currency_of_its_sign_or_name_or_that_of_the_positions(self, row: str, cash: int) -> None:
        statement = own(OWN + "VTI,10,$250.00,$2500.00\n" + row + "\n")
        assert statement.portfolio.symbols == ("VTI",)
        assert statement.cash_found == cash
        assert ("warning", "cash_left_out") in issue_at(statement) or cash

    @pytest.mark.parametrize("ticker", ["CASH", "USD"])
    def test_a_share_that_is_called_cash_is_a_share(self, ticker: str) -> None:
        statement = own(OWN + f"VTI,10,250,2500\n{ticker},10,55,550\n")
        assert statement.portfolio[ticker].value == 550
        assert statement.cash_found == 0

    def test_cash_needs_no_column_of_values(self) -> None:
        assert own("Ticker,Shares,Price\nVTI,10,250\nCash,500,1\n").cash_found == 500

    def test_cash_without_an_amount_is_refused_at_a_column_of_the_file(self) -> None:
        with pytest.raises(DataError) as caught:
            own("Ticker,Shares,Price\nVTI,10,250\nCash,500,\n")
        assert str(caught.value.issues[0]).startswith("line 3, Price: the amount of cash is empty")

    def test_a_total_without_an_amount_is_not_said_to_be_compared(self) -> None:
        statement = own("Ticker,Shares,Price\nVTI,10,250\nTotal,,\n")
        assert statement.rows[-1][1:3] == ("total", "no amount to compare")


def test_a_share_called_cash_is_a_share_at_etrade() -> None:
    text = (DATA / "etrade_2019.csv").read_text()
    head, _, rest = text.partition("Symbol,Last Price $")
    titles = rest.partition("\n")[0]
    data = f"{head.splitlines()[-1]}\nSymbol,Last Price ${titles}\nCASH,55.00,0,0,10,50,0,50,10,550.00\n"
    statement = read_positions(data.encode())
    assert statement.portfolio["CASH"].value == Decimal(550)


def test_a_column_of_percentages_is_not_guessed_to_be_the_profit() -> None:
    statement = own("Ticker,Shares,Price,Gain/Loss\nVTI,10,250,--\nBND,1,70,-12.5%\n")
    assert known(statement.mapping).pnl is None
    assert statement.portfolio["BND"].pnl is None


@pytest.mark.parametrize("label", ["Margin balance", "Settlement fund", "Bank Deposit Program", "$$CASH", "Konto CHF"])
def test_more_labels_of_cash_are_known(label: str) -> None:
    """What brokers call the cash of an account, and a loan, is cash in a table of one's own too."""
    text = f"Symbol,Quantity,Price,Value\nVTI,10,250,2500\n{label},,,-400\n"
    statement = read_positions(text.encode())
    assert statement.portfolio.symbols == ("VTI",)
    assert [balance.amount for balance in statement.cash] == [Decimal(-400)]
