// The conductor: keeps the two amounts, looks their plan up, paints it, and sends Python what was committed.

const AXES = ["cash", "min_trade"];
const KEYBOARD_PAUSE = 140; // ms: held arrow keys commit once, when they rest
const SETTLE_PAUSE = 60; // ms: plotly.js draws after the last move, never between two
const FIRST_SHOWN = 30; // rows, before the reader asks for all
const NOT_WORTH_HIDING = 5; // rows: a button for so few hides more than it tidies
const MOST_BARS = 200; // in the chart; the table has them all
const NO_HOVER = matchMedia("(hover: none)");

class Live {
  constructor(root) {
    this.root = root.querySelector(".pbal");
    this.part = (name) => this.root.querySelector(`[data-part="${name}"]`);
    this.fitButton = this.root.querySelector('[data-action="fit"]');
    this.sentence = document.createTextNode("");
    const line = document.createElement("span");
    line.append(this.sentence);
    this.part("sentence").append(line);
    this.table = new TradeTable(this.root.querySelector(".pbal-table"));
    this.numbers = new KeyNumbers(this.part("numbers"));
    this.chart = new Chart(this.part("chart"));
    this.chart.onResize = () => this.settle();
    this.fits = new Fit(this.root);
    this.thin = new Thin(this.root.querySelector(".pbal-scroll"), () => this.paint());
    // Letters that arrive late take other room than the ones shown until then.
    this.lettersCame = () => {
      this.fits.facts = undefined;
      this.settleSoon();
    };
    document.fonts.addEventListener("loadingdone", this.lettersCame);
    this.targetsTyped = ({ detail }) => this.type(detail);
    document.addEventListener("pbal-typed", this.targetsTyped);
    document.addEventListener("pbal-room", this.lettersCame);
    this.sweeps = {};
    this.sent = 0; // number of the last request
    this.asked = 0; // number of the last request with amounts
    this.answered = 0; // number of the last one that has its answer
    this.unit = "weights";
    this.all = false;
    this.inputs = Object.fromEntries(AXES.map((axis) => [axis, this.connect(axis)]));
    for (const button of this.root.querySelectorAll("[data-unit]")) {
      button.addEventListener("click", () => this.setUnit(button.dataset.unit));
    }
    for (const button of this.root.querySelectorAll("[data-action]")) {
      button.addEventListener("click", () => this.act(button.dataset.action));
    }
  }

  stop() {
    this.chart.stop();
    this.thin.stop();
    document.fonts.removeEventListener("loadingdone", this.lettersCame);
    document.removeEventListener("pbal-typed", this.targetsTyped);
    document.removeEventListener("pbal-room", this.lettersCame);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    clearTimeout(this.pausing);
  }

  // ---- what Python sends

  receive(data, send) {
    this.send = send;
    // An answer that a newer move has overtaken is no news; a view that is new here goes on from the last number.
    const overtaken = data.n < this.asked;
    const current = !overtaken && !this.dragging && this.pausing === undefined;
    this.sent = Math.max(this.sent, data.n);
    if (!this.sheet) AXES.forEach((axis) => { this.inputs[axis].amount = data.amounts[axis]; });
    if (data.sheet && data.sheet.id !== this.sheet?.id) {
      this.sheet = data.sheet;
      this.mark("waiting"); // until it is drawn
      const { money, fits } = this.sheet;
      this.root.toggleAttribute("data-fits", fits);
      this.root.querySelector('[data-unit="dollars"]').textContent = money.charAt(0).toUpperCase() + money.slice(1);
      this.sweeps = {};
    }
    const missing = !this.sheet || this.sheet.id !== data.ids.sheet || AXES.some((axis) => !this.take(axis, data));
    if (missing && this.lacking !== data) {
      this.lacking = data;
      // Amounts only where Python may not know them: sent twice, they would undo a step back that came between.
      this.request({ have: {} }, overtaken ? this.amounts : null);
    }
    if (!this.sheet) return;
    for (const axis of AXES) {
      this.inputs[axis].setAxis(this.sheet.axes[axis], this.sheet.spellings);
      this.inputs[axis].control.toggleAttribute("data-whole", this.sweeps[axis]?.whole !== false);
      this.inputs[axis].draw(this.sweeps[axis]);
    }
    this.point = data.point;
    this.pinned = data.pinned;
    this.notice = data.notice;
    this.part("notice").textContent = data.notice;
    this.answered = data.n;
    if (current) {
      for (const axis of AXES.filter((name) => !this.inputs[name].editing)) {
        this.inputs[axis].show(data.amounts[axis], { label: data.labels[axis], error: data.errors[axis] });
      }
    }
    const anew = this.choose();
    this.showPin();
    this.paint();
    if (current) this.say();
    if (anew) this.settle();
    else this.settleSoon();
    this.reach(...AXES.filter((axis) => this.inputs[axis].near));
  }

