// Rows of the table that somebody chooses, to make them a class or one fund. The boxes are there only meanwhile: Group
// begins it, and so does a click with Ctrl or Shift. What is chosen goes to the table of targets, see picked.js.

class Pick {
  constructor(root, table) {
    this.table = table;
    this.press = root.querySelector('[data-action="pick"]');
    this.names = []; // in the order in which they were chosen
    const { body } = table;
    body.addEventListener("mousedown", (event) => {
      if (event.shiftKey && !event.target.closest("input")) event.preventDefault(); // it would mark text
    });
    body.addEventListener("click", (event) => this.click(event), { capture: true });
    body.addEventListener("change", ({ target }) => target.matches(".pbal-pick") && this.choose(target, target.checked));
    body.addEventListener("keydown", (event) => this.key(event));
    this.over = () => this.end();
    this.done = () => { this.sent = true; };
    document.addEventListener("pbal-pick-end", this.over);
    document.addEventListener("pbal-pick-sent", this.done);
  }

  stop() {
    document.removeEventListener("pbal-pick-end", this.over);
    document.removeEventListener("pbal-pick-sent", this.done);
  }

  toggle() {
    if (this.on) this.end();
    else this.begin();
  }

  begin() {
    this.on = true;
    this.sent = false;
    this.press.setAttribute("aria-pressed", "true");
    this.built();
    this.boxes()[0]?.focus();
    this.tell();
  }

  end() {
    if (!this.on) return;
    this.on = false;
    this.names = [];
    this.press.setAttribute("aria-pressed", "false");
    for (const { element } of this.table.rows) element.querySelector(".pbal-pick")?.remove();
    this.tell();
    const at = document.activeElement; // gone with the boxes, or in the bar, which has just been hidden
    if (!at || at === document.body || at.closest(".pbal-weights-picked")) this.press.focus({ preventScroll: true });
  }

  /** Boxes for the rows of a table that is new; what was chosen and is still there stays chosen, unless this came of it. */
  built() {
    if (this.sent) this.end();
    if (!this.on) return;
    const rows = this.table.rows.filter(({ element }) => this.pickable(element));
    this.names = this.names.filter((name) => rows.some(({ symbol }) => symbol === name));
    for (const { element, symbol } of rows) {
      if (element.querySelector(".pbal-pick")) continue;
      const box = document.createElement("input");
      box.type = "checkbox";
      box.className = "pbal-pick";
      box.checked = this.names.includes(symbol);
      box.setAttribute("aria-label", `Choose ${symbol}`);
      element.firstElementChild.prepend(box);
    }
    this.tell();
  }

  /** A fund of a set is chosen with its set; what has no target cannot be. */
  pickable({ dataset }) {
    return dataset.kind !== "rest" && !["set", "rest"].includes(dataset.inside);
  }

  boxes() {
    return [...this.table.body.querySelectorAll(".pbal-pick")];
  }

  nameOf(box) {
    const { dataset } = box.closest("tr");
    return dataset.symbol ?? dataset.class;
  }

  choose(box, checked) {
    const name = this.nameOf(box);
    box.checked = checked;
    this.last = box;
    this.names = this.names.filter((each) => each !== name);
    if (checked) this.names.push(name);
    this.tell();
  }

  /** Ctrl chooses a row, Shift all from the last one on. */
  click(event) {
    const line = event.target.closest("tr[data-symbol], tr[data-class]");
    if (!line || !(event.ctrlKey || event.metaKey || event.shiftKey) || event.target.matches("input") || !this.pickable(line)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.on) this.begin();
    const box = line.querySelector(".pbal-pick");
    if (event.shiftKey) this.range(box);
    else this.choose(box, !box.checked);
    box.focus({ preventScroll: true });
  }

  range(box) {
    const boxes = this.boxes();
    const from = Math.max(0, boxes.indexOf(this.last)), to = boxes.indexOf(box);
    const between = boxes.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const each of between) if (!each.checked) this.choose(each, true);
    this.last = box;
  }

  /** Up and down go from box to box, with Shift they choose on the way; Escape ends. */
  key(event) {
    if (!event.target.matches(".pbal-pick")) return;
    if (event.key === "Escape") {
      this.end();
      this.press.focus();
      return;
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const boxes = this.boxes();
    const next = boxes[boxes.indexOf(event.target) + step];
    if (!next) return;
    if (event.shiftKey) for (const each of [event.target, next]) if (!each.checked) this.choose(each, true);
    next.focus();
  }

  /** Says to the table of targets what is chosen; null where nobody chooses. */
  tell() {
    const kinds = Object.fromEntries(this.table.rows.map(({ element, symbol }) => [symbol, element.dataset.kind ?? "fund"]));
    const detail = this.on ? this.names.map((name) => ({ name, kind: kinds[name] })) : null;
    document.dispatchEvent(new CustomEvent("pbal-picked", { detail }));
  }
}
