// Rows of symbol, shares and price. Python reads what is typed; here it is only kept, and the value shown beside it.

const CELLS = ["symbol", "shares", "price"];
const FEWEST = 3; // rows to begin with

class Rows {
  constructor(root) {
    this.root = root.querySelector(".pbal-rows");
    this.body = this.root.querySelector("tbody");
    this.root.addEventListener("submit", (event) => event.preventDefault());
    this.root.querySelector('[data-action="add"]').addEventListener("click", () => this.add({}).querySelector("input").focus());
    this.root.querySelector('[data-action="use"]').addEventListener("click", () => this.send(this.read()));
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      this.next(event.target);
    });
    this.root.addEventListener("input", (event) => this.value(event.target.closest("tr")));
  }

  receive(data, send) {
    this.send = send;
    this.root.querySelector('[data-part="price"]').textContent = `Price of one share (${data.currency})`;
    if (this.version === data.version) return;
    this.version = data.version;
    this.body.replaceChildren();
    for (const row of data.rows) this.add(row);
    while (this.body.rows.length < FEWEST) this.add({});
  }

  add(given) {
    const row = document.createElement("tr");
    for (const name of CELLS) {
      const input = document.createElement("input");
      input.name = name;
      input.value = given[name] ?? "";
      input.spellcheck = false;
      input.setAttribute("aria-label", `${name === "price" ? "Price" : name === "shares" ? "Shares" : "Symbol"} in row ${this.body.rows.length + 1}`);
      if (name === "symbol") input.autocapitalize = "characters";
      else input.inputMode = "decimal";
      row.insertCell().append(input);
    }
    row.insertCell().append(document.createElement("output"));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "\u00d7";
    remove.setAttribute("aria-label", `Remove row ${this.body.rows.length + 1}`);
    remove.addEventListener("click", () => {
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (near ?? this.add({})).querySelector("input").focus();
    });
    row.insertCell().append(remove);
    this.body.append(row);
    this.value(row, given.value);
    return row;
  }

  /** What shares times price come to, to look at; Python computes what counts. */
  value(row, known) {
    if (!row) return;
    const [shares, price] = [...row.querySelectorAll("input")].slice(1).map((input) => Number(input.value.replace(/[$,\s]/g, "")));
    const amount = known === undefined ? shares * price : Number(known);
    const text = Number.isFinite(amount) && amount ? amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : "";
    row.querySelector("output").textContent = text;
  }

  next(input) {
    const all = [...this.body.querySelectorAll("input")];
    const i = all.indexOf(input);
    (all[i + 1] ?? this.add({}).querySelector("input")).focus();
  }

  read() {
    return [...this.body.rows].map((row) =>
      Object.fromEntries([...row.querySelectorAll("input")].map((input) => [input.name, input.value])));
  }
}

export default mounted(Rows, ({ setTriggerValue }, rows) => setTriggerValue("rows", rows));
