// The rows of the table that are out of sight stay out of the document while a hand drags: laying them out again at
// every move is most of what a long table costs. Two empty rows keep their room, so nothing moves.

const WORTH_THINNING = 16; // rows

class Thin {
  /** `ended()` is called when the rows are back: they may show an older plan. */
  constructor(scroll, ended) {
    this.scroll = scroll;
    this.body = scroll.querySelector("tbody");
    this.ended = ended;
    this.spacers = ["before", "after"].map(() => {
      const row = document.createElement("tr");
      row.setAttribute("aria-hidden", "true");
      row.append(document.createElement("td"));
      return row;
    });
    const back = () => this.end();
    scroll.addEventListener("scroll", back, { passive: true });
    window.addEventListener("scroll", back, { passive: true, capture: true });
    this.stop = () => window.removeEventListener("scroll", back, { capture: true });
  }

  begin() {
    const rows = [...this.body.rows];
    if (this.rows || rows.length < WORTH_THINNING) return;
    const { top, bottom } = this.scroll.getBoundingClientRect();
    const places = rows.map((row) => row.getBoundingClientRect());
    const first = places.findIndex((place) => place.bottom >= Math.max(top, 0));
    const beyond = places.findIndex((place) => place.top > Math.min(bottom, window.innerHeight));
    const from = first < 0 ? rows.length : first, to = Math.max(from, beyond < 0 ? rows.length : beyond);
    const height = (start, end) => (end > start ? places[end - 1].bottom - places[start].top : 0);
    this.rows = rows;
    const [before, after] = this.spacers;
    [[before, height(0, from)], [after, height(to, rows.length)]].forEach(([row, room]) => {
      row.firstChild.style.cssText = `height: ${room}px; padding: 0; border: 0;`;
      row.hidden = !room;
    });
    this.body.replaceChildren(before, ...rows.slice(from, to), after);
  }

  end() {
    if (!this.rows) return;
    const { rows } = this;
    this.rows = undefined;
    if (!this.spacers[0].isConnected) return; // other rows have come in the meantime
    this.body.replaceChildren(...rows);
    this.ended();
  }
}
