// The plan of a household: an amount of cash for each account and one minimum trade. The slider that somebody drags
// is live, since Python has sent the plans along it: of the account whose cash it is, while the others keep their plans;
// or of all accounts along the minimum trade. When it is let go, all accounts are planned anew.

const FEW_ACCOUNTS = 4; // of which a touch screen gets every plan in advance

class HouseholdView extends Conductor {
  constructor(root) {
    super(root);
    this.table = new HouseholdTable(this.part("by-account"), this.part("by-fund"));
    this.chart = new HouseholdChart(this.part("chart"), this.part("legend"));
    this.root.querySelector('[data-action="copy"]').addEventListener("click", () => this.copying.copy(this.lines));
    this.root.querySelector('[data-action="close-copy"]').addEventListener("click", () => this.copying.close());
    for (const button of this.root.querySelectorAll("[data-rows]")) button.addEventListener("click", () => this.show(button.dataset.rows));
    this.smallest = this.control(this.part("smallest"), "min_trade");
    Object.assign(this, { accounts: [], slices: new Map(), tried: new Set(), lines: [] });
    this.targetsTyped = ({ detail }) => this.root.toggleAttribute("data-typing", detail?.off ?? false);
    document.addEventListener("pbal-typed", this.targetsTyped);
    this.wide = new ResizeObserver(() => this.settleSoon());
    this.wide.observe(this.root);
  }

  stop() {
    super.stop();
    this.wide.disconnect();
    document.removeEventListener("pbal-typed", this.targetsTyped);
  }

  // ---- what Python sends

  receive(data, send) {
    const { overtaken, current } = this.hear(data, send);
    if (data.sheet && data.sheet.id !== this.sheet?.id) this.lay(data.sheet);
    if (this.sheet?.id !== data.ids.sheet) {
      if (this.lacking !== data) {
        this.lacking = data;
        this.request({ have: "" }, overtaken);
      }
      return;
    }
    if (data.point.id !== this.point?.id) this.forget();
    this.point = data.point;
    if (data.slice?.of === data.point.id) {
      this.slices.set(data.slice.slider, data.slice);
      this.tried.add(data.slice.slider);
      this.sliders[data.slice.slider].draw({ data: data.slice.states });
    }
    this.lines = data.lines;
    this.answered = data.n;
    if (current) {
      this.accounts.forEach((amount, number) => this.shown(amount, data.cash[number]));
      this.shown(this.smallest, data.min_trade);
    }
    this.sliders.forEach(({ control }, number) => {
      control.toggleAttribute("data-whole", this.slices.has(number));
      control.toggleAttribute("data-stale", !this.slices.has(number));
    });
    this.part("explanation").textContent = data.explanation;
    this.root.querySelector('[data-action="copy"]').hidden = !data.lines.length;
    this.paint();
    if (current) this.speak(stateOf(data.point.states.sentence, 0));
    this.settleSoon();
    const near = this.sliders.findIndex((amount) => amount.near);
    if (near >= 0) this.reach(near);
  }

  /** Every slider by its number: the cash of each account, and the minimum trade after them. */
  get sliders() {
    return [...this.accounts, this.smallest];
  }

  shown(amount, { value, label, error }) {
    if (!amount.editing) amount.show(value, { label, error });
  }

  /** A new sheet: controls, tables and chart for it. Controls stay where the accounts are the same. */
  lay(sheet) {
    this.mark("waiting");
    const names = JSON.stringify(sheet.accounts.map(({ name }) => name));
    if (names !== this.names) {
      this.names = names;
      this.part("accounts").replaceChildren();
      this.accounts = sheet.accounts.map((_, number) => this.control(this.part("accounts"), number));
    }
    this.sheet = sheet;
    this.forget();
    this.point = undefined;
    sheet.accounts.forEach(({ name, kind, axis }, number) => {
      this.accounts[number].setAxis(axis, sheet.spellings);
      this.accounts[number].draw(undefined);
      this.label(this.accounts[number].control, name, kind, `cash of ${name}`);
    });
    this.smallest.setAxis(sheet.min_trade, sheet.spellings);
    this.smallest.draw(undefined);
    this.label(this.smallest.control, "Minimum trade", "", "minimum trade");
    this.table.build(sheet);
    this.chart.build(sheet);
    this.root.style.setProperty("--pbal-rows", String(sheet.accounts.reduce((sum, { symbols }) => sum + symbols.length + 2, 1)));
    document.dispatchEvent(new Event("pbal-table"));
  }

  label(control, name, kind, words) {
    control.querySelector('[data-part="name"]').textContent = name;
    control.querySelector('[data-part="kind"]').textContent = kind;
    control.querySelector(".pbal-slider").setAttribute("aria-label", `Slider of the ${words}`);
    control.querySelector(".pbal-box").setAttribute("aria-label", words[0].toUpperCase() + words.slice(1));
  }

  // ---- what the reader does

