// The conductor: keeps the two amounts, looks their plan up, paints it, and tells Python what was committed.

const AXES = ["cash", "min_trade"];
const KEYBOARD_PAUSE = 140; // ms: held arrow keys commit once, when they rest
const SETTLE_PAUSE = 60; // ms: plotly.js draws after the last move, never between two
const FIRST_SHOWN = 30; // rows, before the reader asks for all
const NOT_WORTH_HIDING = 5; // rows: a button for so few hides more than it tidies
const MOST_BARS = 200; // in the chart; the table has them all

class Live {
  constructor(root) {
    this.root = root.querySelector(".pbal");
    this.part = (name) => this.root.querySelector(`[data-part="${name}"]`);
    this.fit = this.root.querySelector('[data-action="fit"]');
    this.sentence = document.createTextNode("");
    const line = document.createElement("span");
    line.append(this.sentence);
    this.part("sentence").append(line);
    this.table = new TradeTable(this.part("body"));
    this.numbers = new KeyNumbers(this.part("numbers"));
    this.chart = new Chart(this.part("chart"));
    this.chart.onResize = () => this.settle();
    this.room = new Room(this.root);
    // Letters that arrive late take other room than those that stood in for them.
    this.lettersCame = () => {
      this.room.facts = undefined;
      this.settleSoon();
    };
    document.fonts.addEventListener("loadingdone", this.lettersCame);
    this.slices = {};
    this.amounts = { cash: "0", min_trade: "0" };
    this.sent = 0; // number of the last request
    this.told = 0; // number of the last request that said amounts
    this.mode = "weights";
    this.all = false;
    for (const axis of AXES) this.connect(axis);
    for (const button of this.root.querySelectorAll("[data-mode]")) {
      button.addEventListener("click", () => this.setMode(button.dataset.mode));
    }
    for (const button of this.root.querySelectorAll("[data-action]")) {
      button.addEventListener("click", () => this.act(button.dataset.action));
    }
  }

  stop() {
    this.chart.stop();
    document.fonts.removeEventListener("loadingdone", this.lettersCame);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    clearTimeout(this.pausing);
  }

  // ---- what Python sends

  receive(data, send) {
    this.send = send;
    // An answer that a newer move has overtaken is no news; a view that is new here goes on from the last number.
    const overtaken = data.n < this.told;
    const current = !overtaken && !this.dragging && this.pausing === undefined;
    this.sent = Math.max(this.sent, data.n);
    if (!this.sheet) this.amounts = { ...data.amounts };
    if (data.sheet && data.sheet.id !== this.sheet?.id) {
      this.sheet = data.sheet;
      this.mark("waiting"); // until it is drawn
      this.table.build(this.sheet);
      const { unit, fits } = this.sheet;
      this.root.toggleAttribute("data-fits", fits);
      this.root.querySelector('[data-mode="dollars"]').textContent = unit.charAt(0).toUpperCase() + unit.slice(1);
      this.slices = {};
    }
    const missing = !this.sheet || this.sheet.id !== data.ids.sheet || AXES.some((axis) => !this.take(axis, data));
    if (missing && this.asked !== data) {
      this.asked = data;
      // Amounts only where Python may not know them: said twice, they would undo a step back that came between.
      this.request({ have: {} }, overtaken ? this.amounts : null);
    }
    if (!this.sheet) return;
    for (const axis of AXES) this.showAxis(axis, this.sheet.axes[axis]);
    this.point = data.point;
    this.pinned = data.pinned;
    this.notice = data.notice;
    this.part("notice").textContent = data.notice;
    this.answered = data.n;
    if (current) {
      for (const axis of AXES.filter((name) => !this[name].editing)) {
        this.setAmount(axis, data.amounts[axis], { label: data.labels[axis], error: data.errors[axis] });
      }
    }
    this.choose();
    this.showPin();
    this.paint();
    if (current) this.say();
    this.settleSoon();
  }

  /** Keeps the slice that was sent, or the one already here; false if it is neither. */
  take(axis, data) {
    if (data.slices[axis]) this.slices[axis] = { id: data.ids[axis], ...data.slices[axis] };
    return data.ids[axis] === null || this.slices[axis]?.id === data.ids[axis];
  }

