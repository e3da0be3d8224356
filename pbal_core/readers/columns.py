"""Names of columns in ten languages: one table for all readers.

The model: each field has names that tell it and vague ones that may tell it. ``Current Price`` is a price whatever
stands beside it, ``Price`` may be the price paid; so a telling name in any language goes before a vague one in any.
Names are in lower case, without units and signs (``headers`` takes those off). A new word is one entry of the table, a
new language one line of each field.

Worked example: under ``Ticker,Shares,Price (USD),Current Price (USD)`` the price is the fourth column.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "de", "fr", "nl", "it", "es", "pt", "sv", "no", "da")

# Each line: the language, names that tell the field, and behind ~ names that may tell it.
_WORDS = {
    "symbol": """
        en: symbol, ticker, ticker symbol, stock symbol, equity symbol, trading symbol ~ instrument, security, asset,
            isin, cusip, sedol, isin code, stock, holding, fund, code
        de: kürzel, ticker-symbol ~ wkn, isin / wkn, wkn/isin, isin/wkn, wertpapier
        fr: symbole, mnémo, mnémonique ~ code isin, titre, valeur mobilière
        nl: symbool, fondscode ~ fonds, effect
        it: simbolo ~ codice isin, titolo, strumento
        es: símbolo ~ código isin, título, instrumento
        pt: código do ativo, código de negociação ~ ativo, papel
        sv: kortnamn, tickerkod ~ värdepapper, instrument
        no: kortnavn, tickerkode ~ verdipapir
        da: fondskode, papirkode ~ værdipapir, papir
    """,
    "quantity": """
        en: quantity, qty, qty., shares, units, no. of shares, number of shares, units held, shares held, quantity
            held, owned quantity, total quantity, net qty ~ position, holding qty, amount held, no. of units
        de: stück, stückzahl, stück/nominalwert, nominal / stück, nominal/stück, stück/nennwert,
            anzahl, stück/nominale, stück/nominal, stück/nom., stück / nominale, stk./nominale,
            stk. ~ bestand, menge, anteile, nominale, nominal
        fr: quantité, qté, qte, nombre de titres, nombre de parts ~ parts, titres
        nl: aantal ~ aandelen, stuks
        it: quantità, quantita ~ quote, nominale, pezzi
        es: cantidad, número de títulos, nº de títulos ~ títulos, acciones, participaciones
        pt: quantidade, qtd, qtde ~ cotas, ações, unidades
        sv: antal ~ volym, andelar, innehav
        no: antall ~ beholdning, andeler
        da: antal ~ beholdning, stk, andele
    """,
    "price": """
        en: current price, market price, last price, mark price, markprice, closing price, close price, share price,
            current market price, ltp, latest price, quote, last trade ~ price, last, close, nav, unit price, mark
        de: aktueller kurs, akt. kurs, letzter kurs, bewertungskurs, marktkurs, aktueller preis, schlusskurs ~ kurs,
            preis
        fr: dernier cours, cours actuel, cours de clôture, prix actuel, valeur liquidative ~ cours, prix
        nl: laatste koers, actuele koers, slotkoers, huidige koers ~ koers, prijs
        it: prezzo attuale, prezzo di mercato, p.zo di mercato, ultimo prezzo, prezzo corrente ~ prezzo, quotazione
        es: valor liquidativo, precio actual, precio de mercado, último precio, cotización actual ~ precio, cotización
        pt: preço atual, preço actual, último preço, preço de mercado, preço de fechamento ~ preço, cotação
        sv: senaste kurs, aktuell kurs, sista kurs, senast ~ kurs, pris
        no: siste kurs, gjeldende kurs, aktuell kurs ~ kurs, pris
        da: seneste kurs, aktuel kurs, sidste kurs ~ kurs, pris
    """,
    "value": """
        en: market value, current value, position value, positionvalue, mkt value, market val, mkt val, total value,
            current market value, closing value, cur. val, total market value ~ value, current balance, balance,
            equity, worth
        de: kurswert, marktwert, gesamtwert, aktueller wert, depotwert ~ wert
        fr: valorisation, valeur actuelle, valeur de marché, valeur totale ~ montant, valeur
        nl: marktwaarde, huidige waarde, actuele waarde, totale waarde ~ waarde
        it: controvalore, valore di mercato, valore attuale, controvalore di mercato ~ valore
        es: valor de mercado, valor actual, valoración, valor total ~ valor
        pt: valor de mercado, valor atual, valor actual, valor total ~ valor
        sv: marknadsvärde, aktuellt värde, totalt värde ~ värde
        no: markedsverdi, nåverdi, total verdi ~ verdi
        da: markedsværdi, kursværdi, aktuel værdi ~ værdi
    """,
    "pnl": """
        en: unrealized gain, unrealized gain/loss, unrealised gain/loss, unrealized p&l, unrealised p&l, unrealized
            p/l, unrealized pnl, unrealised pnl, unrealized, unrealised gain, fifopnlunrealized, open p&l, total
            gain/loss, overall p&l, unrealized g/l ~ gain/loss, gain/loss $, gain, p&l, p/l, pnl, profit/loss, profit
        de: gewinn/verlust, gewinn / verlust, gewinn/verlust absolut,
            unrealisierter gewinn/verlust, entwicklung absolut, g/v, guv ~ gewinn
        fr: +/- value latente, plus/moins value, plus-value latente, plus/moins-value latente, +/- value ~ résultat
        nl: ongerealiseerd resultaat, winst/verlies, ongerealiseerde w/v, w/v ~ resultaat
        it: utile/perdita, plus/minusvalenza, plusvalenza/minusvalenza, p/l non realizzato ~ guadagno
        es: ganancia/pérdida, plusvalía/minusvalía, plusvalía latente, g/p ~ ganancia
        pt: lucro/prejuízo, ganho/perda, mais/menos-valia, resultado não realizado ~ lucro, resultado
        sv: orealiserat resultat, vinst/förlust, avkast. sek ~ resultat, avkastning
        no: urealisert gevinst/tap, gevinst/tap, avkast. nok ~ avkastning, gevinst
        da: urealiseret gevinst/tab, gevinst/tab, afkast dkk ~ afkast, gevinst
    """,
    "cost": """
        en: cost basis, cost basis total, total cost, book value, book cost, position cost, purchase value, buy
            value, invested value, amount invested, invested, total book cost ~ cost
        de: einstandswert, kaufwert, anschaffungswert, investiert ~ einstand
        fr: montant investi, prix de revient total, valeur d'acquisition ~ investi
        nl: aankoopwaarde, aanschafwaarde, inlegwaarde ~ inleg
        it: controvalore di carico, valore di carico, importo investito ~ costo
        es: coste total, importe invertido, valor de compra ~ coste
        pt: custo total, valor investido, valor de compra ~ custo
        sv: anskaffningsvärde, inköpsvärde ~ investerat
        no: kjøpsverdi, anskaffelsesverdi, kostverdi ~ investert
        da: købsværdi, anskaffelsesværdi ~ investeret
    """,
    "cost_price": """
        en: average cost, avg cost, avg. cost, average price, avg price, avg. price, cost per share, purchase price,
            cost/share, average cost basis, unit cost, average buy price, buying price, price paid, avg. buy price, buy
            price, cost price, average cost price, trade price ~ cost basis per share
        de: einstandskurs, kaufkurs, einstandspreis, kaufpreis, durchschnittskurs, ø kaufkurs, einstandskurs inkl.
            nk ~ anschaffungskurs
        fr: prix de revient unitaire, pru, prix d'achat, prix moyen, prix de revient, coût unitaire
        nl: gemiddelde aankoopprijs, gak, aankoopkoers, aankoopprijs, gemiddelde kostprijs
        it: prezzo medio di carico, p.zo medio di carico, pmc, prezzo di carico, prezzo medio, prezzo di acquisto
        es: precio medio, precio de compra, coste medio, precio medio de compra
        pt: preço médio, preço de compra, custo médio
        sv: gav, anskaffningskurs, inköpskurs, snittkurs, köpkurs
        no: gav, kjøpskurs, snittkurs, inngangskurs
        da: gak, købskurs, anskaffelseskurs, gns. købskurs
    """,
    "account": """
        en: account number, account id, account no., account, account no, acct number, acct, acct. ~ account name,
            portfolio, account nickname, account type, acct type, registration, owner, custodian, institution, broker
        de: depot, depotnummer, kontonummer ~ konto, depotname
        fr: compte, numéro de compte
        nl: rekening, rekeningnummer
        it: conto, numero conto, deposito
        es: cuenta, número de cuenta
        pt: conta, número da conta
        sv: konto, kontonummer, depå
        no: konto, kontonummer
        da: konto, kontonummer, depot
    """,
    "currency": """
        en: currency, ccy, currencyprimary, base ccy, curr.
        de: währung, whg., whg
        fr: devise, dev.
        nl: valuta, munt
        it: divisa, valuta
        es: divisa, moneda
        pt: moeda
        sv: valuta
        no: valuta
        da: valuta
    """,
    "asset_class": """
        en: asset class, asset type, asset category, assetclass, security type, instrument type ~ type
        de: wertpapierart, anlageklasse, gattung, wertpapiertyp ~ art, typ
        fr: classe d'actifs, type d'actif, catégorie
        nl: beleggingscategorie, effecttype ~ soort
        it: tipo strumento, classe di attività ~ tipo, tipologia
        es: clase de activo, tipo de activo ~ tipo
        pt: classe de ativo, tipo de ativo ~ tipo
        sv: tillgångsslag, värdepapperstyp ~ typ
        no: aktivaklasse, verdipapirtype ~ type
        da: aktivklasse, papirtype ~ type
    """,
    "description": """
        en: description, name, security name, investment name, company, company name, stock name, security
            description
        de: bezeichnung, wertpapiername, wertpapierbezeichnung ~ titel
        fr: libellé, nom, désignation
        nl: naam, omschrijving
        it: descrizione, nome, denominazione
        es: nombre, descripción, denominación
        pt: nome, descrição
        sv: namn, benämning
        no: navn ~ handel
        da: navn, betegnelse
    """,
}


def _rank(text: str, rank: int) -> list[str]:
    """The words of a field in all languages: the telling ones (0) or the vague ones (1)."""
    lines: dict[str, str] = {}
    language = ""
    for line in text.strip().splitlines():
        start, colon, words = line.strip().partition(": ")
        language, words = (start, words) if colon and start in LANGUAGES else (language, line.strip())
        lines[language] = f"{lines.get(language, '')} {words}"
    found = (line.split("~")[rank] for line in lines.values() if line.count("~") >= rank)
    return [word.strip() for line in found for word in line.split(",")]


TELLING: Mapping[str, tuple[str, ...]] = {field: tuple(dict.fromkeys(_rank(text, 0))) for field, text in _WORDS.items()}
"""Field -> names that tell it."""
NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(dict.fromkeys([*telling, *_rank(_WORDS[field], 1)])) for field, telling in TELLING.items()
}
"""Field -> all names that may mean it, the most telling first: the first one that a header has is taken."""

MULTIPLIERS = ("multiplier", "mult", "mult.", "contract multiplier", "contract size", "multiplikator", "multiplicateur",
               "moltiplicatore", "multiplicador")  # fmt: skip
"""Names of a column of how many units a contract is for: 1 for a share."""

SIDES = (
    "side",
    "direction",
    "position direction",
    "long/short",
    "l/s",
    "position side",
    "position type",
    "richtung",
    "sens",
)
"""Names of a column that says whether a position is long or short."""
SHORTS = frozenset({"short", "sell", "sold short", "leerverkauf", "verkauf", "vente"})
"""What such a column says of a position that is owed, not owned."""
