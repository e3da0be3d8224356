// One amount: its box, its slider, and the line that says what is wrong with it.

const PAGES = { PageUp: 10, PageDown: -10 }; // positions
const PASSING = 60; // ms: a pointer on its way to something else is not near for long

class Amount {
  /**
   * `moved(amount)` is called at every move of the slider, `released()` when it is let go, `committed(how)` when the
   * amount is to be planned for: "keys", "pointer" or "box", and `reached()` when the pointer or the focus comes near.
   */
  constructor(control, { pressed, moved, released, committed, reached }) {
    const find = (name) => control.querySelector(`[data-part="${name}"]`);
    this.slider = control.querySelector(".pbal-slider");
    this.box = control.querySelector(".pbal-box");
    Object.assign(this, { control, note: find("note"), low: find("low"), high: find("high"), values: [], labels: [], spellings: [] });
    this.amount = "0";
    this.editing = false;
    this.near = false; // the pointer is over it, or the focus in it
    let keyboard = false;
    const { slider, box } = this;
    slider.addEventListener("pointerdown", () => {
      keyboard = false;
      pressed();
      reached();
    });
    slider.addEventListener("pointercancel", released);
    slider.addEventListener("pointerup", released);
    slider.addEventListener("keydown", (event) => {
      keyboard = true;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const here = slider.valueAsNumber;
      const there = event.key.toLowerCase() === "l" ? this.track.next(here, event.shiftKey) : here + (PAGES[event.key] ?? NaN);
      if (!Number.isFinite(there)) return;
      event.preventDefault(); // the browser's own page is a tenth of the slider
      this.go(there, { moved, committed });
    });
    this.track = new Track(slider, control.dataset.axis, (place) => this.go(place, { moved, committed }));
    // A hand is near for a moment before it presses; a finger is not.
    control.addEventListener("pointerenter", ({ pointerType }) => {
      this.near = true;
      if (pointerType !== "touch") this.coming = setTimeout(reached, PASSING);
    });
    control.addEventListener("pointerleave", () => {
      this.near = control.contains(document.activeElement);
      clearTimeout(this.coming);
    });
    control.addEventListener("focusin", () => {
      this.near = true;
      reached();
    });
    control.addEventListener("focusout", () => { this.near = control.matches(":hover"); });
    slider.addEventListener("input", () => {
      this.show(this.values[slider.valueAsNumber], { fromSlider: true });
      moved();
    });
    slider.addEventListener("change", () => {
      released();
      committed(keyboard ? "keys" : "pointer");
    });
    box.addEventListener("focus", () => box.select());
    box.addEventListener("input", () => { this.editing = true; });
    box.addEventListener("change", () => {
      this.editing = false;
      const text = box.value.trim();
      const number = typedNumber(text, this.spellings);
      const value = this.values.find((position) => Number(position) === number);
      // What is on the slider is looked up at once; anything else is for Python to read.
      if (value !== undefined) this.show(value);
      else this.amount = text;
      committed("box");
    });
  }

  /** Moves to a position by a key or a landmark, and commits it. */
  go(position, { moved, committed }) {
    const last = this.values.length - 1;
    this.show(this.values[Math.max(0, Math.min(last, position))]);
    moved();
    committed("keys");
  }

  /** Where the amount is on the slider; -1: between two positions. */
  get position() { return this.values.indexOf(this.amount); }

  /** Moves box, note and slider to an amount; `label` is how Python writes it where it lies between two positions. */
  show(amount, { label, error = "", fromSlider = false } = {}) {
    this.amount = amount;
    const text = label ?? this.labels[this.position] ?? amount;
    if (this.box.value !== text) this.box.value = text;
    if (this.note.textContent !== error) this.note.textContent = error;
    this.box.setAttribute("aria-invalid", String(Boolean(error)));
    if (!fromSlider && this.values.length) this.slider.value = String(nearestPosition(this.values, amount));
    this.fill();
  }

  /** The positions of the slider, which are there even where no sweep is. */
  setAxis({ values, labels, ends }, spellings) {
    this.spellings = spellings;
    if (this.values === values) return; // of one sheet
    Object.assign(this, { values, labels });
    this.slider.max = String(values.length - 1);
    this.slider.value = String(nearestPosition(values, this.amount));
    [this.low.textContent, this.high.textContent] = ends;
    this.fill();
  }

  /** Draws what is along the slider for a sweep. */
  draw(sweep) {
    this.track.draw(sweep, this.labels);
    this.fill();
  }

  /** Colours the track from nothing to the thumb. */
  fill() {
    const { slider, values, labels } = this;
    if (!values.length) return;
    const i = slider.valueAsNumber;
    const place = (k) => `${(100 * k) / (values.length - 1)}%`;
    const zero = Math.max(0, values.indexOf("0"));
    slider.style.setProperty("--from", place(Math.min(i, zero)));
    slider.style.setProperty("--to", place(Math.max(i, zero)));
    const words = this.track.words(i);
    slider.setAttribute("aria-valuetext", words && values[i] === this.amount ? `${labels[i]}, ${words}` : labels[i]);
  }
}

/** Where a slider's thumb is for an amount that may lie between two positions: at the nearest one. */
function nearestPosition(values, amount) {
  const wanted = Number(amount);
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(Number(value) - wanted) < Math.abs(Number(values[best]) - wanted)) best = i;
  });
  return best;
}

/** The number in a typed amount, with or without the currency's sign or code before it; NaN: Python has to read it. */
function typedNumber(text, spellings) {
  const [, sign, rest] = /^([+-]?)\s*(.*)$/s.exec(text.toUpperCase());
  const money = spellings.find((spelling) => rest.startsWith(spelling)) ?? "";
  const digits = rest.slice(money.length).trim();
  const usual = /^(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?$/.test(digits);
  const ambiguous = /^[1-9]\d{0,2}\.\d{3}$/.test(digits);  // 5.000 may be five thousand
  return usual && !ambiguous ? Number(sign + digits.replaceAll(",", "")) : NaN;
}
