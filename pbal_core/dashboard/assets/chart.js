// The before/after chart. Python builds the figure, plotly.js draws it. While a slider moves, the bars that plotly.js
// drew are moved in place: on a fixed axis a bar's height is a linear function of its number. A hand that drags sees
// them on a canvas (see sketch.js). On release plotly.js draws the same numbers itself, so a picture that is saved, or
// hovered over, is its own.

const plotlyReady = (() => {
  const key = Symbol.for("pbal.plotly");
  if (!window[key]) {
    const slot = {};
    slot.promise = new Promise((resolve) => (slot.resolve = resolve));
    window[key] = slot;
  }
  return window[key].promise;
})();

const MOST_LABELS = 60; // more of them are a smear; hovering a bar names it
const MOST_BELOW = 96; // pixels for the symbols below the bars, of which the bars have the more the shorter they are

const WORTH_SKETCHING = 24; // bars: fewer of them move as quickly in place

const MOST_EMPTY = 2; // times the value axis that all plans of the sliders need
const THEME = ["--st-primary-color", "--st-text-color", "--st-background-color"];

const AFTER = 1, TARGET = 2; // places of the traces in the figure

/** Numbers of the traces in one unit, percent or dollars, for some rows. */
function heights(shown, unit, rows) {
  const { sheet } = shown;
  if (unit === "dollars") {
    return {
      before: rows.map((i) => sheet.values[i]),
      after: rows.map((i) => shown.dollars(i)),
      target: rows.map((i) => shown.target(i) * shown.total),
    };
  }
  return {
    before: rows.map((i) => sheet.weights[i]),
    after: rows.map((i) => shown.weight(i) * 100),
    target: rows.map((i) => shown.target(i) * 100),
  };
}

/** Pixels as plotly.js writes them. */
const pixels = (value) => Math.round(value * 100) / 100;

/** Where a bar ends: plotly.js keeps thin bars visible by whole pixels; the same rule, so that both draw the same. */
function barEnd(value, base) {
  if (Math.abs(value - base) >= 2) return value;
  return value > base ? Math.ceil(value) : Math.floor(value);
}

class Chart {
  constructor(element) {
    this.element = element;
    this.sketch = new Sketch(element);
    this.drawn = null;
    this.over = false; // something of the plan that was moved to is above the value axis
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(element);
  }

  stop() {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
    if (this.drawn && window.Plotly) window.Plotly.purge(this.element);
  }

