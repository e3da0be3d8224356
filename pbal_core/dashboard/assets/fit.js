// Whether everything fits that the sliders can show. Python says how wide the widest text of each column is, in figures,
// so room is made for it at a release, and nothing moves while a slider does. A number is never cut: where it does not
// fit, the view leaves out the target column, takes smaller letters, puts the table below the chart, and at last lets
// the table scroll.

const STEPS = ["", "lean", "lean dense", "lean dense tight", "stacked", "stacked lean", "stacked lean dense", "stacked lean dense tight"];
// Targets with classes are typed in the target column, so it leaves last.
const TREE_STEPS = ["", "dense", "dense tight", "stacked", "stacked dense", "stacked dense tight", "stacked lean dense tight"];
const PHONE = 760; // pixels, as in live.css: up to here the table is below the chart and has fewer columns
const BOX = 92; // pixels that the box of a target wants
const SHARE = { box: 80, beside: 3.7 }; // of a share of a class, and letters beside it for the weight of everything
const OPENER = 15; // pixels of the mark before a symbol that says that its row opens
const EDGE = 6; // pixels more at the left and at the right edge of the table

class Fit {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.lines = 0;
  }

  /** Makes room for what `sweeps` and `sheet` can show. Cheap where nothing has changed since the last time. */
  make({ sheet, sweeps, pinned, titles, columns }) {
    const width = this.root.clientWidth;
    const buttons = this.part("actions").getBoundingClientRect().width;
    const facts = [sheet.id, width, columns, buttons, pinned?.label, ...sweeps];
    if (!width || (facts.length === this.facts?.length && facts.every((fact, i) => fact === this.facts[i]))) return;
    if (this.facts?.[0] !== sheet.id || this.facts[1] !== width) this.lines = 0;
    this.facts = facts;
    this.figure = this.measured("0".repeat(100)) / 100 / parseFloat(getComputedStyle(this.root).fontSize);
    this.table(sweeps, pinned, titles, columns, sheet.classes.length > 0);
    this.numbers(sweeps, pinned, buttons);
    this.sentence(sweeps);
  }

  /** Pixels that a text takes in the view's own letters. */
  measured(text) {
    const ruler = document.createElement("span");
    ruler.className = "pbal-ruler";
    ruler.textContent = text;
    this.root.append(ruler);
    const { width } = ruler.getBoundingClientRect();
    ruler.remove();
    return width;
  }

  /** The first step at which the widest text of every column has its room. */
  table(sweeps, pinned, titles, columns, tree) {
    const scroll = this.root.querySelector(".pbal-scroll");
    const phone = this.root.clientWidth <= PHONE;
    const wide = columns.map((column) => {
      const moving = sweeps.map((sweep) => sweep.widths[column.key] ?? 0);
      return Math.max(column.widths[1], column.key === PLAN_A.key ? pinned.width : 0, ...moving);
    });
    let widths = [];
    for (const step of tree ? TREE_STEPS : STEPS) {
      this.root.dataset.fit = step;
      const letters = step.includes("tight") ? 11.5 : step.includes("dense") ? 12.5 : 14;
      const padding = step.includes("tight") ? 6 : 12;
      const lean = step.includes("lean") || pinned;
      widths = columns.map((column, k) => {
        if ((column.leaves === "first" && lean) || (column.leaves && phone)) return 0;
        const text = Math.max(wide[k] * letters, column.widths[0] * Math.min(letters, 12.5)) * this.figure;
        const mark = column.tone === "symbol" ? OPENER : 0;
        const least = column.key !== "target" ? 0 : tree ? SHARE.box + SHARE.beside * letters : BOX;
        const most = column.tone === "symbol" ? (phone ? 118 : tree ? 150 : 190) : Infinity;
        return Math.min(Math.max(Math.ceil(text) + padding + mark, least), most) + (k === 0 || k === columns.length - 1 ? EDGE : 0);
      });
      this.total = widths.reduce((sum, width) => sum + width, 0);
      if (this.total <= scroll.clientWidth) break;
    }
    titles.forEach((title, k) => (title.style.width = `${widths[k]}px`));
    scroll.firstElementChild.style.minWidth = `${this.total}px`;
  }

  /** One row of key numbers, and the buttons beside it, where the widest of them fit. */
  numbers(sweeps, pinned, buttons) {
    const list = this.part("numbers");
    const widths = sweeps[0].number_widths.map((_, k) => {
      const most = (which) => Math.max(...sweeps.map((sweep) => sweep.number_widths[k]?.[which] ?? 0));
      return Math.ceil(this.figure * Math.max(12 * most(0), 16 * most(1), pinned ? 12 * (most(1) + 2) : 0));
    });
    const gap = parseFloat(getComputedStyle(list).columnGap) || 0;
    const whole = widths.reduce((sum, wide) => sum + wide + gap, 0);
    const room = this.root.clientWidth;
    this.root.dataset.foot = whole + buttons <= room ? "one" : "two";
    list.style.gridTemplateColumns = whole - gap <= room ? widths.map((wide) => `${wide}px`).join(" ") : "";
  }

  /** Lines for the longest sentence; for one portfolio they only ever become more, so that the view stays put. */
  sentence(sweeps) {
    const line = this.part("sentence");
    const texts = [...new Set(sweeps.flatMap((sweep) => sweep.sentence.states))];
    const most = Math.max(...texts.map((text) => text.length));
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
