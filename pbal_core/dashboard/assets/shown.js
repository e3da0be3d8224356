// What one position of a sweep shows. Everything was computed and written in Python: here it is only looked up.

/** What a line is called: a position, or after them a class or a set. */
function nameOf(sheet, line) {
  return sheet.symbols[line] ?? sheet.classes[line - sheet.symbols.length].name;
}

/** One plan: position `i` of a sweep, as pbal_core/views/sweep.py packs it, beside what no slider changes. */
class Shown {
  constructor(sheet, sweep, i) {
    this.sheet = sheet;
    this.sweep = sweep;
    this.i = i;
  }

  get sentence() { return stateAt(this.sweep.sentence, this.i); }
  get fit() { return stateAt(this.sweep.fit, this.i); }
  get total() { return this.sweep.totals[this.i]; }
  get numbers() { return this.sweep.numbers.map((states) => stateAt(states, this.i)); }

  /** Which of its trades a row has here. */
  trade(row) { return this.sweep.rows[row].at[this.i]; }
  side(row) { return this.sweep.rows[row].side[this.trade(row)]; }
  dollars(row) { return this.sweep.rows[row].dollars[this.trade(row)]; }

  /** A weight after the trades, or a target, as a fraction. */
  weight(row) { return this.sweep.weights.weight_after[row][this.i] / 100000; }
  target(row) {
    const typed = this.sheet.typed?.get(nameOf(this.sheet, row)); // not committed yet: only the marks follow the keys
    if (typed !== undefined) return typed;
    const moving = this.sweep.weights.target;
    return moving ? moving[row][this.i] / 100000 : this.sheet.targets[row];
  }

  /** The text of a cell: a target that is being typed, one that no slider changes, that of the row's trade, or that of a weight. */
  text(key, row) {
    const fixed = this.sheet.texts[key]?.[row];
    const typed = key === "target" ? this.sheet.typed?.get(nameOf(this.sheet, row)) : undefined;
    if (typed >= 0 && typed <= 1 && fixed?.includes("%") !== false) return this.sheet.percents[Math.round(1000 * typed)];
    if (fixed !== undefined && fixed !== null) return fixed;
    const { texts } = this.sweep.rows[row];
    if (key in texts) return texts[key][this.trade(row)];
    const code = this.sweep.weights[key][row][this.i];
    return code > 0 && code < 50 ? this.sheet.slight : this.sheet.percents[Math.floor((code + 50) / 100)];
  }

  /** The text of a row at the foot of the table: `cash` or `total`. */
  sum(row, key) {
    const states = this.sweep.sums[row][key];
    return states ? stateAt(states, this.i) : "";
  }

  /** Why a row trades, with its cash where that is the same all over the sweep; empty where it does not. */
  reason(row) {
    const side = this.side(row);
    return side && (this.sweep.reasons ?? this.sheet.reasons)[side][row];
  }
}

function stateAt({ states, at }, i) {
  return states[at[i]];
}
