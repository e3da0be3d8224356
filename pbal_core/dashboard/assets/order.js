// Which rows of the table are shown, and in which order: that of the file, trades first, or by a column; all of them,
// those that trade, or those that a search finds. Numbers are compared, never texts. Where targets have classes, rows are
// in order within their class, and each class comes before what is inside it.

const FIRST_SHOWN = 30; // rows, before the reader asks for all
const NOT_WORTH_HIDING = 5; // rows: a button for so few hides more than it tidies
const SEARCH_FROM = 30; // rows from which searching is quicker than looking
const MOST_FOUND = 200; // rows that a search shows

class RowOrder {
  constructor() {
    this.key = ""; // a column's, "trades", or nothing for the file's order
    this.descending = false;
    this.only = false;
    this.all = false;
    this.query = "";
  }

  /** The next order of a column: its larger numbers first (names from A on), the other way round, the file's. */
  press(key) {
    const first = key !== "symbol";
    if (this.key !== key) Object.assign(this, { key, descending: first });
    else if (this.descending === first) this.descending = !first;
    else this.key = "";
  }

  few(count) {
    return count <= FIRST_SHOWN + NOT_WORTH_HIDING;
  }

  /** The rows of a committed plan that the chart shows, in order. */
  base(plan) {
    const { sheet } = plan;
    const every = sheet.symbols.map((_, i) => i);
    return this.sort(plan, this.few(every.length) || this.all ? every : this.largest(plan, FIRST_SHOWN));
  }

  /** The rows that the table shows. */
  rows(plan) {
    const { sheet } = plan;
    const query = this.query.trim().toLowerCase();
    let found = query || this.only ? sheet.symbols.map((_, i) => i) : this.base(plan);
    if (query) found = found.filter((i) => `${sheet.symbols[i]} ${sheet.details.names[i]}`.toLowerCase().includes(query));
    if (this.only) found = found.filter((i) => plan.side(i));
    return this.sort(plan, query || this.only ? found.slice(0, MOST_FOUND) : found);
  }

  /** Rows with the classes that they are in, without what is inside a folded one. */
  lines(plan, rows) {
    const { sheet } = plan;
    if (!sheet.classes.length) return rows;
    const shown = new Set(rows);
    const inside = (line) => sheet.classes[line - sheet.symbols.length]?.lines;
    const some = (line) => (inside(line) ? inside(line).some(some) : shown.has(line));
    const below = (line) => [line, ...(inside(line) && !this.folds(sheet, line) ? level(inside(line)) : [])];
    const level = (lines) => this.sort(plan, lines.filter(some)).flatMap(below);
    return level(sheet.top);
  }

  /** Whether a line is a class that is folded; a search opens them all. */
  folds(sheet, line) {
    return line >= sheet.symbols.length && !this.query.trim() && FOLDED.has(nameOf(sheet, line));
  }

  /** Which of those lines get a bar: an open class is charted as the funds inside it. */
  bars(sheet, lines) {
    return lines.filter((line) => line < sheet.symbols.length || this.folds(sheet, line));
  }

  sort(plan, rows) {
    if (!this.key) return rows;
    const { sheet } = plan;
    const change = (i) => plan.dollars(i) - sheet.values[i];
    const keys = {
      trades: (i) => Math.abs(change(i)),
      value_before: (i) => sheet.values[i],
      weight_before: (i) => sheet.values[i],
      target: (i) => plan.target(i),
      shares: change,
      traded: change,
      value_after: (i) => plan.dollars(i),
      weight_after: (i) => plan.dollars(i),
    };
    const name = (i) => nameOf(sheet, i);
    const way = this.descending ? -1 : 1;
    const number = keys[this.key];
    const compared = number ? (a, b) => way * (number(a) - number(b)) : (a, b) => way * (name(a) < name(b) ? -1 : 1);
    return [...rows].sort((a, b) => compared(a, b) || a - b);
  }

  /** Rows with the largest change, then the largest drift, of a plan; in the order of the file. */
  largest(plan, many) {
    const { sheet } = plan;
    const keys = sheet.symbols.map((_, i) => [
      Math.abs(plan.dollars(i) - sheet.values[i]),
      Math.abs(sheet.weights[i] - sheet.targets[i] * 100),
    ]);
    const order = keys.map((_, i) => i).sort((a, b) => keys[b][0] - keys[a][0] || keys[b][1] - keys[a][1] || a - b);
    return order.slice(0, many).sort((a, b) => a - b);
  }
}