  /** Keeps the sweep that was sent, or the one already here, whole or not; false if it is neither. */
  take(axis, data) {
    const sent = data.sweeps[axis], wanted = data.ids[axis];
    if (sent) this.sweeps[axis] = { ...sent, whole: sent.id === wanted, index: new Map(sent.data.places.map((place, i) => [place, i])) };
    return wanted === null || [wanted, `${wanted}-few`].includes(this.sweeps[axis]?.id);
  }

  // ---- what the reader does

  connect(axis) {
    return new Amount(this.root.querySelector(`[data-axis="${axis}"]`), {
      pressed: () => {
        this.dragging = axis;
        clearTimeout(this.settling);
      },
      moved: () => {
        this.mark("moving");
        if (this.dragging) this.thin.begin();
        this.paintSoon();
      },
      released: () => {
        this.dragging = null;
        this.thin.end();
        if (this.root.dataset.state === "moving") this.mark("waiting"); // also where the thumb came back to its start
        this.settleSoon();
      },
      committed: (how) => {
        if (how === "box") this.paintSoon();
        this.commit(how === "keys" ? KEYBOARD_PAUSE : 0);
      },
      reached: () => this.reach(axis),
    });
  }

  /** Asks for all positions of the sliders that somebody reaches for, where there are only some. */
  reach(...axes) {
    const lacking = axes.filter((axis) => this.sweeps[axis]?.whole === false);
    // A request takes the place of one that has not been answered yet, and this one would be without its amounts.
    if (lacking.length && this.pausing === undefined && this.answered >= this.sent) {
      this.request({ reached: lacking.join(" ") }, null);
    }
  }

  commit(pause) {
    clearTimeout(this.pausing);
    const now = () => {
      this.pausing = undefined;
      this.request({});
      this.settleSoon();
    };
    if (pause) this.pausing = setTimeout(now, pause);
    else now();
  }

  /** What a test (or a style) may wait for: moving, waiting for Python, settled. */
  mark(state) {
    this.root.dataset.state = state;
  }

  get amounts() {
    return Object.fromEntries(AXES.map((axis) => [axis, this.inputs[axis].amount]));
  }

  request(extra, amounts = this.amounts) {
    this.sent += 1;
    if (amounts) this.asked = this.sent;
    this.mark("waiting");
    const have = { sheet: this.sheet?.id };
    for (const axis of AXES) have[axis] = this.sweeps[axis]?.id;
    const reached = AXES.filter((axis) => this.inputs[axis].near).join(" ");
    this.send({ n: this.sent, ...amounts, have, reached, ...extra });
  }

  /** Targets that are being typed (symbol -> fraction), null when there are none: their marks move, the plan waits. */
  type(typed) {
    this.root.toggleAttribute("data-typing", typed?.off ?? false);
    if (!this.sheet) return;
    this.sheet.typed = typed?.weights;
    const k = this.columns.findIndex((column) => column.key === "target");
    if (k >= 0) {
      this.table.titles[k].firstChild.data = typed?.off ? `Sum ${typed.sum}` : this.columns[k].title;
      this.table.titles[k].toggleAttribute("data-off", typed?.off ?? false);
    }
    this.settleSoon();
  }

  setUnit(unit) {
    this.unit = unit;
    for (const button of this.root.querySelectorAll("[data-unit]")) {
      button.setAttribute("aria-pressed", String(button.dataset.unit === unit));
    }
    this.choose();
    this.paint();
    this.settle();
  }

  act(action) {
    if (action === "fit") {
      this.request({ fit: true });
      this.part("sentence").focus(); // the button goes when Python has answered; who pressed it stays with the plan
    } else if (action === "pin") this.request({ pin: this.pinned ? "clear" : "set" });
    else if (action === "all") {
      this.all = !this.all;
      this.choose();
      this.paint();
      this.settle();
    } else this.chart.save(action, getComputedStyle(document.querySelector(".stApp") ?? document.body).backgroundColor);
  }

  // ---- what is shown

  /** The plan of the two amounts: the committed one, or one of a sweep; undefined until Python has it. */
  look() {
    const { cash, min_trade: step } = this.amounts;
    if (this.point?.cash === cash && this.point.min_trade === step) return this.committed();
    const { cash: across, min_trade: along } = this.sweeps;
    const i = across?.index.get(this.inputs.cash.position);
    if (across?.fixed === step && i !== undefined) return new Shown(this.sheet, across.data, i);
    const k = along?.index.get(this.inputs.min_trade.position);
    if (along?.fixed === cash && k !== undefined) return new Shown(this.sheet, along.data, k);
    return undefined;
  }

  committed() {
    return new Shown(this.sheet, this.point.data, 0);
  }

