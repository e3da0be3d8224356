// The trade table and the key numbers: built once a portfolio, afterwards only text that changed is written.

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

class TradeTable {
  constructor(body) {
    this.body = body;
    this.rows = [];
  }

  /** Rows for every symbol of the sheet, in its order. `shown` is a Set of row numbers, the others are hidden. */
  build(sheet) {
    this.sheet = sheet;
    this.rows = sheet.symbols.map((symbol) => {
      const element = document.createElement("tr");
      const head = cell(element, "th", "");
      head.parentElement.scope = "row";
      head.data = symbol;
      head.parentElement.title = symbol;
      const row = { element, now: cell(element, "td", "pbal-num pbal-wide pbal-quiet") };
      row.trade = cell(element, "td", "pbal-num pbal-trade");
      row.amount = cell(element, "td", "pbal-num pbal-amount");
      row.after = cell(element, "td", "pbal-num");
      row.target = cell(element, "td", "pbal-num pbal-wide pbal-goal pbal-quiet");
      row.pinned = cell(element, "td", "pbal-num pbal-pinned");
      return row;
    });
    this.body.replaceChildren(...this.rows.map((row) => row.element));
  }

  /** Which rows are there at all; the rest stays out of the document, so that it costs nothing. */
  show(shown) {
    this.shown = shown;
    this.body.replaceChildren(...shown.map((i) => this.rows[i].element));
  }

  /** The columns that do not follow the sliders. */
  settle(entry, mode, pinned) {
    const { now, weights_before: before, reasons } = this.sheet;
    for (const i of this.shown) {
      const row = this.rows[i];
      write(row.now, mode === "dollars" ? now[i] : before[i]);
      write(row.target, goalText(this.sheet, entry, i));
      write(row.pinned, pinned ? pinned.rows[i] : "");
      const [trade, , , side] = entry.rows[i];
      row.element.title = side && `${trade}: ${reasons[side][i]}`;
    }
  }

  paint(entry, mode, percents, pinned) {
    for (const i of this.shown) {
      const row = this.rows[i];
      const state = entry.rows[i];
      if (row.state !== state) {
        row.state = state;
        write(row.trade, state[0]);
        write(row.amount, state[1]);
        if (row.element.dataset.side !== state[3]) row.element.dataset.side = state[3];
      }
      write(row.after, mode === "dollars" ? state[2] : weightText(percents, entry.weights[i]));
      if (entry.goals) write(row.target, goalText(this.sheet, entry, i));
      if (pinned) row.element.toggleAttribute("data-differs", pinned.rows[i] !== state[0]);
    }
  }
}

class KeyNumbers {
  constructor(list) {
    this.list = list;
    this.items = [];
  }

  paint(entry, pinned) {
    while (this.items.length < entry.numbers.length) {
      const group = document.createElement("div");
      const item = { group, label: cell(group, "dt", ""), value: cell(group, "dd", ""), other: cell(group, "dd", "pbal-a") };
      this.list.append(group);
      this.items.push(item);
    }
    this.items.forEach((item, i) => {
      const state = entry.numbers[i];
      item.group.hidden = !state;
      if (!state) return;
      write(item.label, state[0]);
      write(item.value, state[1]);
      item.value.parentElement.toggleAttribute("data-alert", state[2]);
      const other = pinned && pinned.numbers[i];
      write(item.other, other ? `A: ${other}` : "");
      item.other.parentElement.hidden = !other;
    });
  }
}
