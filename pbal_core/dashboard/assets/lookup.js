// What stands where on a slice. Everything shown was computed and written in Python: here it is only looked up.

/** What one position of a slice shows. `data` is a slice as pbal_core/slices.py describes it, `i` a position. */
function entryAt(data, i) {
  return {
    sentence: data.sentence.states[data.sentence.at[i]],
    numbers: data.numbers.map((column) => column.states[column.at[i]]),
    fit: data.fit.states[data.fit.at[i]],
    rows: data.rows.map((column) => column.states[column.at[i]]),
    weights: data.weights.map((column) => column[i]),
    goals: data.goals && data.goals.map((column) => column[i]),
    total: data.totals[i],
  };
}

/** The target of a row as a fraction: where positions are frozen, that of the others follows the cash. */
function goalOf(sheet, entry, row) {
  return entry.goals ? entry.goals[row] / 100000 : sheet.goals[row];
}

/** The target of a row as it is read. */
function goalText(sheet, entry, row) {
  return entry.goals && !sheet.frozen[row] ? weightText(sheet.percents, entry.goals[row]) : sheet.targets[row];
}

/** Text of a weight: the tenth of a percent that Python printed for this code. */
function weightText(percents, code) {
  return percents[Math.floor((code + 50) / 100)];
}

/** Where a slider's thumb stands for an amount that may lie between two positions: the nearest position. */
function nearestPosition(values, amount) {
  const wanted = Number(amount);
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(Number(value) - wanted) < Math.abs(Number(values[best]) - wanted)) best = i;
  });
  return best;
}

/** The number in a typed amount, with or without the currency's sign or code before it; NaN: Python has to read it. */
function typedNumber(text, spellings) {
  const [, sign, rest] = /^([+-]?)\s*(.*)$/s.exec(text.toUpperCase());
  const money = spellings.find((spelling) => rest.startsWith(spelling)) ?? "";
  const digits = rest.slice(money.length).trim().replaceAll(/,(?=\d{3}(?!\d))/g, "");
  return digits ? Number(sign + digits) : NaN;
}
