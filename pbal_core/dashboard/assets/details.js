// What a row opens to: facts of the file and of the committed plan, and a box to correct a stale price.

const FACTS = [
  ["prices", "Price"],
  ["shares", "Shares"],
  ["profits", "Unrealised gain"],
];

class RowDetails {
  constructor(sheet, i) {
    const { details, symbols } = sheet;
    this.i = i;
    this.symbol = symbols[i];
    this.fixed = details;
    this.element = document.createElement("tr");
    this.element.className = "pbal-more";
    this.cell = this.element.insertCell();
    this.reason = this.line("pbal-why");
    this.gain = this.line("pbal-gain");
    const list = document.createElement("dl");
    this.facts = FACTS.map(([key, label]) => {
      const group = document.createElement("div");
      cell(group, "dt", "").data = label;
      const text = cell(group, "dd", "");
      list.append(group);
      return [key, text];
    });
    this.cell.append(list);
    if (details.plain_prices[i]) this.correction();
  }

  line(classes) {
    const paragraph = document.createElement("p");
    paragraph.className = classes;
    this.cell.append(paragraph);
    const text = document.createTextNode("");
    paragraph.append(text);
    return text;
  }

  span(columns) {
    this.cell.colSpan = columns;
  }

  correction() {
    const form = document.createElement("form");
    form.noValidate = true;
    form.autocomplete = "off";
    const label = document.createElement("label");
    this.input = document.createElement("input");
    this.input.id = `pbal-price-${this.i}`;
    this.input.inputMode = "decimal";
    this.input.spellcheck = false;
    this.input.value = this.fixed.plain_prices[this.i];
    label.htmlFor = this.input.id;
    label.textContent = `Correct the price of ${this.symbol}`;
    this.error = document.createElement("p");
    this.error.className = "pbal-note";
    this.error.setAttribute("role", "alert");
    form.append(label, this.input, button("pbal-correct", "Use this price"), this.error);
    form.lastElementChild.previousElementSibling.type = "submit";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const price = this.input.value.trim();
      this.cell.dispatchEvent(new CustomEvent("pbal-price", { bubbles: true, detail: { symbol: this.symbol, price } }));
    });
    this.cell.append(form);
  }

  /** Facts of a plan: its own once it is committed; while a slider moves they are dimmed, since they are of the last. */
  paint(plan, refused) {
    write(this.reason, plan.reasons[this.i]);
    write(this.gain, plan.gains[this.i]);
    for (const [key, text] of this.facts) write(text, (plan[key] ?? this.fixed[key])[this.i]);
    if (!this.input) return;
    const message = refused?.symbol === this.symbol ? refused.message : "";
    if (this.error.textContent !== message) this.error.textContent = message;
    this.input.setAttribute("aria-invalid", String(Boolean(message)));
  }
}