  /** A slider and a box: of the cash of an account, or of the minimum trade. */
  control(parent, which) {
    const { content } = this.part("control");
    const control = content.firstElementChild.cloneNode(true);
    if (which === "min_trade") control.dataset.axis = which;
    const [box, note] = [control.querySelector(".pbal-box"), control.querySelector('[data-part="note"]')];
    box.id = `pbal-household-${which}`;
    note.id = `${box.id}-note`;
    box.setAttribute("aria-describedby", note.id);
    control.querySelector("label").htmlFor = box.id;
    parent.append(control);
    return this.hand(control, which);
  }

  /** The plans along sliders are those of another point. */
  forget() {
    this.slices.clear();
    this.tried.clear();
  }

  /** Asks for the plans along the slider that somebody reaches for, once: some have none. */
  reach(which) {
    const number = which === "min_trade" ? this.accounts.length : which;
    if (!this.point || this.tried.has(number) || this.pausing !== undefined || this.answered < this.sent) return;
    this.tried.add(number);
    this.request({ reached: number }, false);
  }

  ask() {
    const near = this.sliders.findIndex((amount) => amount.near);
    this.request(near >= 0 ? { reached: near } : {});
  }

  request(extra, amounts = true) {
    this.sent += 1;
    if (amounts) this.asked = this.sent;
    this.mark("waiting");
    const said = amounts ? { cash: this.accounts.map(({ amount }) => amount), min_trade: this.smallest.amount } : {};
    this.send({ n: this.sent, have: this.sheet?.id ?? "", ...said, ...extra });
  }

  show(rows) {
    for (const button of this.root.querySelectorAll("[data-rows]")) button.setAttribute("aria-pressed", String(button.dataset.rows === rows));
    this.part("by-account").hidden = rows !== "accounts";
    this.part("by-fund").hidden = rows !== "funds";
    this.settle();
    document.dispatchEvent(new Event("pbal-table")); // the targets are in one of the tables only
  }

  // ---- what is shown

  /** States and position of the amounts: the committed plan, or one along the only amount that differs from it. */
  look() {
    const { point } = this;
    if (!point) return undefined;
    const committed = [...point.cash, point.min_trade];
    const differing = this.sliders.flatMap(({ amount }, number) => (amount === committed[number] ? [] : [number]));
    if (!differing.length) return [point.states, 0];
    const slice = differing.length === 1 && this.slices.get(differing[0]);
    const i = slice ? slice.index.get(this.sliders[differing[0]].position) : undefined;
    return i === undefined ? undefined : [slice.states, i];
  }

  known() {
    return [this.point, ...this.slices.values()].map(({ states }) => states);
  }

  top() {
    return Math.max(this.sheet.top, ...this.known().map(({ top }) => top));
  }

  paint() {
    for (const slice of this.slices.values()) slice.index ??= new Map(slice.states.places.map((place, i) => [place, i]));
    const found = this.look();
    this.root.toggleAttribute("data-busy", !found);
    if (!found) return;
    const [states, i] = found;
    write(this.sentence, stateOf(states.sentence, i));
    this.numbers.paint({ numbers: states.numbers.map((number) => stateOf(number, i)) });
    this.table.paint(states, i, this.point.states);
    this.chart.draw(states, i, this.point.states, this.top());
  }

  /** Makes room for the longest texts, and says when everything is there. */
  settle() {
    if (!this.point || this.dragging) return;
    this.makeRoom();
    this.table.settle(this.known());
    const [states, i] = this.look() ?? [this.point.states, 0];
    this.part("chart").setAttribute("aria-label", `Chart of weights before and after, by account; the table says the same. ${stateOf(states.sentence, i)}`);
    if (this.root.dataset.state === "moving" || this.pausing !== undefined || this.answered < this.sent) return;
    this.mark("settled");
    const next = NO_HOVER.matches && this.accounts.length <= FEW_ACCOUNTS ? this.sliders.findIndex((_, n) => !this.slices.has(n) && !this.tried.has(n)) : -1;
    if (next >= 0) this.reach(next); // a finger comes without notice
  }

  /** Lines for the longest sentence that the sliders can show. */
  makeRoom() {
    const line = this.part("sentence");
    const texts = this.known().flatMap(({ sentence }) => sentence.states);
    const longest = texts.reduce((most, text) => (text.length > most.length ? text : most), "");
    const ruler = document.createElement("div");
    ruler.className = "pbal-sentence pbal-ruler";
    ruler.style.width = `${line.clientWidth}px`;
    ruler.append(Object.assign(document.createElement("span"), { textContent: longest }));
    this.root.append(ruler);
    const height = ruler.firstElementChild.getBoundingClientRect().height;
    const lines = Math.round(height / parseFloat(getComputedStyle(ruler).lineHeight));
    ruler.remove();
    this.root.style.setProperty("--pbal-lines", String(lines));
  }
}

export default mounted(HouseholdView, request);
