// The funds of a household as bars, a part for each account: what is there before as an outline, after as shades of one
// colour, the target as a line over the whole. Heights are looked up or added up; what they mean was computed in Python.

const SPACE = { left: 46, right: 10, top: 8, bottom: 26 };
const TICKS = [1, 2, 5, 10, 20, 25];
const TURNED = 58; // pixels for symbols that are too long to lie
const MOST_NAMED = 60;
const MOST_IN_LEGEND = 6;

class HouseholdChart {
  constructor(element, legend) {
    this.element = element;
    this.legend = legend;
    this.picture = element.querySelector("svg");
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(element);
  }

  stop() {
    this.watch.disconnect();
  }

  add(tag, attributes, parent = this.picture) {
    const made = document.createElementNS(this.picture.namespaceURI, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    parent.append(made);
    return made;
  }

  /** A path for what is before, one for each account, one for the targets; and their legend. */
  build(sheet) {
    this.sheet = sheet;
    const last = Math.max(1, sheet.accounts.length - 1);
    this.shades = sheet.accounts.map((_, number) => `${Math.round(100 - (75 * number) / last)}%`);
    const item = (classes, words, shade) => {
      const line = document.createElement("li");
      const key = document.createElement("span");
      key.className = `pbal-key ${classes}`;
      if (shade) key.style.setProperty("--shade", shade);
      line.append(key, words);
      return line;
    };
    const named = sheet.accounts.slice(0, MOST_IN_LEGEND).map(({ name }, k) => item("pbal-key-part", name, this.shades[k]));
    const more = sheet.accounts.length - named.length;
    this.legend.replaceChildren(item("pbal-key-before", "Before"), ...named, ...(more > 0 ? [item("", `${more} more`)] : []), item("pbal-key-target", "Target"));
    this.size = undefined;
    this.top = undefined;
  }

  resized() {
    if (!this.view) return;
    this.size = undefined;
    this.draw(...this.view);
  }

  /** Axis, symbols and empty paths for the size that there is. */
  lay(top) {
    const { clientWidth: width, clientHeight: height } = this.element;
    const { funds, accounts } = this.sheet;
    this.size = [width, height];
    this.top = top;
    this.picture.replaceChildren();
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.band = (width - SPACE.left - SPACE.right) / Math.max(1, funds.length);
    const named = funds.length <= MOST_NAMED;
    const turned = named && funds.some(({ name }) => name.length * 7.4 > this.band);
    this.base = height - (turned ? TURNED : SPACE.bottom);
    this.unit = (this.base - SPACE.top) / top;
    const step = TICKS.find((each) => top / each <= 6) ?? 25;
    for (let tick = 0; tick <= top + 1e-9; tick += step) {
      const y = this.y(tick);
      this.add("path", { d: `M${SPACE.left} ${y}H${width - SPACE.right}`, class: tick ? "pbal-grid" : "pbal-base" });
      this.add("text", { x: SPACE.left - 6, y: y + 4, class: "pbal-tick" }).textContent = `${tick} %`;
    }
    this.before = this.add("path", { class: "pbal-before" });
    this.parts = accounts.map(({ name }, number) => {
      const path = this.add("path", { class: "pbal-part" });
      path.style.setProperty("--shade", this.shades[number]);
      this.add("title", {}, path).textContent = name;
      return path;
    });
    this.targets = this.add("path", { class: "pbal-goal" });
    for (const [i, { name }] of named ? funds.entries() : []) {
      const x = this.x(i, 0), y = this.base + 16;
      const where = turned ? { transform: `rotate(-40 ${x} ${y})`, class: "pbal-name-turned" } : { class: "pbal-name-lying" };
      this.add("text", { x, y, ...where }).textContent = turned && name.length > 10 ? `${name.slice(0, 9)}\u2026` : name;
    }
    const d = funds.map(({ before }, i) => (before ? this.bar(i, 0.78, 0, before) : "")).join("");
    this.before.setAttribute("d", d);
  }

  x(i, share) {
    return SPACE.left + this.band * (i + 0.5 + share / 2);
  }

  y(percent) {
    return Math.round(100 * (this.base - percent * this.unit)) / 100;
  }

  bar(i, share, from, to) {
    const left = this.x(i, -share), right = this.x(i, share);
    return `M${left.toFixed(1)} ${this.y(from)}V${this.y(to)}H${right.toFixed(1)}V${this.y(from)}Z`;
  }

  /** Draws position `i` of `states`; the accounts that stay are the committed plan's. */
  draw(states, i, point, top) {
    this.view = [states, i, point, top];
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width) return;
    if (this.size?.[0] !== width || this.size[1] !== height || this.top !== top) this.lay(top);
    const { accounts, funds } = this.sheet;
    const whole = states.dollars[i] || 1;
    const stacked = funds.map(() => 0);
    accounts.forEach((account, number) => {
      const moving = states.accounts[number];
      const { rows } = moving ?? point.accounts[number];
      const at = moving ? i : 0;
      const sums = new Map();
      rows.forEach((row, k) => {
        const fund = account.funds[k];
        sums.set(fund, (sums.get(fund) ?? 0) + row.dollars[row.at[at]]);
      });
      let d = "";
      for (const [fund, dollars] of sums) {
        if (!dollars) continue;
        const to = stacked[fund] + (100 * dollars) / whole;
        d += this.bar(fund, 0.46, stacked[fund], to);
        stacked[fund] = to;
      }
      this.parts[number].setAttribute("d", d);
    });
    const marks = states.funds.map(({ target }, fund) => {
      const y = this.y(target[i] / 1000);
      return `M${this.x(fund, -0.94).toFixed(1)} ${y}H${this.x(fund, 0.94).toFixed(1)}`;
    });
    this.targets.setAttribute("d", marks.join(""));
  }
}
