// How much room the texts need. Everything the sliders can show is here already, so the room for the longest of it is
// made at a release, and nothing moves while a slider does. A number is never cut: where it does not fit, the view
// drops the target column, takes smaller letters, puts the table below the chart, and at last lets the table scroll.

const STEPS = ["", "lean", "lean dense", "stacked", "stacked lean", "stacked lean dense", "stacked lean dense tight"];

class Room {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.lines = 0;
  }

  /** Makes room for what `slices` and `sheet` can show. Cheap where nothing has changed since the last time. */
  make({ sheet, slices, pinned, mode }) {
    const width = this.root.clientWidth;
    const buttons = this.part("actions").getBoundingClientRect().width;
    const facts = [sheet.id, width, mode, buttons, pinned?.label, ...slices.map((slice) => slice.data)];
    if (!width || facts.every((fact, i) => fact === this.facts?.[i])) return;
    if (this.facts?.[0] !== sheet.id || this.facts[1] !== width) this.lines = 0;
    this.facts = facts;
    const data = slices.map((slice) => slice.data);
    this.table(sheet, data, pinned, mode);
    this.numbers(data, pinned, buttons);
    this.sentence(data);
  }

  /** The least step at which the longest text of every column has its room. */
  table(sheet, data, pinned, mode) {
    const dollars = mode === "dollars";
    const states = data.flatMap((slice) => slice.rows.flatMap((column) => column.states));
    const symbol = longest(sheet.symbols);
    const now = longest(dollars ? sheet.now : sheet.weights_before);
    const other = longest(pinned?.rows ?? []);
    const lines = ["Buy", "Sell"].map((side) => {
      const traded = states.filter((state) => state[3] === side);
      const after = dollars ? longest(states.map((state) => state[2])) : longest(sheet.percents);
      return { side, cells: [symbol, now, longest(traded.map((state) => state[0])), longest(traded.map((state) => state[1])), after, longest(sheet.targets), other] };
    });
    const head = this.root.querySelector(".pbal-table thead");
    const ruler = document.createElement("table");
    ruler.className = "pbal-table pbal-ruler";
    ruler.setAttribute("aria-hidden", "true");
    const body = document.createElement("tbody");
    for (const { side, cells } of lines) {
      const row = document.createElement("tr");
      row.dataset.side = side;
      row.toggleAttribute("data-differs", true);
      [...head.rows[0].cells].forEach((title, k) => {
        const place = cell(row, k ? "td" : "th", title.className + (k === 2 ? " pbal-trade" : ""));
        if (!k) place.parentElement.scope = "row";
        place.data = cells[k];
      });
      body.append(row);
    }
    ruler.append(head.cloneNode(true), body);
    for (const title of ruler.tHead.rows[0].cells) title.style.width = "";
    this.root.append(ruler);
    const scroll = this.root.querySelector(".pbal-scroll");
    const measure = () => Array.from(ruler.rows[0].cells, (title) => Math.ceil(title.getBoundingClientRect().width));
    const total = (widths) => widths.reduce((sum, wide) => sum + wide, 0);
    let widths = [];
    for (const step of STEPS) {
      this.root.dataset.room = step;
      widths = measure();
      if (total(widths) <= scroll.clientWidth) break;
    }
    ruler.remove();
    [...head.rows[0].cells].forEach((title, k) => (title.style.width = `${widths[k]}px`));
    scroll.firstElementChild.style.minWidth = `${total(widths)}px`;
  }

  /** One row of key numbers, and the buttons beside it, where the longest of them fit. */
  numbers(data, pinned, buttons) {
    const list = this.part("numbers");
    const ruler = document.createElement("dl");
    ruler.className = "pbal-numbers pbal-ruler";
    data[0].numbers.forEach((_, k) => {
      const states = data.flatMap((slice) => slice.numbers[k].states).filter(Boolean);
      const group = document.createElement("div");
      cell(group, "dt", "").data = longest(states.map((state) => state[0]));
      cell(group, "dd", "").data = longest(states.map((state) => state[1]));
      cell(group, "dd", "pbal-a").data = pinned ? `A: ${pinned.numbers[k] ?? ""}` : "";
      ruler.append(group);
    });
    this.root.append(ruler);
    const widths = [...ruler.children].map((group) => Math.ceil(group.getBoundingClientRect().width));
    ruler.remove();
    const gap = parseFloat(getComputedStyle(list).columnGap) || 0;
    const whole = widths.reduce((sum, wide) => sum + wide + gap, 0);
    const room = this.root.clientWidth;
    this.root.dataset.foot = whole + buttons <= room ? "one" : "two";
    list.style.gridTemplateColumns = whole - gap <= room ? widths.map((wide) => `${wide}px`).join(" ") : "";
  }

  /** Lines for the longest sentence; for one portfolio they only ever become more, so that the view stays put. */
  sentence(data) {
    const line = this.part("sentence");
    const texts = [...new Set(data.flatMap((slice) => slice.sentence.states))];
    const most = longest(texts).length;
    const ruler = document.createElement("div");
    ruler.className = "pbal-sentence pbal-ruler";
    ruler.style.width = `${line.clientWidth}px`;
    for (const text of texts.filter((found) => found.length >= 0.8 * most)) {
      const paragraph = document.createElement("span");
      paragraph.textContent = text;
      ruler.append(paragraph);
    }
    this.root.append(ruler);
    const height = Math.max(...Array.from(ruler.children, (paragraph) => paragraph.getBoundingClientRect().height));
    const one = parseFloat(getComputedStyle(ruler).lineHeight);
    ruler.remove();
    this.lines = Math.max(this.lines, Math.round(height / one));
    this.root.style.setProperty("--pbal-lines", String(this.lines));
  }
}

/** The text that takes the most room: figures all have one width, and stops and signs about half of it. */
function longest(texts) {
  let most = "", room = 0;
  for (const text of texts) {
    if (2 * text.length <= room) continue; // which is nearly all of them
    const wide = text.length + text.replaceAll(/[^0-9A-Za-z]/g, "").length;
    if (wide > room || (wide === room && text.length > most.length)) [most, room] = [text, wide];
  }
  return most;
}
