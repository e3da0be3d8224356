"""Totals beside and within tables, cash under a label, and lots under their total."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement

HEADER = "Symbol,Quantity,Price,Value\n"
ROWS = "VTI,10,250,2500\nBND,20,72,1440\n"


def read(text: str) -> Statement:
    return read_positions(text.encode())


def warned(statement: Statement) -> list[tuple[str, str]]:
    return [(issue.code, issue.message) for issue in statement.issues if issue.severity == "warning"]


def refusal(text: str) -> str:
    with pytest.raises(DataError) as caught:
        read(text)
    assert [issue.code for issue in caught.value.issues] == ["total_mismatch"]
    return str(caught.value)


LABELS = ["Portfolio value", "Account value", "Total market value", "Depotwert", "Valeur du compte", "Net worth", ""]


class TestTotalOfItsTable:
    """A total is that of the rows of its own table."""

    @pytest.mark.parametrize("label", LABELS)
    def test_one_that_differs_is_refused_with_both_numbers(self, label: Any) -> None:
        assert [check.stated for check in read(f"{HEADER}{ROWS}{label},,,3940\n").totals] == [3940]
        message = refusal(f"{HEADER}{ROWS}{label},,,4940\n")
        assert "4940" in message
        assert "3940" in message

    @pytest.mark.parametrize("total", ["Total,4940", "Portfolio value: 4940", "Account value: $4,940.00"])
    def test_a_short_line_right_below_the_rows_is_one(self, total: str) -> None:
        assert "3940" in refusal(f"{HEADER}{ROWS}{total}\n")
        assert len(read(f"{HEADER}{ROWS}{total.replace('4940', '3940').replace('4,940', '3,940')}\n").totals) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "Portfolio value,4940\n\n{}{}",
            "Account value: $4,940.00\n\n{}{}",
            "{}{}\nTotal market value: 4940\n",
            "{}{}\nNet account value;4940\n",
        ],
    )
    def test_a_summary_elsewhere_is_a_warning_with_both_numbers(self, text: str) -> None:
        text = text.format(HEADER, ROWS)
        statement = read(text.replace(";", ","))
        ((code, message),) = warned(statement)
        assert code == "summary_differs"
        assert "4940" in message
        assert "3940" in message
        same = read(text.replace(";", ",").replace("4940", "3940").replace("4,940", "3,940"))
        assert (warned(same), len(same.totals)) == ([], 1)

    def test_a_value_under_a_name_of_its_own_is_named_with_both_numbers(self) -> None:
        ((code, message),) = warned(read(f"{HEADER}{ROWS}Everything,,,4940\n"))
        assert code == "unsupported"
        assert "4940" in message
        assert "3940" in message

    def test_each_table_has_its_total(self) -> None:
        text = f"{HEADER}VTI,10,250,2500\nTotal,,,2500\n\n{HEADER}BND,20,72,1440\nTotal,,,{{}}\n"
        assert [check.stated for check in read(text.format(1440)).totals] == [2500, 1440]
        assert "1440" in refusal(text.format(1540))
        with_all = read(text.format(1440) + "Grand total,,,3940\n")
        assert [check.stated for check in with_all.totals] == [2500, 1440, 3940]

    def test_a_total_may_come_first(self) -> None:
        assert [check.found for check in read(f"{HEADER}Total,,,3940\n{ROWS}").totals] == [3940]
        assert "3940" in refusal(f"{HEADER}Total,,,3941\n{ROWS}")

    def test_a_total_that_comes_first_in_each_of_two_tables(self) -> None:
        text = f"{HEADER}Total,,,2500\nVTI,10,250,2500\n{HEADER}Total,,,1440\nBND,20,72,1440\n"
        assert [check.found for check in read(text).totals] == [2500, 1440]


class TestSections:
    TABLE = "Stocks,,,{}\nVTI,10,250,2500\nVOO,2,720,1440\nBonds,,,1440\nBND,20,72,1440\n"

    def test_a_section_that_differs_is_refused_with_both_numbers(self) -> None:
        message = refusal(HEADER + self.TABLE.format(3941))
        assert "3941 as Stocks" in message
        assert "3940" in message

    def test_a_total_that_agrees_makes_it_a_warning(self) -> None:
        ((code, message),) = warned(read(f"{HEADER}{self.TABLE.format(3941)}Total,,,5380\n"))
        assert code == "summary_differs"
        assert "3941 as Stocks" in message
        assert "3940" in message

    def test_a_sub_total_that_differs_is_named_with_both_numbers(self) -> None:
        text = f"{HEADER}VTI,10,250,2500\nTotal Stocks,,,{{}}\nBND,20,72,1440\nTotal Bonds,,,1440\n"
        assert warned(read(text.format(2500))) == []
        ((code, message),) = warned(read(text.format(2600)))
        assert code == "summary_differs"
        assert "2600 as Total Stocks" in message
        assert "2500" in message


class TestCashUnderALabel:
    @pytest.mark.parametrize(
        ("line", "cash"),
        [
            ("Free funds: 1234.56", "1234.56"),
            ("Cash balance: $1,234.56", "1234.56"),
            ("Cash,1234.56", "1234.56"),
            ("Cash (USD): 1,234.56", "1234.56"),
            ("Uninvested cash = 80", "80"),
            ("Guthaben: 80.50", "80.50"),
            ("Margin debit: -80.50", "-80.50"),
        ],
    )
    @pytest.mark.parametrize("text", ["{line}\n\n{table}", "{table}\n{line}\n", "{table}{line}\n"])
    def test_it_is_cash_above_the_table_and_below(self, text: str, line: str, cash: str) -> None:
        statement = read(text.format(line=line, table=HEADER + ROWS))
        assert statement.cash_found == Decimal(cash)
        assert len(statement.holdings) == 2

    def test_in_a_file_with_decimal_commas(self) -> None:
        table = "Titel;Anzahl;Kurs;Wert\nABC;10;25,50;255,00\n"
        assert read(f"{table}\nGuthaben: 1.234,56 EUR\n").cash_found == 0  # in euros; nothing says what the rows are in
        assert read(f"{table}\nGuthaben: 1.234,56\n").cash_found == Decimal("1234.56")

    def test_the_same_cash_under_two_labels_counts_once(self) -> None:
        statement = read(f"Cash: 500\nFree funds: 500\n\n{HEADER}{ROWS}")
        assert (statement.cash_found, warned(statement)) == (Decimal(500), [])
        ((code, message),) = warned(read(f"Cash: 500\nFree funds: 400\n\n{HEADER}{ROWS}"))
        assert code == "cash_differs"
        assert "500" in message
        assert "400" in message

    def test_cash_beside_the_table_repeats_that_in_it(self) -> None:
        statement = read(f"Cash: 500\n\n{HEADER}{ROWS}Cash,,,500\nTotal,,,4440\n")
        assert (statement.cash_found, warned(statement)) == (Decimal(500), [])
        statement = read(f"Cash: 450\n\n{HEADER}{ROWS}Cash,,,500\nTotal,,,4440\n")
        assert statement.cash_found == 500
        assert [code for code, _ in warned(statement)] == ["cash_differs"]

    def test_a_money_market_fund_is_no_such_repetition(self) -> None:
        assert read(f"Cash: 70\n\n{HEADER}{ROWS}VMFXX,500,1,500\n").cash_found == 570
        assert read(f"Cash: 500\n\n{HEADER}{ROWS}VMFXX,500,1,500\n").cash_found == 500

    @pytest.mark.parametrize("line", ["Buying power: 1234.56", "Cash: 12,34"])
    def test_an_amount_that_nobody_can_read_is_named(self, line: str) -> None:
        statement = read(f"{line}\n\n{HEADER}{ROWS}")
        assert not statement.cash
        assert ["line 1 has an amount" in i.message for i in statement.issues if i.code == "no_cash"] == [True]

    def test_a_line_whose_end_may_be_cut_off_is_no_cash(self) -> None:
        """USD,12 may be the beginning of USD,1234,1,1234."""
        with pytest.raises(DataError):
            read(f"{HEADER}{ROWS}USD,12")
        assert read(f"{HEADER}{ROWS}USD,12\n").cash_found == 12


class TestLotsUnderTheirTotal:
    """A row that sums up the others of its symbol counts once, where something says that they are lots."""

    DATED = "Symbol,Date,Quantity,Price,Value\n"

    @pytest.mark.parametrize("above", [True, False])
    def test_a_single_lot_with_a_day_is_no_second_purchase(self, above: bool) -> None:
        rows = ["VTI,,10,250,2500", "VTI,2024-05-06,10,250,2500"]
        statement = read(self.DATED + "\n".join([*(rows if above else reversed(rows)), "BND,,20,72,1440", ""]))
        assert {h.symbol: (h.quantity, h.value) for h in statement.holdings} == {
            "VTI": (Decimal(10), Decimal(2500)),
            "BND": (Decimal(20), Decimal(1440)),
        }
        assert [len(h.lots) for h in statement.holdings] == [1, 0]
        assert [code for code, _ in warned(statement)] == ["lots_of_total"]
        assert not statement.blocking

    def test_two_purchases_on_two_days_are_two(self) -> None:
        rows = "VTI,2024-04-06,10,250,2500\nVTI,2024-05-06,10,250,2500\nBND,2024-05-06,20,72,1440\n"
        assert read(self.DATED + rows).portfolio["VTI"].quantity == 20

    def test_every_symbol_is_a_total_with_lots(self) -> None:
        rows = "VTI,10,250,2500\nVTI,6,250,1500\nVTI,4,250,1000\nBND,20,72,1440\nBND,20,72.00,1440\n"
        statement = read(HEADER + rows)
        assert {h.symbol: h.quantity for h in statement.holdings} == {"VTI": 10, "BND": 20}
        assert [len(h.lots) for h in statement.holdings] == [2, 1]

    @pytest.mark.parametrize(("total", "shares"), [(3940, 10), (6440, 20)])
    def test_the_total_of_the_table_decides(self, total: int, shares: int) -> None:
        rows = f"VTI,10,250,2500\nVTI,10,250.00,2500\nBND,20,72,1440\nTotal,,,{total}\n"
        statement = read(HEADER + rows)
        assert statement.portfolio["VTI"].quantity == shares
        assert [check.stated for check in statement.totals] == [total]

    def test_a_row_whose_symbol_is_a_day_is_a_lot(self) -> None:
        rows = "VTI,10,250,2500\n2024-05-06,6,250,1500\n2024-06-06,4,250,1000\nBND,20,72,1440\nTotal,,,3940\n"
        statement = read(HEADER + rows)
        assert [(h.symbol, len(h.lots)) for h in statement.holdings] == [("VTI", 2), ("BND", 0)]


class TestMultiplier:
    HEADER = "Symbol,Quantity,Multiplier,Price,Value\n"

    def test_a_share_with_a_multiplier_is_named(self) -> None:
        statement = read(f"{self.HEADER}VTI,10,100,250,2500\nBND,20,1,72,1440\n")
        assert [code for code, _ in warned(statement)] == ["multiplier"]
        assert statement.portfolio["VTI"].value == 2500

    def test_a_contract_is_left_out(self) -> None:
        statement = read(f"{self.HEADER}ABC,1,100,2.5,250\nBND,20,1,72,1440\n")
        assert [h.symbol for h in statement.holdings] == ["BND"]
        assert any("a contract for 100 units" in message for _, message in warned(statement))

    def test_without_a_value_it_may_be_a_contract(self) -> None:
        statement = read("Symbol,Quantity,Mult,Price\nABC,1,100,2.5\nBND,20,1,72\n")
        assert [h.symbol for h in statement.holdings] == ["BND"]
