// The trade table: its columns are those that Python lists. It is built once a portfolio and a unit; afterwards only
// text that changed is written.

/** Writes text into a text node if it differs, which is what keeps a drag cheap. */
function write(node, text) {
  if (node.data !== text) node.data = text;
}

function cell(row, tag, classes) {
  const element = document.createElement(tag);
  element.className = classes;
  const text = document.createTextNode("");
  element.append(text);
  row.append(element);
  return text;
}

const PLAN_A = { key: "pinned", title: "Plan A", tone: "pinned", follows: "", leaves: "", widths: [0, 0] };

/** The columns of the sheet that are shown in a unit, and plan A's trades where there is one. */
function columnsIn(sheet, unit, pinned) {
  const columns = sheet.columns.filter((column) => !column.unit || column.unit === unit);
  return pinned ? [...columns, PLAN_A] : columns;
}

const classesOf = (column) => `pbal-col-${column.tone || "plain"}${column.leaves ? ` pbal-leaves-${column.leaves}` : ""}`;

class TradeTable {
  constructor(table) {
    this.head = table.tHead.rows[0];
    this.body = table.tBodies[0];
    this.rows = [];
  }

  /** A row for every symbol of the sheet, a cell for every column; those that are shown are put into the document. */
  build(sheet, columns) {
    this.columns = columns;
    this.head.replaceChildren();
    this.titles = columns.map((column) => {
      const title = cell(this.head, "th", classesOf(column));
      title.parentElement.scope = "col";
      title.data = column.title;
      return title.parentElement;
    });
    this.rows = sheet.symbols.map((symbol) => {
      const element = document.createElement("tr");
      element.dataset.side = "";
      element.dataset.symbol = symbol;
      const cells = columns.map((column) => {
        const text = cell(element, column.tone === "symbol" ? "th" : "td", classesOf(column));
        if (column.tone === "symbol") Object.assign(text.parentElement, { scope: "row", title: symbol });
        if (column.key === "target") text.parentElement.dataset.target = ""; // where weights.js puts its inputs
        return text;
      });
      return { element, cells };
    });
    // Only these are looked at while a slider moves; the cells of a trade only where the trade is another one.
    this.ofTrades = columns.flatMap((column, k) => (column.follows === "trade" ? [[column.key, k]] : []));
    this.ofWeights = columns.flatMap((column, k) => (column.follows === "weights" ? [[column.key, k]] : []));
  }

  /** Which rows are there at all; the rest stays out of the document, so that it costs nothing. */
  show(rows) {
    this.shown = rows;
    this.body.replaceChildren(...rows.map((i) => this.rows[i].element));
  }

  /** What does not follow the sliders. */
  settle(shown, pinned) {
    for (const i of this.shown) {
      const { cells } = this.rows[i];
      this.columns.forEach(({ key, follows }, k) => {
        if (!follows) write(cells[k], key === PLAN_A.key ? pinned?.trades[i] ?? "" : shown.text(key, i));
      });
    }
  }

  paint(shown, pinned) {
    for (const i of this.shown) {
      const row = this.rows[i];
      if (!row.element.parentNode) continue; // out of sight, see thin.js
      const trade = shown.trade(i);
      if (row.sweep !== shown.sweep || row.trade !== trade) {
        Object.assign(row, { sweep: shown.sweep, trade });
        for (const [key, k] of this.ofTrades) write(row.cells[k], shown.text(key, i));
        const side = shown.side(i);
        if (row.element.dataset.side !== side) row.element.dataset.side = side;
        row.element.title = shown.reason(i) && `${shown.text("shares", i)}: ${shown.reason(i)}`;
      }
      for (const [key, k] of this.ofWeights) write(row.cells[k], shown.text(key, i));
      if (pinned) row.element.toggleAttribute("data-differs", pinned.trades[i] !== shown.text("shares", i));
    }
  }
}