  // ---- what the reader does

  connect(axis) {
    const control = this.root.querySelector(`[data-axis="${axis}"]`);
    const slider = control.querySelector(".pbal-slider");
    const box = control.querySelector(".pbal-box");
    const find = (name) => control.querySelector(`[data-part="${name}"]`);
    this[axis] = { slider, box, note: find("note"), low: find("low"), high: find("high"), values: [], labels: [] };
    let keyboard = false;
    const release = () => {
      this.dragging = null;
      if (this.root.dataset.state === "moving") this.mark("waiting"); // also where the thumb came back to its start
      this.settleSoon();
    };
    slider.addEventListener("pointerdown", () => { this.dragging = axis; keyboard = false; clearTimeout(this.settling); });
    slider.addEventListener("pointercancel", release);
    slider.addEventListener("pointerup", release);
    slider.addEventListener("keydown", () => { keyboard = true; });
    slider.addEventListener("input", () => {
      this.setAmount(axis, this[axis].values[slider.valueAsNumber], { fromSlider: true });
      this.mark("moving");
      this.paintSoon();
    });
    slider.addEventListener("change", () => {
      release();
      this.commit(keyboard ? KEYBOARD_PAUSE : 0);
    });
    box.addEventListener("focus", () => box.select());
    box.addEventListener("input", () => { this[axis].editing = true; });
    box.addEventListener("change", () => {
      this[axis].editing = false;
      const text = box.value.trim();
      const number = typedNumber(text, this.sheet?.spellings ?? []);
      const i = this[axis].values.findIndex((value) => Number(value) === number);
      // What is on the slider is looked up at once; anything else is for Python to read.
      if (i >= 0) this.setAmount(axis, this[axis].values[i]);
      else this.amounts[axis] = text;
      this.paintSoon();
      this.commit(0);
    });
  }

  /** Moves box, note and slider to an amount; `label` is how Python writes it where it lies between two positions. */
  setAmount(axis, amount, { label, error = "", fromSlider = false } = {}) {
    const control = this[axis];
    this.amounts[axis] = amount;
    const i = control.values.indexOf(amount);
    const text = label ?? (i >= 0 ? control.labels[i] : amount);
    if (control.box.value !== text) control.box.value = text;
    if (control.note.textContent !== error) control.note.textContent = error;
    control.box.setAttribute("aria-invalid", String(Boolean(error)));
    if (!fromSlider && control.values.length) control.slider.value = String(nearestPosition(control.values, amount));
    this.fill(axis);
  }

  fill(axis) {
    const { slider, values, labels } = this[axis];
    if (!values.length) return;
    const i = slider.valueAsNumber;
    const place = (k) => `${(100 * k) / (values.length - 1)}%`;
    const zero = Math.max(0, values.indexOf("0"));
    slider.style.setProperty("--from", place(Math.min(i, zero)));
    slider.style.setProperty("--to", place(Math.max(i, zero)));
    slider.setAttribute("aria-valuetext", labels[i]);
  }

