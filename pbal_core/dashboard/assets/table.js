// The trade table: its columns are those that Python lists. It is built once a portfolio and a unit; afterwards only
// text that changed is written. Rows are kept as elements, so that they can be sorted, filtered and opened cheaply.

const PLAN_A = { key: "pinned", title: "Plan A", tone: "pinned", follows: "", leaves: "", widths: [0, 0] };

/** The columns of the sheet that are shown in a unit, and plan A's trades where there is one. */
function columnsIn(sheet, unit, pinned) {
  const columns = sheet.columns.filter((column) => !column.unit || column.unit === unit);
  return pinned ? [...columns, PLAN_A] : columns;
}

const classesOf = (column) => `pbal-col-${column.tone || "plain"}${column.leaves ? ` pbal-leaves-${column.leaves}` : ""}`;

function button(classes, label) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = classes;
  element.textContent = label;
  return element;
}

class TradeTable {
  /** `sorted(key)` is called when a column's title is pressed, `opened(row)` when a row is opened or shut. A class is folded. */
  constructor(table, { sorted, opened }) {
    this.table = table;
    this.head = table.tHead.rows[0];
    this.body = table.tBodies[0];
    this.foot = table.tFoot;
    this.rows = [];
    this.sorted = sorted;
    this.opened = opened;
    this.open = new Set(); // symbols
    this.body.addEventListener("click", (event) => this.pressed(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
  }

  /** A row for every symbol of the sheet, a cell for every column; those that are shown are put into the document. */
  build(sheet, columns) {
    this.sheet = sheet;
    this.columns = columns;
    this.head.replaceChildren();
    this.titles = columns.map((column) => this.title(column));
    this.rows = sheet.symbols.map((symbol, i) => this.row(symbol, i));
    const classes = sheet.classes.map(({ name }, k) => this.row(name, this.rows.length + k));
    this.rows.push(...classes);
    classes.forEach((row, k) => this.nest(row, sheet.classes[k]));
    this.sums = Object.entries(sheet.sums).map(([key, titles]) => this.sum(key, titles));
    this.foot.replaceChildren(...this.sums.map(({ element }) => element));
    // Only these are looked at while a slider moves; the cells of a trade only where the trade is another one.
    this.ofTrades = columns.flatMap((column, k) => (column.follows === "trade" ? [[column.key, k]] : []));
    this.ofWeights = columns.flatMap((column, k) => (column.follows === "weights" ? [[column.key, k]] : []));
  }

  title(column) {
    const title = document.createElement("th");
    title.className = classesOf(column);
    title.scope = "col";
    if (column.key === PLAN_A.key) title.textContent = column.title;
    else {
      const press = button("pbal-sort", column.title);
      press.addEventListener("click", () => this.sorted(column.key));
      title.append(press);
    }
    this.head.append(title);
    return title;
  }

  /** Another word in place of a column's title; nothing brings the title back. */
  retitle(k, text) {
    write((this.titles[k].firstElementChild ?? this.titles[k]).firstChild, text ?? this.columns[k].title);
  }

  row(symbol, i) {
    const element = document.createElement("tr");
    const several = i >= this.sheet.symbols.length;
    element.dataset.side = "";
    element.dataset[several ? "class" : "symbol"] = symbol;
    const cells = this.columns.map((column) => {
      const head = column.tone === "symbol";
      const text = cell(element, head ? "th" : "td", classesOf(column));
      if (column.key === "target") text.parentElement.dataset.target = ""; // where weights.js puts its inputs
      if (!head) return text;
      return several ? this.folder(text.parentElement, symbol) : this.opener(text.parentElement, symbol, i);
    });
    return { element, cells, i, symbol };
  }

  /** The head of a row: a button that opens it, and the fund's name under an ISIN. */
  opener(head, symbol, i) {
    head.scope = "row";
    const press = button("pbal-open", "");
    press.setAttribute("aria-expanded", "false");
    const text = document.createTextNode(symbol);
    press.append(text);
    head.replaceChildren(press);
    const name = this.sheet.details.names[i];
    if (name) {
      const line = document.createElement("span");
      line.className = "pbal-name";
      line.textContent = name;
      head.append(line);
    }
    return text;
  }

  /** The head of a class: a button that folds it. */
  folder(head, name) {
    head.scope = "row";
    const press = button("pbal-open", "");
    const text = document.createTextNode(name);
    press.append(text);
    head.replaceChildren(press);
    return text;
  }

  /** What is inside a class lies further in; the funds of a set have no target of their own. */
  nest(row, { kind, level, lines }) {
    row.element.dataset.kind = kind;
    row.element.style.setProperty("--level", level);
    for (const line of lines) {
      const { element } = this.rows[line];
      element.dataset.inside = kind;
      element.style.setProperty("--level", level + 1);
    }
  }

  sum(key, titles) {
    const element = document.createElement("tr");
    element.dataset.sum = key;
    const cells = this.columns.map((column) => {
      const head = column.tone === "symbol";
      const text = cell(element, head ? "th" : "td", classesOf(column));
      if (head) text.parentElement.scope = "row";
      return text;
    });
    write(cells[0], titles[0]);
    return { element, cells, key, titles };
  }

  /** Which rows are there at all, in their order; the rest stays out of the document, so that it costs nothing. */
  show(rows, whole) {
    this.shown = rows;
    this.body.replaceChildren(...rows.flatMap((i) => this.lines(this.rows[i])));
    for (const { cells, titles } of this.sums) write(cells[0], titles[whole ? 0 : 1]);
  }

  /** What has the focus, in words that hold for a table that is built anew; null where that is elsewhere. */
  focused() {
    const at = document.activeElement;
    const title = this.titles?.findIndex((found) => found.contains(at)) ?? -1;
    if (title >= 0) return { column: this.columns[title].key };
    const row = this.rows?.find(({ element, details }) => element.contains(at) || details?.element.contains(at));
    const part = row && [".pbal-open", "input[id]", ".pbal-correct"].find((each) => at.matches(each));
    return part ? { symbol: row.symbol, part } : null;
  }

  /** Gives the focus back that the rows have lost with the old ones. */
  refocus(kept) {
    if (!kept || ![document.body, null].includes(document.activeElement)) return;
    const row = this.rows.find(({ symbol }) => symbol === kept.symbol);
    const places = kept.column ? [this.titles[this.columns.findIndex(({ key }) => key === kept.column)]] : [row?.element, row?.details?.element];
    const found = places.map((place) => place?.querySelector(kept.part ?? "button")).find(Boolean);
    found?.focus({ preventScroll: true });
  }

  /** A row, and what it opens to where it is open. */
  lines(row) {
    if (row.i >= this.sheet.symbols.length) {
      row.element.querySelector(".pbal-open").setAttribute("aria-expanded", String(!FOLDED.has(row.symbol)));
      return [row.element];
    }
    const open = this.open.has(row.symbol);
    row.element.querySelector(".pbal-open").setAttribute("aria-expanded", String(open));
    if (!open) return [row.element];
    row.details ??= new RowDetails(this.sheet, row.i);
    row.details.span(this.visible());
    return [row.element, row.details.element];
  }

  /** How many columns are there: some leave where room is short. */
  visible() {
    return this.titles.filter((title) => title.getClientRects().length).length || this.columns.length;
  }

  /** Which column the rows are sorted by, for those who see it and those who hear it. */
  mark(key, descending) {
    this.columns.forEach((column, k) => {
      const title = this.titles[k];
      if (column.key === key) title.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else title.removeAttribute("aria-sort");
    });
  }

  /** Up and down go from one row's button to the next: Tab goes from target to target, see weights.js. Left folds, right opens. */
  key(event) {
    const several = event.target.matches(".pbal-open") && event.target.closest("tr[data-class]");
    if (several && ["ArrowLeft", "ArrowRight"].includes(event.key)) fold([several.dataset.class], event.key === "ArrowLeft");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(".pbal-open")) return;
    const openers = [...this.body.querySelectorAll(".pbal-open")];
    const next = openers[openers.indexOf(event.target) + step];
    event.preventDefault();
    next?.focus();
  }

  pressed(event) {
    const line = event.target.closest("tr[data-symbol], tr[data-class]");
    const elsewhere = event.target.closest("input, .pbal-more");
    const marks = event.detail && String(getSelection()).trim(); // a pointer that selects text; a key never does
    if (!line || elsewhere || marks) return;
    if (line.dataset.class !== undefined) {
      fold([line.dataset.class], !FOLDED.has(line.dataset.class));
      return;
    }
    this.toggle(this.rows.find(({ element }) => element === line));
  }

  toggle(row) {
    const open = !this.open.has(row.symbol);
    if (open) this.open.add(row.symbol);
    else this.open.delete(row.symbol);
    const [, details] = this.lines(row);
    if (open) row.element.after(details);
    else row.details?.element.remove();
    this.opened(row);
    details?.scrollIntoView({ block: "nearest" });
  }

  /** What does not follow the sliders. */
  settle(shown, pinned) {
    const visible = this.visible();
    for (const i of this.shown) {
      const { cells } = this.rows[i];
      this.columns.forEach(({ key, follows, tone }, k) => {
        if (!follows && tone !== "symbol") write(cells[k], key === PLAN_A.key ? pinned?.trades[i] ?? "" : shown.text(key, i));
      });
      this.rows[i].details?.span(visible);
    }
  }

  /** Whether a plan trades in a row otherwise than plan A does: a class, where it does so in one of its rows. */
  differs(i, shown, pinned) {
    const { symbols, classes } = this.sheet;
    if (i < symbols.length) return pinned.trades[i] !== shown.text("shares", i);
    return classes[i - symbols.length].lines.some((line) => this.differs(line, shown, pinned));
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
      if (pinned) row.element.toggleAttribute("data-differs", this.differs(i, shown, pinned));
    }
    for (const { key, cells } of this.sums) {
      this.columns.forEach((column, k) => {
        if (k) write(cells[k], shown.sum(key, column.key));
      });
    }
  }
}