  /** Colours are CSS variables in the figure, so that one figure fits every theme; plotly.js needs their values. */
  coloured(value) {
    if (typeof value === "string" && value.startsWith("var(")) {
      if (!this.colours.has(value)) this.colours.set(value, this.computed(value));
      return this.colours.get(value);
    }
    if (Array.isArray(value)) return value.map((item) => this.coloured(item));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.coloured(item)]));
    }
    return value;
  }

  /** The value of one colour; asking for it lays the page out, so it is asked once a theme. */
  computed(value) {
    const probe = document.createElement("span");
    probe.style.color = value;
    this.element.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return plainColour(colour);
  }

  /** Forgets the colours of another theme. */
  retheme() {
    const style = getComputedStyle(this.element);
    const theme = THEME.map((name) => style.getPropertyValue(name)).join();
    if (this.theme === theme) return;
    this.theme = theme;
    this.colours = new Map();
  }

  /** Where the value axis ends: where it did before, as long as everything that is shown is below that. */
  top(sheet, unit, numbers, wanted) {
    const whose = sheet.symbols.join();
    if (this.whose !== whose) Object.assign(this, { whose, tops: {} });
    const highest = Math.max(0, ...Object.values(numbers).flat());
    const kept = this.tops[unit];
    if (!(kept >= highest && kept <= MOST_EMPTY * wanted)) this.tops[unit] = wanted;
    return this.tops[unit];
  }

  /**
   * Hands plotly.js the whole truth: figure, numbers, axis. Cheap enough for a release, not for every move.
   * Resolves to true when it is drawn.
   */
  async settle({ shown, unit, rows, tops, pinned }) {
    const Plotly = await plotlyReady;
    if (!this.element.isConnected || !this.element.clientWidth) return false;
    const { sheet } = shown;
    this.retheme();
    const figure = this.coloured(sheet.figure);
    const numbers = heights(shown, unit, rows);
    const names = rows.map((i) => nameOf(sheet, i));
    const [before, after, target, pin] = figure.data;
    const kind = unit === "dollars" ? "value" : "weight";
    const texts = (key) => rows.map((i) => shown.text(key, i));
    const trades = texts("shares");
    Object.assign(before, { x: names, y: numbers.before, customdata: texts(`${kind}_before`) });
    Object.assign(after, { x: names, y: numbers.after, customdata: texts(`${kind}_after`).map((text, k) => [text, trades[k]]) });
    Object.assign(target, { x: names, base: numbers.target, y: names.map(() => 0), customdata: texts("target") });
    Object.assign(pin, { x: pinned ? names : [], y: pinned ? rows.map((i) => pinned[unit][i]) : [] });
    const layout = figure.layout;
    Object.assign(layout.yaxis, figure.units[unit], { range: [0, this.top(sheet, unit, { ...numbers, pin: pin.y }, tops[unit])] });
    Object.assign(layout, { width: this.element.clientWidth, height: this.element.clientHeight });
    layout.font.family = getComputedStyle(this.element).fontFamily;
    this.label(layout, names);
    const options = { displayModeBar: false, doubleClick: false, showTips: false, scrollZoom: false };
    await Plotly.react(this.element, figure.data, layout, options);
    this.sketch.end();
    this.measure();
    return true;
  }

  /** The symbols below the bars: across where each has room, else upright, the middle of a very long one left out. */
  label(layout, names) {
    const length = Math.max(...names.map((name) => name.length));
    const across = (0.62 * 12 * length + 6) * names.length <= layout.width - layout.margin.l - layout.margin.r;
    const size = names.length > 24 || (!across && length > 12) ? 10 : 12;
    const most = across ? length : Math.floor(MOST_BELOW / (0.62 * size));
    const end = Math.floor(most / 2);
    const short = (name) => (name.length > most ? `${name.slice(0, most - end - 1)}\u2026${name.slice(-end)}` : name);
    Object.assign(layout.xaxis, {
      range: [-0.5, names.length - 0.5],
      tickangle: across ? 0 : -90,
      tickfont: { size },
      tickmode: "array",
      tickvals: names,
      ticktext: names.map(short),
      showticklabels: names.length <= MOST_LABELS,
    });
    layout.margin.b = names.length > MOST_LABELS ? 14 : across ? 28 : 14 + Math.ceil(0.62 * size * Math.min(length, most));
  }

  /** Remembers the drawn bars and the axis, for `move`. */
  measure() {
    const traces = this.element.querySelectorAll(".barlayer .trace.bars");
    const paths = (trace) => Array.from(trace.querySelectorAll(".point > path"), (path) => {
      const ends = /^M([-\d.]+),([-\d.]+)V([-\d.]+)H([-\d.]+)/.exec(path.getAttribute("d"));
      return ends && { path, left: Number(ends[1]), top: Number(ends[3]), right: Number(ends[4]), drawn: path.getAttribute("d") };
    });
    const { xaxis, yaxis: axis } = this.element._fullLayout;
    const [befores, bars, ticks] = traces.length > TARGET ? Array.from(traces, paths) : [[], [], []];
    this.drawn = {
      ...{ befores, bars, ticks },
      samples: [...[befores, bars, ticks].map((all) => all.find(Boolean)?.path), this.element.querySelector(".scatterlayer .point")],
      pixel: axis._length / (axis.range[1] - axis.range[0]),
      base: axis._length,
      left: xaxis._offset,
      top: axis._offset,
    };
  }

  /** Moves the bars to a plan; on a canvas while a hand is `dragging`. False if plotly.js has not drawn them yet. */
  move({ shown, unit, rows, pinned }, dragging) {
    if (!this.drawn || this.drawn.bars.length !== rows.length) return false;
    const { bars, ticks, pixel, base } = this.drawn;
    const numbers = heights(shown, unit, rows);
    const end = (value) => pixels(base - value * pixel);
    const ends = numbers.after.map((value) => barEnd(end(value), base));
    bars.forEach((bar, k) => {
      if (bar) place(bar, `M${bar.left},${base}V${ends[k]}H${bar.right}V${base}Z`);
    });
    const targets = numbers.target.map(end);
    this.over = Math.min(...ends, ...targets) < -1;
    if (unit === "dollars" || shown.sweep.weights.target) {
      ticks.forEach((tick, k) => {
        if (tick) place(tick, `M${tick.left},${targets[k]}V${targets[k]}H${tick.right}V${targets[k]}Z`);
      });
    }
    if (dragging && rows.length >= WORTH_SKETCHING && this.drawn.samples.slice(0, TARGET + 1).every(Boolean)) {
      this.sketch.begin(this.drawn);
      this.sketch.draw(ends, targets, pinned && rows.map((i) => end(pinned[unit][i])));
    }
    return true;
  }

  resize() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.onResize?.());
  }

  /** Saves what is drawn as a file, on the page's own background. */
  async save(format, background) {
    const Plotly = await plotlyReady;
    const { clientWidth: width, clientHeight: height } = this.element;
    // A bar of no height has an empty box for its key; what is seen of it is a line, so the legend has a line.
    const line = { name: "Target", type: "scatter", mode: "lines", x: [null], y: [null], line: this.element.data[TARGET].marker.line };
    const [before, after, target, pin] = this.element.data;
    const data = [before, after, { ...target, showlegend: false }, line, { ...pin, showlegend: Boolean(pin.x.length) }];
    const picture = { data, layout: { ...this.element.layout, paper_bgcolor: plainColour(background), showlegend: true } };
    await Plotly.downloadImage(picture, { format, width: Math.max(width, 640), height: Math.max(height, 360), scale: 2, filename: "portfolio-balancer" });
  }
}

function place(bar, d) {
  if (bar.drawn === d) return;
  bar.drawn = d;
  bar.path.setAttribute("d", d);
}

/** A computed colour in the old rgb() notation: plotly.js does not read color(srgb ...). */
function plainColour(colour) {
  const parts = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)/.exec(colour);
  return parts ? `rgb(${parts.slice(1, 4).map((part) => Math.round(Number(part) * 255)).join(", ")})` : colour;
}
