// The targets, one input a row. The sum is shown while somebody types; what counts is Python's.

const REST = 900; // ms without a key after which the plan follows
const NEAR = 0.05; // percent points for each weight that Python scales away

class Weights {
  constructor(root) {
    this.root = root.querySelector(".pbal-weights");
    this.body = this.root.querySelector("tbody");
    this.part = (name) => this.root.querySelector(`[data-part="${name}"]`);
    this.root.addEventListener("submit", (event) => event.preventDefault());
    for (const button of this.root.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => this.act(button.dataset.do));
    }
    this.root.addEventListener("focusin", (event) => {
      if (event.target.name) {
        this.before = event.target.value;
        event.target.select();
      }
    });
    this.root.addEventListener("input", () => {
      this.addNew();
      this.show();
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.commit(), REST);
    });
    this.root.addEventListener("focusout", () => this.commit());
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  stop() {
    clearTimeout(this.resting);
  }

  receive(data, send) {
    this.send = send;
    this.part("note").textContent = data.note;
    this.part("price").textContent = `Price (${data.currency})`;
    this.root.querySelector('[data-do="held"]').disabled = !data.worth;
    if (this.version === data.version) return;
    this.version = data.version;
    const focused = this.body.contains(document.activeElement) ? [document.activeElement.getAttribute("aria-label"), document.activeElement.selectionStart] : null;
    this.body.replaceChildren();
    for (const row of data.rows) this.add(row);
    this.addNew();
    this.sent = this.text();
    this.show();
    if (focused) {
      // The reader goes on typing where she was, in rows laid anew.
      const same = [...this.body.querySelectorAll("input")].find((input) => input.getAttribute("aria-label") === focused[0]);
      same?.focus();
    }
  }

  /** An empty row at the end, for an asset that is not held yet. */
  addNew() {
    const last = this.body.rows[this.body.rows.length - 1];
    const empty = last && !last.dataset.symbol && [...last.querySelectorAll("input")].every((input) => !input.value.trim());
    if (!empty) this.add({ symbol: "", now: "", target: "", held: "", price: "" });
  }

  add({ symbol, now, target, held, price }) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    if (symbol) {
      head.textContent = symbol;
      row.dataset.symbol = symbol;
    } else head.append(this.input("symbol", "", "Symbol of an asset that is not held yet"));
    const weight = row.insertCell();
    weight.className = "pbal-num";
    weight.textContent = now;
    row.prepend(head);
    const who = symbol || "the new asset";
    row.insertCell().append(this.input("weight", target, `Target of ${who} in percent`));
    const cost = row.insertCell();
    if (!held) cost.append(this.input("price", price, `Price of one share of ${who}`));
    this.body.append(row);
  }

  input(name, value, label) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    input.spellcheck = false;
    input.setAttribute("aria-label", label);
    if (name === "symbol") input.placeholder = "Add an asset";
    else input.inputMode = "decimal";
    return input;
  }

  key(event) {
    const input = event.target;
    if (!input.name) return;
    if (event.key === "Escape") {
      input.value = this.before;
      clearTimeout(this.resting);
      this.show();
      input.select();
      event.stopPropagation();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const all = [...this.body.querySelectorAll("input")];
      const same = all.filter((other) => other.name === input.name);
      // Down the column, as in a spreadsheet; along the row where it is the new one.
      const next = input.closest("tr").dataset.symbol ? same[same.indexOf(input) + 1] : all[all.indexOf(input) + 1];
      if (next) next.focus();
      this.commit();
    }
  }

  rows() {
    return [...this.body.rows].map((row) => {
      const cell = (name) => row.querySelector(`input[name="${name}"]`)?.value.trim() ?? "";
      return { symbol: row.dataset.symbol ?? cell("symbol"), weight: cell("weight"), price: cell("price") };
    }).filter((row) => row.symbol || row.weight || row.price);
  }

  text() {
    return JSON.stringify(this.rows());
  }

  sum() {
    const weights = this.rows().map((row) => Number((row.weight || "0").replace("%", "").replace(",", ".")));
    return { total: weights.reduce((sum, weight) => sum + weight, 0), count: weights.length };
  }

  /** A row is whole when a new asset has all it needs. */
  whole() {
    return this.rows().every((row) => row.symbol && (this.body.querySelector(`tr[data-symbol="${CSS.escape(row.symbol)}"]`) || (row.weight && row.price)));
  }

  show() {
    const { total, count } = this.sum();
    const off = !(Math.abs(total - 100) <= NEAR * count);
    const rest = Number((100 - total).toPrecision(10));
    const shown = Number(total.toPrecision(10));
    this.part("sum").textContent = Number.isNaN(total) ? "A target is no number."
      : off ? `${shown} %: ${Math.abs(rest)} % ${rest > 0 ? "to give" : "too much"}` : `${shown} %`;
    this.part("sum").toggleAttribute("data-off", off);
    this.root.querySelector('[data-do="scale"]').disabled = !off || !(total > 0);
    document.querySelector(".pbal")?.toggleAttribute("data-busy", off && this.text() !== this.sent);
    return off;
  }

  commit() {
    clearTimeout(this.resting);
    if (this.text() === this.sent || this.show() || !this.whole()) return;
    this.sent = this.text();
    this.send({ rows: this.rows() });
  }

  act(what) {
    clearTimeout(this.resting);
    document.querySelector(".pbal")?.removeAttribute("data-busy");
    if (what !== "scale") this.send({ do: what });
    else {
      this.sent = this.text();
      this.send({ rows: this.rows(), do: "scale" });
    }
  }
}

const tables = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return undefined;
  if (!tables.has(parentElement)) tables.set(parentElement, new Weights(parentElement));
  tables.get(parentElement).receive(data, (edit) => setTriggerValue("edit", edit));
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends every call that a newer one has overtaken, too
    tables.get(parentElement)?.stop();
    tables.delete(parentElement);
  };
}