  /** The positions of a slider, which are there even where no slice is. */
  showAxis(axis, { values, labels, ends }) {
    const control = this[axis];
    if (control.values.length === values.length && control.labels[0] === labels[0]) return;
    Object.assign(control, { values, labels });
    control.slider.max = String(values.length - 1);
    control.slider.value = String(nearestPosition(values, this.amounts[axis]));
    [control.low.textContent, control.high.textContent] = ends;
    this.fill(axis);
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

  request(extra, amounts = this.amounts) {
    this.sent += 1;
    if (amounts) this.told = this.sent;
    this.mark("waiting");
    const have = { sheet: this.sheet?.id };
    for (const axis of AXES) have[axis] = this.slices[axis]?.id;
    this.send({ n: this.sent, ...amounts, have, ...extra });
  }

  setMode(mode) {
    this.mode = mode;
    for (const button of this.root.querySelectorAll("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    }
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

  /** The plan of the two amounts: the committed one, or one on a slice; undefined until Python has it. */
  look() {
    const { cash, min_trade: step } = this.amounts;
    if (this.point?.cash === cash && this.point.min_trade === step) return entryAt(this.point.data, 0);
    const { cash: across, min_trade: along } = this.slices;
    const i = this.cash.values.indexOf(cash);
    if (across?.fixed === step && i >= 0) return entryAt(across.data, i);
    const k = this.min_trade.values.indexOf(step);
    if (along?.fixed === cash && k >= 0) return entryAt(along.data, k);
    return undefined;
  }

  /** Which rows are shown: all, or the largest changes of the committed plan, in the order of the file. */
  choose() {
    const count = this.sheet.symbols.length;
    const button = this.root.querySelector('[data-action="all"]');
    const few = count <= FIRST_SHOWN + NOT_WORTH_HIDING;
    button.hidden = few;
    button.textContent = this.all ? `Show the ${FIRST_SHOWN} largest changes` : `Show all ${count} positions`;
    button.setAttribute("aria-expanded", String(this.all));
    const every = this.sheet.symbols.map((_, i) => i);
    const shown = !few && !this.all ? this.largest(FIRST_SHOWN) : every;
    this.charted = shown.length > MOST_BARS ? this.largest(MOST_BARS) : shown;
    if (this.shown?.join() !== shown.join() || this.shownIn !== this.sheet) {
      this.shown = shown;
      this.shownIn = this.sheet;
      this.table.show(shown);
    }
  }

  /** Rows with the largest change, then the largest drift, of the committed plan; in the order of the file. */
  largest(many) {
    const entry = entryAt(this.point.data, 0);
    const keys = this.sheet.symbols.map((_, i) => [
      Math.abs(entry.rows[i][4] - this.sheet.values[i]),
      Math.abs(this.sheet.weights[i] - this.sheet.goals[i] * 100),
    ]);
    const order = keys.map((_, i) => i).sort((a, b) => keys[b][0] - keys[a][0] || keys[b][1] - keys[a][1] || a - b);
    return order.slice(0, many).sort((a, b) => a - b);
  }

  view() {
    return { sheet: this.sheet, entry: this.entry, mode: this.mode, shown: this.charted, tops: this.tops(), pinned: this.pinned };
  }

  /** Every plan that is here: the committed one, and those of the slices. */
  known() {
    return [this.point, ...AXES.map((axis) => this.slices[axis])].filter(Boolean);
  }

  /** Ends of the value axis: they hold every position of both slices, so nothing is rescaled during a drag. */
  tops() {
    const all = this.known();
    return {
      weights: Math.max(this.sheet.tops.weights, ...all.map((slice) => slice.tops.weights)),
      dollars: Math.max(this.sheet.tops.dollars, ...all.map((slice) => slice.tops.dollars)),
    };
  }

  paintSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  paint() {
    const entry = this.look();
    this.root.toggleAttribute("data-busy", !entry && !this.notice);
    if (!entry) return;
    this.entry = entry;
    write(this.sentence, entry.sentence);
    this.table.paint(entry, this.mode, this.sheet.percents, this.pinned);
    this.numbers.paint(entry, this.pinned);
    if (this.fit.hidden === entry.fit) this.fit.hidden = !entry.fit;
    this.chart.move(this.view());
  }

  settleSoon() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_PAUSE);
  }

  settle() {
    if (!this.entry || this.dragging) return;
    this.room.make({ sheet: this.sheet, slices: this.known(), pinned: this.pinned, mode: this.mode });
    this.table.settle(this.entry, this.mode, this.pinned);
    this.part("chart").setAttribute("aria-label", `Chart of ${this.mode === "dollars" ? this.sheet.unit : this.mode} before and after; the table says the same. ${this.entry.sentence}`);
    const quiet = () => this.root.dataset.state !== "moving" && this.pausing === undefined && this.answered >= this.sent;
    const answered = quiet();
    this.chart.settle(this.view()).then((drawn) => {
      if (drawn && answered && quiet()) this.mark("settled");
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
    const entry = this.look();
    if (entry && spoken.textContent !== entry.sentence) spoken.textContent = entry.sentence;
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
