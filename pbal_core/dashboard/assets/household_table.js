// The trades of a household: a block of rows for each account with its own cash, or a row for each fund, with one before
// them for each class. Both are built once a sheet; afterwards only text that changed is written.

const BY_ACCOUNT = [
  { key: "symbol", title: "Symbol", tone: "symbol" },
  { key: "value", title: "Now", tone: "quiet", leaves: "phone" },
  { key: "trade", title: "Trade", tone: "trade" },
  { key: "traded", title: "Amount", tone: "amount" },
  { key: "after", title: "After", tone: "plain" },
];
const BY_FUND = [
  { key: "symbol", title: "Fund", tone: "symbol" },
  { key: "now", title: "Now", tone: "quiet", leaves: "phone" },
  { key: "target", title: "Target", tone: "quiet" },
  { key: "trade", title: "Trade", tone: "trade" },
  { key: "traded", title: "Amount", tone: "amount", leaves: "phone" },
  { key: "after", title: "After", tone: "plain" },
];
const LETTER = 7.6; // pixels of a letter of a trade, on average and rather more
const LINE = 18;

class HouseholdTable {
  constructor(byAccount, byFund) {
    this.byAccount = byAccount;
    this.byFund = byFund;
  }

  /** Rows for every account and every fund of a sheet. */
  build(sheet) {
    this.sheet = sheet;
    this.head(this.byAccount, BY_ACCOUNT);
    this.head(this.byFund, BY_FUND);
    for (const body of [...this.byAccount.tBodies]) body.remove();
    this.accounts = sheet.accounts.map((account) => this.account(account));
    this.byFund.tBodies[0].replaceChildren();
    this.sums = [];
    this.funds = sheet.funds.map((fund, number) => {
      for (const each of sheet.funds_in) if (each.first === number) this.sums.push(this.fundClass(each));
      return this.fund(fund);
    });
    this.totals = [this.byAccount, this.byFund].map((table) => this.total(table));
  }

  head(table, columns) {
    table.tHead.rows[0].replaceChildren(...columns.map(({ title, tone, leaves }) => {
      const head = document.createElement("th");
      head.scope = "col";
      head.className = this.classes(tone, leaves);
      head.textContent = title;
      return head;
    }));
  }

  classes(tone, leaves) {
    return `pbal-col-${tone}${leaves ? ` pbal-leaves-${leaves}` : ""}`;
  }

  /** A row of texts; the first heads it. */
  line(parent, columns, texts = []) {
    const element = document.createElement("tr");
    const cells = Object.fromEntries(columns.map(({ key, tone, leaves }, k) => {
      const text = cell(element, k ? "td" : "th", this.classes(tone, leaves));
      if (!k) text.parentElement.scope = "row";
      write(text, texts[k] ?? "");
      return [key, text];
    }));
    parent.append(element);
    return { element, cells };
  }

  account({ name, symbols, values }) {
    const body = document.createElement("tbody");
    this.byAccount.tFoot.before(body);
    const head = this.line(body, BY_ACCOUNT, [name]);
    head.element.className = "pbal-account";
    head.cells.symbol.parentElement.scope = "rowgroup";
    const rows = symbols.map((symbol, i) => this.line(body, BY_ACCOUNT, [symbol, values[i]]));
    return { head, rows, cash: this.line(body, BY_ACCOUNT, ["Cash"]) };
  }

  /** A class of funds, whose numbers are their sums; they come after it and lie further in. */
  fundClass({ name, level, now }) {
    const row = this.line(this.byFund.tBodies[0], BY_FUND, [name, now]);
    row.element.className = "pbal-class";
    row.element.style.setProperty("--level", level);
    return row;
  }

  fund({ name, now, level }) {
    const row = this.line(this.byFund.tBodies[0], BY_FUND, [name, now]);
    row.element.dataset.symbol = name;
    row.element.style.setProperty("--level", level);
    // Where weights.js puts its inputs; in classes they are shares of a class, which this table does not show.
    if (!this.sheet.classes) row.cells.target.parentElement.dataset.target = "";
    return row;
  }

  total(table) {
    table.tFoot.replaceChildren();
    return this.line(table.tFoot, table === this.byAccount ? BY_ACCOUNT : BY_FUND, ["Total"]).cells;
  }

  /** Writes what follows the cash: position `i` of `states`, and of the accounts that stay the committed plan. */
  paint(states, i, point) {
    states.accounts.forEach((moving, number) => {
      if (moving) this.paintAccount(this.accounts[number], moving, i);
      else if (this.moved?.[number]) this.paintAccount(this.accounts[number], point.accounts[number], 0);
    });
    this.moved = states === point ? undefined : states.accounts.map(Boolean);
    states.funds.forEach((fund, number) => {
      const { element, cells } = this.funds[number];
      const trade = stateOf(fund.trade, i);
      this.paintFund(cells, fund, i);
      if (this.sheet.funds[number].frozen) write(cells.target, "frozen");
      const side = trade.startsWith("Buy") ? "Buy" : trade.startsWith("Sell") ? "Sell" : "";
      if (element.dataset.side !== side) element.dataset.side = side;
    });
    states.funds_in.forEach((each, number) => this.paintFund(this.sums[number].cells, each, i));
    const [before, trades, fees, after] = stateOf(states.total, i);
    const [byAccount, byFund] = this.totals;
    write(byAccount.value, before);
    write(byAccount.trade, trades);
    write(byAccount.traded, fees);
    write(byAccount.after, after);
    write(byFund.trade, trades);
  }

  paintFund(cells, { trade, traded, after, target }, i) {
    write(cells.trade, stateOf(trade, i));
    write(cells.traded, stateOf(traded, i));
    write(cells.after, this.percent(after[i]));
    write(cells.target, this.percent(target[i]));
  }

  paintAccount({ head, rows, cash }, states, i) {
    states.rows.forEach((row, k) => {
      const { element, cells } = rows[k];
      const at = row.at[i];
      for (const key of ["trade", "traded", "after"]) write(cells[key], row[key][at]);
      if (element.dataset.side !== row.side[at]) element.dataset.side = row.side[at];
    });
    const [before, trades, after] = stateOf(states.total, i);
    write(head.cells.value, before);
    write(head.cells.trade, trades);
    write(head.cells.after, after);
    const [now, taken, left] = stateOf(states.cash, i);
    write(cash.cells.value, now);
    write(cash.cells.traded, taken);
    write(cash.cells.after, left);
  }

  percent(code) {
    return this.sheet.percents[Math.floor((code + 50) / 100)];
  }

  /** Room for the longest trade of each fund that `known` has, so that no row grows while a hand drags. */
  settle(known) {
    const { parentElement } = this.funds[0]?.cells.trade ?? {};
    const room = parentElement?.clientWidth;
    if (!room) return;
    this.funds.forEach(({ element }, number) => {
      const longest = Math.max(...known.flatMap((states) => states.funds[number].trade.states.map((text) => text.length)));
      const lines = Math.ceil((longest * LETTER) / room);
      element.style.height = lines > 1 ? `${lines * LINE + 8}px` : "";
    });
  }
}

function stateOf({ states, at }, i) {
  return states[at[i]];
}
