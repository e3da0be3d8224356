"""What a few widely held funds are, so that a page can propose classes and substitutes. It proposes, and never decides.

The model: a fund belongs to a market by its name and the index it says it follows. Two funds of one market may follow
different indexes (the whole American market is that of CRSP, of S&P and of Dow Jones) and need not be the same for tax:
whether they are one fund to an investor is the investor's to say.

Source: the names and stated indexes of the funds on their issuers' pages (Vanguard, BlackRock iShares, Schwab, State
Street SPDR, Fidelity), compiled by hand; see ``AS_OF``. Nothing is looked up. Worked example: VTI and VTSAX are both of
the market "US stocks".
"""

from __future__ import annotations

from collections.abc import Iterable

from ..portfolio import symbol_key

AS_OF = "November 2026"
"""When the table was compiled."""

MARKETS: dict[str, tuple[str, ...]] = {
    "US stocks": ("VTI", "ITOT", "SCHB", "SPTM", "VTSAX", "SWTSX", "FSKAX", "FZROX"),
    "S&P 500": ("VOO", "IVV", "SPY", "SPLG", "VFIAX", "FXAIX", "SWPPX"),
    "US small-cap value": ("VBR", "IJS", "SLYV", "AVUV", "VIOV", "VSIAX"),
    "International stocks": ("VXUS", "IXUS", "VTIAX", "FTIHX", "FZILX"),
    "Developed markets": ("VEA", "IEFA", "SCHF", "SPDW", "VTMGX", "FSPSX"),
    "Emerging markets": ("VWO", "IEMG", "SCHE", "SPEM", "VEMAX", "FPADX"),
    "World stocks": ("VT", "ACWI", "VTWAX"),
    "US bonds": ("BND", "AGG", "SCHZ", "SPAB", "VBTLX", "FXNAX", "SWAGX"),
    "Municipal bonds": ("VTEB", "MUB", "TFI", "VTEAX"),
    "International bonds": ("BNDX", "IAGG", "VTABX"),
    "Inflation-protected bonds": ("SCHP", "TIP", "VAIPX", "FIPDX"),
    "Short-term Treasuries": ("SHY", "VGSH", "SCHO", "SPTS", "VSBSX"),
    "Intermediate Treasuries": ("IEF", "VGIT", "SCHR", "SPTI", "VSIGX"),
    "Long-term Treasuries": ("TLT", "VGLT", "SPTL", "VLGSX"),
    "Real estate": ("VNQ", "SCHH", "IYR", "XLRE", "USRT", "VGSLX"),
    "Gold": ("GLD", "IAU", "GLDM", "SGOL", "BAR", "IAUM"),
    "Commodities": ("DBC", "PDBC", "GSG", "BCI", "COMT"),
    "Communication services": ("VOX", "XLC", "FCOM", "IYZ"),
    "Consumer discretionary": ("VCR", "XLY", "FDIS"),
    "Consumer staples": ("VDC", "XLP", "FSTA"),
    "Energy": ("VDE", "XLE", "FENY"),
    "Financials": ("VFH", "XLF", "FNCL"),
    "Health care": ("VHT", "XLV", "FHLC"),
    "Industrials": ("VIS", "XLI", "FIDU"),
    "Information technology": ("VGT", "XLK", "FTEC"),
    "Materials": ("VAW", "XLB", "FMAT"),
    "Utilities": ("VPU", "XLU", "FUTY"),
}
"""Market -> funds that are widely held, of which none is recommended."""

_OF = {symbol_key(symbol): market for market, symbols in MARKETS.items() for symbol in symbols}


def market_of(symbol: str) -> str:
    """The market of a fund, empty where it is not known."""
    return _OF.get(symbol_key(symbol), "")


def alike(symbols: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Market -> those of the symbols that are of it, where they are several."""
    found: dict[str, list[str]] = {}
    for symbol in symbols:
        if market := market_of(symbol):
            found.setdefault(market, []).append(symbol)
    return {market: tuple(several) for market, several in found.items() if len(several) > 1}
