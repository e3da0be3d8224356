// The targets, one input a row. Where the plan's table shows its targets, the inputs are there, beside Now and After;
// elsewhere (on a phone, or where there is no plan) in a table of their own. Where targets have classes, a class has an
// input too, those inside it have their share of it, and each level has a sum of its own. The sums are shown while
// somebody types; what counts is Python's.

const REST = 900; // ms without a key after which the plan follows
const MOVES = ["pbal-table", "pbal-folds"]; // after which the targets may be shown elsewhere
const NEAR = 0.05; // percentage points for each weight that Python scales away
const ELSEWHERE = ["click", "change", "drop", "popstate"];

class Weights {
  constructor(root) {
    this.root = root.querySelector(".pbal-weights");
    const all = (name) => Object.fromEntries([...this.root.querySelectorAll(`[data-${name}]`)].map((found) => [found.dataset[name], found]));
    this.parts = all("part"); // some of them move away
    this.buttons = all("do");
    this.rowsTyped = [];
    this.picked = new Picked(this.parts.picked, (what, names, name) => this.edit({ do: what, names, name }));
    this.root.addEventListener("submit", (event) => event.preventDefault());
    for (const [what, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.act(what));
    this.moved = () => this.place();
    for (const event of MOVES) document.addEventListener(event, this.moved);
    this.edits = 0; // number of the last edit that was sent
    this.judged = 0; // number of the last one that the rows here know of
    this.typed = new WeakMap(); // input -> after which edit, and when, somebody typed into it
    this.acted = 0; // when something else on the page was used, which may lay the rows anew
    this.elsewhere = ({ target, timeStamp }) => { if (!target.closest?.(".pbal-weights input, [data-target] input")) this.acted = timeStamp; };
    for (const kind of ELSEWHERE) window.addEventListener(kind, this.elsewhere, true);
  }

  stop() {
    clearTimeout(this.resting);
    for (const event of MOVES) document.removeEventListener(event, this.moved);
    for (const kind of ELSEWHERE) window.removeEventListener(kind, this.elsewhere, true);
    this.picked.stop();
    for (const { inputs, sum } of this.rowsTyped) for (const part of [inputs.weight, sum]) part?.remove();
    this.parts.strip.remove();
    this.parts.end.remove();
    this.announce(null);
  }

  receive(data, send) {
    this.send = send;
    this.parts.note.textContent = data.note;
    this.parts.price.textContent = `Price (${data.currency})`;
    this.buttons.held.disabled = !data.worth;
    const ofEdit = data.edit > this.judged; // the rows are an answer to it, and not to another control
    this.judged = data.edit;
    this.edits = Math.max(this.edits, data.edit);
    this.root.toggleAttribute("data-sent", this.judged < this.edits);
    if (this.version === data.version) return;
    this.version = data.version;
    clearTimeout(this.resting);
    const label = this.focused?.getAttribute("aria-label");
    const typed = this.focused && this.focused.value !== this.before ? this.focused.value : null;
    const newer = this.typedSince(ofEdit ? ({ edit }) => edit >= data.edit : ({ at }) => at > this.acted);
    const begun = this.rowsTyped.filter((row) => this.begins(row)).map(({ inputs }) => inputs);
    for (const { row, inputs, sum } of this.rowsTyped) for (const part of [row, inputs.weight, sum]) part?.remove();
    this.rowsTyped = [];
    this.tree = data.rows.some(({ kind }) => kind);
    for (const row of data.rows) this.add(row);
    const known = new Set(data.rows.map(({ symbol }) => symbol.toUpperCase()));
    for (const inputs of begun.filter(({ symbol }) => !known.has(symbol.value.trim().toUpperCase()))) this.goOn(inputs);
    this.addNew();
    this.sent = this.text();
    this.keep(newer);
    this.place();
    this.show();
    if (label) this.resume(label, typed);
    if (this.judged === this.edits && this.text() !== this.sent) this.rest();
  }

  /** What was typed into which box since then: rows that an older question laid must not take it back. */
  typedSince(isNewer) {
    const texts = new Map();
    for (const [where, input] of this.boxes()) {
      const typed = this.typed.get(input);
      if (typed && isNewer(typed) && !where.startsWith(" ")) texts.set(where, { text: input.value, typed });
    }
    return texts;
  }

  /** Puts it into the same boxes of the rows laid anew. */
  keep(texts) {
    for (const [where, input] of this.boxes()) {
      if (!texts.has(where)) continue;
      const { text, typed } = texts.get(where);
      input.value = text;
      this.typed.set(input, typed);
    }
  }

  /** Each box, with words that are the same in rows laid anew. */
  boxes() {
    return this.rowsTyped.flatMap(({ symbol, inputs }) => Object.entries(inputs).map(([name, input]) => (
      [`${(symbol || inputs.symbol.value.trim()).toUpperCase()} ${name}`, input]
    )));
  }

  /** The plan follows when the keys have rested. */
  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.commit(), REST);
  }

  /** The reader goes on typing where she was, in rows laid anew; what she has typed since is newer than they are. */
  resume(label, typed) {
    const inputs = this.rowsTyped.flatMap((row) => Object.values(row.inputs));
    const input = inputs.find((found) => found.getAttribute("aria-label") === label);
    input?.focus();
    if (!input || typed === null) return;
    input.value = typed;
    input.setSelectionRange(typed.length, typed.length);
    this.show();
  }

  /** A row of a new asset in which something is typed. */
  begins({ symbol, inputs }) {
    return !symbol && Object.values(inputs).some((input) => input.value.trim());
  }

  /** Such a row, laid anew. */
  goOn(inputs) {
    this.add({ symbol: "", now: "", target: "", held: "", price: "" });
    for (const [name, input] of Object.entries(inputs)) this.rowsTyped.at(-1).inputs[name].value = input.value;
  }

  /** An empty row at the end, for an asset that is not held yet. */
  addNew() {
    const last = this.rowsTyped.at(-1);
    if (!last || last.symbol || this.begins(last)) this.add({ symbol: "", now: "", target: "", held: "", price: "" });
  }

  add({ symbol, now, target, held, price, kind = "", inside = "", level = 0 }) {
    const row = document.createElement("tr");
    row.dataset.kind = kind;
    row.style.setProperty("--level", level);
    const head = document.createElement("th");
    const inputs = {};
    head.scope = "row";
    if (kind === "class" || kind === "set") head.append(this.folder(symbol));
    else if (symbol) head.textContent = symbol;
    else head.append((inputs.symbol = this.input("symbol", "", "Symbol of an asset that is not held yet")));
    row.append(head);
    const weight = row.insertCell();
    weight.className = "pbal-num";
    weight.textContent = now;
    const who = symbol || "the new asset";
    const home = row.insertCell();
    const whole = inside ? `Share of ${who} in ${inside}, in percent` : `Target of ${who} in percent`;
    if (kind !== "member") home.append((inputs.weight = this.input("weight", target, whole)));
    if (inside && inputs.weight) inputs.weight.title = `Share of ${inside}, %`;
    const cost = row.insertCell();
    if (!held && symbol) home.dataset.price = "Price"; // beside the box of it, where the target is away in the plan's table
    if (!held) cost.append((inputs.price = this.input("price", price, `Price of one share of ${who}`)));
    if (!symbol) Object.entries({ symbol: "Symbol", weight: "Target, %", price: "Price" })
      .forEach(([name, words]) => { inputs[name].placeholder = words; });
    this.parts[symbol ? "rows" : "more"].append(row);
    const found = { symbol, row, home, cost, inputs, kind, inside };
    if (kind === "class") {
      found.sum = document.createElement("output");
      found.sum.setAttribute("aria-label", `Sum in ${symbol}`);
      cost.append(found.sum);
    }
    this.rowsTyped.push(found);
  }

  /** The name of a class or a set, which hides what is inside it and shows it again. */
  folder(name) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => fold([name], !FOLDED.has(name)));
    return button;
  }

  /** Whether a row is inside a class or a set that is folded. */
  hides(inside) {
    if (!inside) return false;
    return FOLDED.has(inside) || this.hides(this.rowsTyped.find(({ symbol }) => symbol === inside)?.inside);
  }

  input(name, value, label) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    input.spellcheck = false;
    input.autocomplete = "off";
    input.setAttribute("aria-label", label);
    if (name !== "symbol") input.inputMode = "decimal";
    input.addEventListener("focus", () => {
      if (this.placing) return;
      this.focused = input;
      this.before = input.value;
      input.select();
    });
    input.addEventListener("blur", () => {
      if (this.placing) return;
      // A table that is built anew takes the focus away; place() gives it back before this runs.
      setTimeout(() => {
        if (document.activeElement === input) return;
        if (this.focused === input) this.focused = undefined;
        if (!this.typesNew()) this.commit();
      });
    });
    input.addEventListener("input", ({ timeStamp }) => {
      this.typed.set(input, { edit: this.edits, at: timeStamp });
      this.addNew();
      this.show();
      clearTimeout(this.resting);
      // A new asset counts when its row is left: half a price would be another one.
      if (this.rowsTyped.some((row) => row.symbol && row.inputs.weight === input)) this.rest();
    });
    input.addEventListener("keydown", (event) => this.key(event, input));
    return input;
  }

  /** Puts each input into the plan's table, where that shows the target, else into its own row. */
  place() {
    const { focused } = this;
    const where = focused && [focused.selectionStart, focused.selectionEnd];
    this.placing = true;
    for (const row of this.rowsTyped) this.put(row);
    if (focused?.isConnected && [document.body, null].includes(document.activeElement)) { // lost to the move, not to the reader
      focused.focus({ preventScroll: true });
      focused.setSelectionRange(...where);
    }
    this.placing = false;
    const away = this.rowsTyped.some(({ there }) => there);
    this.root.toggleAttribute("data-away", away);
    this.placeFoot(away ? document.querySelector(".pbal-table")?.closest(".pbal") : null);
  }

  /** Puts the input of a row where its target is shown, and the sum of a class beside it. */
  put(found) {
    const { symbol, row, home, cost, inputs, inside, sum } = found;
    const name = CSS.escape(symbol);
    const line = symbol ? document.querySelector(`.pbal-table tr:is([data-symbol="${name}"], [data-class="${name}"])`) : null;
    const cell = line?.querySelector("td[data-target]");
    const shown = cell?.offsetParent ? cell.firstChild.data : "";
    const there = shown.includes("%");
    const place = there ? cell : home;
    if (inputs.weight && inputs.weight.parentElement !== place) {
      inputs.weight.parentElement?.classList.remove("pbal-editing");
      place.append(inputs.weight);
    }
    if (there && inputs.weight) {
      cell.classList.add("pbal-editing");
      cell.toggleAttribute("data-share", Boolean(inside));
    }
    if (sum) (there ? line.querySelector(".pbal-col-trade") : cost).append(sum);
    found.there = there;
    // A frozen position has no target to be typed; the constraints say that it is frozen, and free it again.
    row.hidden = this.hides(inside) || (there && !inputs.price) || shown === "frozen";
    row.querySelector("th > button")?.setAttribute("aria-expanded", String(!FOLDED.has(symbol)));
  }

  /** Puts the sum and the buttons beside the plan's table, where the targets are in it, else below the own table. */
  placeFoot(view) {
    const { strip, end, foot } = this.parts;
    const actions = view?.querySelector('[data-part="actions"]') ?? foot;
    const panel = view?.querySelector(".pbal-scroll")?.parentElement ?? foot;
    if (strip.parentElement !== panel) panel.append(strip);
    if (end.parentElement === actions) return;
    actions.prepend(end);
    if (actions === foot) foot.append(end);
    document.dispatchEvent(new Event("pbal-room")); // the key numbers may have less room now
  }

  /** The target in the next row of the plan's table, or in the row before; none where that row is open to be read. */
  beside(input, back) {
    const step = (row) => (back ? row?.previousElementSibling : row?.nextElementSibling);
    let other = step(input.closest(".pbal-table tr"));
    while (other?.dataset.inside === "set") other = step(other); // its funds have no target of their own
    return other?.querySelector('td[data-target] input[name="weight"]');
  }

  key(event, input) {
    if (event.key === "Escape") {
      input.value = this.before;
      this.typed.delete(input);
      clearTimeout(this.resting);
      this.show();
      input.select();
      event.stopPropagation();
    } else if (event.key === "Tab") {
      const next = this.beside(input, event.shiftKey);
      if (!next) return;
      event.preventDefault();
      next.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const own = this.rowsTyped.find(({ inputs }) => Object.values(inputs).includes(input));
      const i = this.rowsTyped.indexOf(own);
      // Down the column, as in a spreadsheet; along the row where it is the new one. After the last target the plan is
      // what the reader wants to see, so the focus stays.
      const along = Object.values(own.inputs);
      const rest = this.rowsTyped.slice(i + 1);
      const below = this.tree ? rest.find(({ symbol, inputs }) => !symbol || (inputs[input.name]?.offsetParent)) : rest[0];
      const next = own.symbol ? below?.symbol && below.inputs[input.name] : along[along.indexOf(input) + 1] ?? below?.inputs.symbol;
      if (next) next.focus();
      else this.commit();
    }
  }

  rows() {
    return this.rowsTyped.map(({ symbol, inputs }) => ({
      symbol: symbol || inputs.symbol.value.trim(),
      weight: inputs.weight?.value.trim() ?? "",
      price: inputs.price?.value.trim() ?? "",
    })).filter((row) => row.symbol || row.weight || row.price);
  }

  text() {
    return JSON.stringify(this.rows());
  }

  weights() {
    return this.rows().map(({ symbol, weight }) => [symbol, Number((weight || "0").replace("%", "").replace(",", "."))]);
  }

  /** Somebody is in the row of a new asset, which counts when it is left: half a price would be another one. */
  typesNew() {
    return this.rowsTyped.some((row) => this.begins(row) && Object.values(row.inputs).includes(document.activeElement));
  }

  /** A new asset has all it needs. */
  whole() {
    return this.rowsTyped.every(({ symbol, inputs }) => {
      const values = Object.values(inputs).map((input) => input.value.trim());
      return symbol || values.every(Boolean) || !values.some(Boolean);
    });
  }

  /** What the weights of one level sum to, in words, and whether that will not do. */
  level(weights) {
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    const off = !(Math.abs(total - 100) <= NEAR * weights.length);
    const rest = Number((100 - total).toFixed(2)); // three thirds of 33.3333 are 100
    const shown = Number(total.toFixed(2));
    const wrong = weights.filter(([, weight]) => !Number.isFinite(weight)).map(([symbol]) => symbol || "the new asset");
    const words = wrong.length ? `Not a number: the target of ${wrong.join(", ")}`
      : off ? `${shown} %: ${Math.abs(rest)} % ${rest > 0 ? "to give" : "too much"}` : `${shown} %`;
    return { total, off, words };
  }

  show() {
    const all = this.weights();
    const insides = new Map(this.rowsTyped.map(({ symbol, inside, kind }) => [symbol, kind === "member" ? null : inside]));
    const within = (name) => all.filter(([symbol]) => (insides.get(symbol) ?? (insides.has(symbol) ? null : "")) === name);
    const weights = this.tree ? within("") : all;
    const { total, off: topOff, words } = this.level(weights);
    let off = topOff;
    let scalable = total > 0 && total < Infinity;
    const levels = [];
    for (const { symbol, sum } of this.rowsTyped.filter((row) => row.sum)) {
      const inner = this.level(within(symbol));
      sum.textContent = inner.off ? inner.words : "";
      off ||= inner.off;
      if (inner.off) levels.push(`${symbol} ${inner.words}`);
      scalable &&= inner.total > 0 && inner.total < Infinity;
    }
    this.parts.sum.textContent = topOff || !off ? words : levels.join("; ");
    this.parts.strip.toggleAttribute("data-off", off);
    this.buttons.scale.disabled = !off || !scalable;
    const typing = this.text() !== this.sent;
    const known = this.flat(all).filter(([, weight]) => Number.isFinite(weight));
    const sum = Number.isFinite(total) && (topOff || !off) ? `${Number(total.toFixed(1))} %` : "not 100 %";
    this.announce(typing ? { off, sum, weights: new Map(known.map(([symbol, weight]) => [symbol, weight / 100])) } : null);
    return off;
  }

  /** The weight of each fund, set and class in percent of everything; one of a set has none of its own. */
  flat(all) {
    if (!this.tree) return all;
    const shares = new Map(all);
    const rows = new Map(this.rowsTyped.map((row) => [row.symbol, row]));
    const share = (name) => (name ? (shares.get(name) / 100) * share(rows.get(name)?.inside ?? "") : 1);
    return all.filter(([symbol]) => rows.get(symbol)?.kind !== "member").map(([symbol]) => [symbol, 100 * share(symbol)]);
  }

  /** Tells the plan's view what is being typed. */
  announce(typed) {
    document.dispatchEvent(new CustomEvent("pbal-typed", { detail: typed }));
  }

  commit() {
    clearTimeout(this.resting);
    if (this.text() === this.sent || this.show() || !this.whole()) return;
    this.edit({ rows: this.rows() });
  }

  /** Sends an edit with its number, and which rows it was made in. */
  edit(what) {
    this.sent = this.text();
    this.edits += 1;
    this.root.toggleAttribute("data-sent", true); // until its answer is here
    this.send({ ...what, edit: this.edits, version: this.version });
  }

  act(what) {
    clearTimeout(this.resting);
    this.announce(null);
    this.edit(what === "scale" ? { rows: this.rows(), do: "scale" } : { do: what });
  }
}

export default mounted(Weights, ({ setTriggerValue }, edit) => setTriggerValue("edit", edit));
