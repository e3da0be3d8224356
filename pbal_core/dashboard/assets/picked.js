// What is done with the rows that are chosen in the plan's table (see pick.js): a bar below it, as long as somebody chooses.

class Picked {
  /** `sent(what, names, name)` is called when one of the buttons is pressed. */
  constructor(bar, sent) {
    this.bar = bar;
    this.text = bar.querySelector("output");
    this.name = bar.querySelector("input");
    this.buttons = Object.fromEntries([...bar.querySelectorAll("[data-pick]")].map((button) => [button.dataset.pick, button]));
    for (const [what, button] of Object.entries(this.buttons)) {
      button.addEventListener("click", () => {
        document.dispatchEvent(new Event("pbal-pick-sent"));
        sent(what, this.names, this.name.value.trim());
      });
    }
    this.name.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    bar.addEventListener("keydown", (event) => event.key === "Escape" && this.end());
    this.changed = ({ detail }) => this.show(detail);
    document.addEventListener("pbal-picked", this.changed);
  }

  stop() {
    document.removeEventListener("pbal-picked", this.changed);
    this.bar.remove();
  }

  end() {
    document.dispatchEvent(new Event("pbal-pick-end"));
  }

  show(rows) {
    const panel = document.querySelector(".pbal-scroll")?.parentElement;
    if (rows && panel && this.bar.parentElement !== panel) panel.append(this.bar);
    this.bar.hidden = !rows;
    if (!rows) this.name.value = "";
    this.names = (rows ?? []).map(({ name }) => name);
    const kinds = (rows ?? []).map(({ kind }) => kind);
    this.text.textContent = this.names.join(", ") || "Choose rows";
    this.buttons.group.disabled = kinds.length < 2;
    this.buttons.same.disabled = kinds.length < 2 || kinds.includes("class");
    this.buttons.apart.disabled = kinds.length !== 1 || kinds[0] === "fund";
  }
}
