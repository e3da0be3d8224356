// The plan of one portfolio: keeps the two amounts, looks their plan up, paints it, and sends Python what was committed.

const AXES = ["cash", "min_trade"];
const FEW = 4; // rows that are drawn taller, so that the table fills its place
const MOST_TALL = 14; // rows that the panels grow for; fewer on a low screen, see live.css
const MOST_BARS = 200; // in the chart; the table has them all
const CHOICES = ["strategy", "method"]; // Streamlit's own radio buttons beside the view, by their keys
const CHOICE_PAUSE = 150; // ms between two looks at them while their answer is on its way

class Live extends Conductor {
  constructor(root) {
    super(root);
    this.fitButton = this.root.querySelector('[data-action="fit"]');
    this.order = new RowOrder();
    this.table = new TradeTable(this.root.querySelector(".pbal-table"), {
      sorted: (key) => this.arrange(() => this.order.press(key)),
      opened: (row) => {
        row.details?.paint(this.point.details, this.refused);
        this.root.toggleAttribute("data-open", this.table.open.size > 0);
      },
    });
    this.pick = new Pick(this.root, this.table);
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
    this.folded = () => this.arrange(() => {});
    document.addEventListener("pbal-folds", this.folded);
    document.addEventListener("pbal-room", this.lettersCame);
    this.choice = ({ target }) => {
      if (!target.closest?.(CHOICES.map((key) => `.st-key-${key}`).join())) return;
      requestAnimationFrame(() => this.choosing() && this.settleSoon()); // Streamlit shows the choice first
    };
    for (const kind of ["click", "keyup"]) document.addEventListener(kind, this.choice, true);
    this.sweeps = {};
    this.unit = "weights";
    this.inputs = Object.fromEntries(AXES.map((axis) => [axis, this.hand(this.root.querySelector(`[data-axis="${axis}"]`), axis)]));
    for (const button of this.root.querySelectorAll("[data-unit]")) {
      button.addEventListener("click", () => this.setUnit(button.dataset.unit));
    }
    for (const button of this.root.querySelectorAll("[data-action]")) {
      button.addEventListener("click", () => this.act(button.dataset.action));
    }
    this.tools = new Tools(this.root, this.order, { arrange: (change) => this.arrange(change), sheet: () => this.sheet });
    this.root.addEventListener("pbal-price", ({ detail }) => this.request({ price: detail }));
    this.savePicture = ({ detail }) => this.save(detail);
    document.addEventListener("pbal-save", this.savePicture);
  }

  /** Changes which rows are shown, or their order. */
  arrange(change) {
    change();
    if (!this.sheet) return;
    this.choose();
    this.paint();
    this.settle();
  }

  stop() {
    super.stop();
    this.thin.stop();
    this.pick.stop();
    document.fonts.removeEventListener("loadingdone", this.lettersCame);
    document.removeEventListener("pbal-typed", this.targetsTyped);
    document.removeEventListener("pbal-folds", this.folded);
    document.removeEventListener("pbal-room", this.lettersCame);
    for (const kind of ["click", "keyup"]) document.removeEventListener(kind, this.choice, true);
    document.removeEventListener("pbal-save", this.savePicture);
  }

  // ---- what Python sends

  receive(data, send) {
    const { overtaken, current } = this.hear(data, send);
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
      this.inputs[axis].draw(this.sweeps[axis]);
    }
    this.choices = data.choices;
    this.choosing();
    this.point = data.point;
    this.pinned = data.pinned;
    this.refused = data.refused_price;
    this.notice = data.notice;
    this.part("notice").textContent = data.notice;
    this.answered = data.n;
    if (current) {
      for (const axis of AXES.filter((name) => !this.inputs[name].editing)) {
        this.inputs[axis].show(data.amounts[axis], { label: data.labels[axis], error: data.errors[axis] });
      }
    }
    for (const axis of AXES) {
      this.inputs[axis].control.toggleAttribute("data-whole", !this.sweeps[axis] || this.ready(axis));
    }
    const anew = this.choose();
    this.showPin();
    if (anew) this.fill();
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

  moves() {
    if (this.dragging) this.thin.begin();
  }

  rests() {
    this.thin.end();
  }

  /** Whether all positions of a slider are here, for the amount that the other one has. */
  ready(axis) {
    const { whole, fixed } = this.sweeps[axis];
    return whole && fixed === this.amounts[axis === "cash" ? "min_trade" : "cash"];
  }

  /** Asks for all positions of the sliders that somebody reaches for, where there are only some. */
  reach(...axes) {
    const lacking = axes.filter((axis) => this.sweeps[axis] && !this.ready(axis));
    // A request takes the place of one that has not been answered yet, and this one would be without its amounts.
    if (lacking.length && this.pausing === undefined && this.answered >= this.sent) {
      this.request({ reached: lacking.join(" ") }, null);
    }
  }