  /** Which rows are shown: all, or the largest changes of the committed plan, in file order. True: the table is new. */
  choose() {
    const count = this.sheet.symbols.length;
    const button = this.root.querySelector('[data-action="all"]');
    const few = count <= FIRST_SHOWN + NOT_WORTH_HIDING;
    button.hidden = few;
    button.textContent = this.all ? `Show the ${FIRST_SHOWN} largest changes` : `Show all ${count} positions`;
    button.setAttribute("aria-expanded", String(this.all));
    const every = this.sheet.symbols.map((_, i) => i);
    const rows = !few && !this.all ? this.largest(FIRST_SHOWN) : every;
    this.charted = rows.length > MOST_BARS ? this.largest(MOST_BARS) : rows;
    const built = [this.sheet, this.unit, Boolean(this.pinned)];
    const anew = built.some((fact, i) => fact !== this.built?.[i]);
    if (anew) {
      this.built = built;
      this.columns = columnsIn(...built);
      this.table.build(this.sheet, this.columns);
    }
    if (anew || this.rows.join() !== rows.join()) {
      this.rows = rows;
      this.table.show(rows);
      document.dispatchEvent(new Event("pbal-table"));
    }
    return anew;
  }

  /** Rows with the largest change, then the largest drift, of the committed plan; in the order of the file. */
  largest(many) {
    const plan = this.committed();
    const keys = this.sheet.symbols.map((_, i) => [
      Math.abs(plan.dollars(i) - this.sheet.values[i]),
      Math.abs(this.sheet.weights[i] - this.sheet.targets[i] * 100),
    ]);
    const order = keys.map((_, i) => i).sort((a, b) => keys[b][0] - keys[a][0] || keys[b][1] - keys[a][1] || a - b);
    return order.slice(0, many).sort((a, b) => a - b);
  }

  view() {
    return { shown: this.shown, unit: this.unit, rows: this.charted, tops: this.tops(), pinned: this.pinned };
  }

  /** Every plan that is here: the committed one, and those of the sweeps. */
  known() {
    return [this.point, ...AXES.map((axis) => this.sweeps[axis])].filter(Boolean).map(({ data }) => data);
  }

  /** Targets that are being typed, as far as they are weights. */
  typedPercents() {
    return [...(this.sheet.typed?.values() ?? [])].map((weight) => 100 * weight).filter((percent) => percent <= 100);
  }

  /** Ends of the value axis: they hold every position of both sweeps, so nothing is rescaled during a drag. */
  tops() {
    const all = this.known();
    return {
      weights: Math.max(this.sheet.tops.weights, ...all.map((sweep) => sweep.tops.weights), ...this.typedPercents()),
      dollars: Math.max(this.sheet.tops.dollars, ...all.map((sweep) => sweep.tops.dollars)),
    };
  }

  paintSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  paint() {
    const shown = this.look();
    this.root.toggleAttribute("data-busy", !shown && !this.notice);
    const { cash, min_trade: step } = this.amounts;
    for (const [axis, other] of [["cash", step], ["min_trade", cash]]) {
      this.inputs[axis].control.toggleAttribute("data-stale", this.sweeps[axis]?.fixed !== other);
    }
    if (!shown) return;
    this.shown = shown;
    write(this.sentence, shown.sentence);
    this.table.paint(shown, this.pinned);
    this.numbers.paint(shown, this.pinned);
    if (this.fitButton.hidden === shown.fit) this.fitButton.hidden = !shown.fit;
    this.chart.move(this.view(), this.dragging);
  }

  settleSoon() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_PAUSE);
  }

  settle() {
    if (!this.shown || this.dragging) return;
    const { sheet, pinned, columns } = this;
    this.fits.make({ sheet, sweeps: this.known(), pinned, columns, titles: this.table.titles });
    this.table.settle(this.shown, pinned);
    document.dispatchEvent(new Event("pbal-table")); // columns may have left, or come back
    this.part("chart").setAttribute("aria-label", `Chart of ${this.unit === "dollars" ? sheet.money : this.unit} before and after; the table says the same. ${this.shown.sentence}`);
    const quiet = () => this.root.dataset.state !== "moving" && this.pausing === undefined && this.answered >= this.sent;
    const answered = quiet();
    this.chart.settle(this.view()).then((drawn) => {
      if (!drawn || !answered || !quiet()) return;
      this.mark("settled");
      if (NO_HOVER.matches) this.reach(...AXES); // a finger comes without notice
    });
  }

  showPin() {
    const pinned = this.pinned;
    const button = this.root.querySelector('[data-action="pin"]');
    button.setAttribute("aria-pressed", String(Boolean(pinned)));
    button.textContent = pinned ? "Unpin plan A" : "Pin as plan A";
    this.root.toggleAttribute("data-pinned", Boolean(pinned));
    this.part("legend-pin").hidden = !pinned;
    this.part("pin-line").hidden = !pinned;
    this.part("pin-line").textContent = pinned ? pinned.label : "";
  }

  /** Says the plan in words, once a commit. */
  say() {
    const spoken = this.part("spoken");
    const shown = this.look();
    if (shown && spoken.textContent !== shown.sentence) spoken.textContent = shown.sentence;
  }
}

const instances = new WeakMap();

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  if (!data) return undefined;
  if (!instances.has(parentElement)) instances.set(parentElement, new Live(parentElement));
  const live = instances.get(parentElement);
  live.receive(data, (request) => setStateValue("request", request));
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends every call that a newer one has overtaken, too
    live.stop();
    instances.delete(parentElement);
  };
}
