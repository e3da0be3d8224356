// The controls that choose the rows of table and chart: the search, trades first, only trades, all of them, and bars by
// class or by fund.

class Tools {
  /** `arrange(change)` makes a change of the order and shows the rows anew; `sheet()` is the sheet of now. */
  constructor(root, order, { arrange, sheet }) {
    const find = (name) => root.querySelector(name);
    Object.assign(this, { order, all: find('[data-part="all"]'), search: find('[data-part="search"]'), bars: find('[data-part="bars"]') });
    this.orders = root.querySelectorAll("[data-order]");
    this.all.addEventListener("click", () => arrange(() => { order.all = !order.all; }));
    for (const button of this.orders) {
      button.addEventListener("click", () => arrange(() => {
        if (button.dataset.order === "only") order.only = !order.only;
        else order.key = order.key === "trades" ? "" : "trades";
        order.descending = true;
      }));
    }
    const { search } = this;
    search.addEventListener("input", () => arrange(() => { order.query = search.value; }));
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !search.value) return;
      search.value = "";
      arrange(() => { order.query = ""; });
    });
    for (const button of this.bars.querySelectorAll("[data-bars]")) {
      button.addEventListener("click", () => {
        const { classes } = sheet();
        if (button.dataset.bars === "class") fold(this.outermost(sheet()).map((line) => nameOf(sheet(), line)), true);
        else fold(classes.map(({ name }) => name), false);
      });
    }
  }

  /** The classes that are in no other. */
  outermost({ symbols, top }) {
    return top.filter((line) => line >= symbols.length);
  }

  paint(sheet) {
    const { all, order } = this;
    const count = sheet.symbols.length;
    all.hidden = order.few(count);
    all.textContent = order.all ? `Show the ${FIRST_SHOWN} largest changes` : `Show all ${count.toLocaleString("en-US")} positions`;
    all.setAttribute("aria-expanded", String(order.all));
    this.search.hidden = count < SEARCH_FROM;
    const press = (button, on) => button.setAttribute("aria-pressed", String(on));
    for (const button of this.orders) press(button, button.dataset.order === "only" ? order.only : order.key === "trades");
    const classes = this.outermost(sheet);
    this.bars.hidden = !classes.length;
    const pressed = {
      class: classes.every((line) => order.folds(sheet, line)),
      fund: !sheet.classes.some(({ name }) => FOLDED.has(name)), // neither, where only some classes are folded
    };
    for (const button of this.bars.querySelectorAll("[data-bars]")) press(button, pressed[button.dataset.bars]);
  }
}