  /** Whether another strategy or rounding is chosen than the plan here is made with: then it is marked as waiting. */
  choosing() {
    const other = CHOICES.some((key) => {
      const chosen = document.querySelector(`.st-key-${key} input:checked`);
      return chosen && Number(chosen.value) !== this.choices?.[key];
    });
    this.root.toggleAttribute("data-choosing", other);
    if (other) this.mark("waiting");
    return other;
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

  ask() {
    this.request({});
  }

  /** Targets that are being typed (symbol -> fraction), null when there are none: their marks move, the plan waits. */
  type(typed) {
    this.typed = typed;
    if (!this.sheet) return;
    this.showTyped();
    this.paintSoon();
    this.settleSoon();
  }

  /** The marks and the sum of the targets that are being typed, also where the sheet is a new one meanwhile. */
  showTyped() {
    const { typed } = this;
    this.root.toggleAttribute("data-typing", typed?.off ?? false);
    this.sheet.typed = typed?.weights;
    const k = this.columns.findIndex((column) => column.key === "target");
    if (k < 0) return;
    this.table.retitle(k, typed?.off ? `Sum ${typed.sum}` : undefined);
    this.table.titles[k].toggleAttribute("data-off", typed?.off ?? false);
  }

  setUnit(unit) {
    this.unit = unit;
    for (const button of this.root.querySelectorAll("[data-unit]")) {
      button.setAttribute("aria-pressed", String(button.dataset.unit === unit));
    }
    this.arrange(() => {});
  }

  act(action) {
    if (action === "fit") {
      this.request({ fit: true });
      this.part("sentence").focus(); // the button goes when Python has answered; who pressed it stays with the plan
    } else if (action === "pin") this.request({ pin: this.pinned ? "clear" : "set" });
    else if (action === "pick") this.pick.toggle();
    else if (action === "copy") this.copying.copy(this.point.lines);
    else if (action === "close-copy") this.copying.close();
  }

  save(format) {
    this.chart.save(format, getComputedStyle(document.querySelector(".stApp") ?? document.body).backgroundColor);
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

  /** Which rows are shown, in which order; both follow the committed plan. True: the table is new. */
  choose() {
    const count = this.sheet.symbols.length;
    const { order } = this;
    this.tools.paint(this.sheet);
    const plan = this.committed();
    const base = order.base(plan);
    const charted = base.length > MOST_BARS ? order.sort(plan, order.largest(plan, MOST_BARS)) : base;
    this.charted = order.bars(this.sheet, order.lines(plan, charted));
    const found = order.rows(plan), rows = order.lines(plan, found);
    const built = [this.sheet, this.unit, Boolean(this.pinned)];
    const anew = built.some((fact, i) => fact !== this.built?.[i]);
    const focused = this.table.focused();
    if (anew) {
      this.built = built;
      this.columns = columnsIn(...built);
      this.table.build(this.sheet, this.columns);
      this.pick.built();
      const most = count + this.sheet.classes.length;
      this.root.style.setProperty("--pbal-rows", String(Math.min(most, MOST_TALL)));
      this.root.toggleAttribute("data-few", most <= FEW);
      this.root.toggleAttribute("data-tree", most > count);
    }
    this.root.querySelector('[data-action="copy"]').hidden = !this.point.lines.length;
    this.table.mark(order.key, order.descending);
    if (anew || this.rows.join() !== rows.join()) {
      this.rows = rows;
      this.table.show(rows, found.length === count);
      this.part("none").textContent = rows.length ? "" : order.query ? "No position is called that." : "Nothing trades.";
      this.table.refocus(focused);
      document.dispatchEvent(new Event("pbal-table"));
    }
    return anew;
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
    const bars = this.charted.map((line) => this.sheet.typed?.get(nameOf(this.sheet, line)) ?? 0);
    return bars.map((weight) => 100 * weight).filter((percent) => percent <= 100);
  }

  /** Ends of a value axis that holds every position of both sweeps; chart.js keeps a shorter one while that will do. */
  tops() {
    const key = this.charted.some((line) => line >= this.sheet.symbols.length) ? "class_tops" : "tops";
    const all = [this.sheet, ...this.known()].map((each) => each[key]);
    return {
      weights: Math.max(...all.map(({ weights }) => weights), ...this.typedPercents()),
      dollars: Math.max(...all.map(({ dollars }) => dollars)),
    };
  }

  /** Fills a table that is new: it may settle only when a hand lets go, or when the plan of the amounts is here. */
  fill() {
    this.showTyped();
    this.shown = this.look() ?? this.committed();
    this.table.paint(this.shown, this.pinned);
    if (!this.dragging) return; // it settles at once
    this.table.settle(this.shown, this.pinned);
    document.dispatchEvent(new Event("pbal-table")); // the targets have their cells again
    this.widen();
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
    if (this.dragging && this.chart.over) this.widen();
  }

  /** Gives the chart a longer axis while a hand drags: of a plan that goes beyond the one kept since the last. */
  async widen() {
    if (this.widening) return;
    this.widening = true;
    await this.chart.settle(this.view());
    this.widening = false;
  }

  settle() {
    if (!this.shown || this.dragging) return;
    const { sheet, pinned, columns } = this;
    this.fits.make({ sheet, sweeps: this.known(), pinned, columns, titles: this.table.titles });
    this.table.settle(this.shown, pinned);
    for (const row of this.table.rows) row.details?.paint(this.point.details, this.refused);
    document.dispatchEvent(new Event("pbal-table")); // columns may have left, or come back
    this.part("chart").setAttribute("aria-label", `Chart of ${this.unit === "dollars" ? sheet.money : this.unit} before and after; the table says the same. ${this.shown.sentence}`);
    const quiet = () => this.root.dataset.state !== "moving" && this.pausing === undefined && this.answered >= this.sent;
    if (this.choosing()) this.settleSoon(CHOICE_PAUSE);
    const answered = quiet() && !this.root.hasAttribute("data-choosing");
    this.chart.settle(this.view()).then((drawn) => {
      if (!drawn || !answered || !quiet() || this.choosing()) return;
      this.mark("settled");
      this.tellSettled();
      if (NO_HOVER.matches) this.reach(...AXES); // a finger comes without notice
    });
  }

  /** Says to other parts of the page which question has its plan now. */
  tellSettled() {
    const question = [this.sheet.id, this.point.cash, this.point.min_trade].join(" ");
    if (this.root.dataset.question === question) return;
    this.root.dataset.question = question;
    document.dispatchEvent(new CustomEvent("pbal-settled", { detail: question }));
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

  say() {
    const shown = this.look();
    if (shown) this.speak(shown.sentence);
  }
}

export default mounted(Live, request);
