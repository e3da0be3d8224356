// What is along a slider: a thin line of where it leads, and the landmarks on it. Python has computed both for every
// position; here they only get their places. The line is as high as the plan is balanced, or has trades.

const LEAST_RANGE = 50; // thousandths: less than five points of balance make no hill
const WORDS = {
  cash: "The line shows how balanced the plan is for each amount. L goes to the next mark, Shift and L back.",
  min_trade: "The line shows how many trades the plan has for each amount.",
};

class Track {
  /** Puts the line and the marks around a slider; `go(place)` is called when a mark is pressed. */
  constructor(slider, axis, go) {
    this.axis = axis;
    this.go = go;
    this.landmarks = [];
    const cell = document.createElement("span");
    cell.className = "pbal-cell";
    const line = slider.previousElementSibling;
    slider.replaceWith(cell);
    this.line = line.firstElementChild;
    this.marks = document.createElement("span");
    this.marks.className = "pbal-marks";
    this.marks.setAttribute("role", "group");
    this.marks.setAttribute("aria-label", "Amounts worth knowing");
    cell.append(line, slider, this.marks);
    slider.title = WORDS[axis];
    if (axis === "cash") slider.setAttribute("aria-keyshortcuts", "L Shift+L");
  }

  /** Draws what is along the slider for a sweep; `labels` are the amounts of its positions. */
  draw(sweep, labels) {
    if (this.drawn === sweep && this.labels === labels) return;
    Object.assign(this, { drawn: sweep, labels });
    const data = sweep?.data;
    this.line.setAttribute("d", data ? this.path(data, labels.length - 1) : "");
    const words = new Map();
    for (const { place, words: text } of data?.landmarks ?? []) {
      words.set(place, words.has(place) ? `${words.get(place)}; ${text}` : text);
    }
    this.landmarks = [...words].map(([place, text]) => ({ place, words: text }));
    const focused = [...this.marks.children].indexOf(document.activeElement);
    this.marks.replaceChildren(...this.landmarks.map((mark, k, all) => {
      const gaps = [all[k - 1], all[k + 1]].map((other) => (other ? Math.abs(other.place - mark.place) : labels.length));
      return this.button(mark, labels, Math.min(...gaps));
    }));
    this.marks.children[focused]?.focus();
  }

  path({ places, balance, trades }, last) {
    const trading = this.axis === "min_trade";
    const values = trading ? trades : balance;
    const known = values.filter((value) => value >= 0);
    const high = Math.max(...known, trading ? 1 : 0);
    const low = trading ? 0 : Math.min(...known, high - LEAST_RANGE);
    let pen = "M", d = "", before = 0;
    places.forEach((place, i) => {
      const x = Math.round((10_000 * place) / last) / 10, y = Math.round(100 * (1 - (values[i] - low) / (high - low)));
      if (values[i] < 0) pen = "M";
      else {
        if (trading && pen === "L") d += `L${x} ${before}`; // trades are counted: the line has steps
        d += `${pen}${x} ${y}`;
        pen = "L";
        before = y;
      }
    });
    return d;
  }

  /** A landmark, as wide as its neighbours let it be: `gap` positions. */
  button({ place, words }, labels, gap) {
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = "pbal-mark";
    const part = place / (labels.length - 1);
    mark.style.setProperty("--at", String(part));
    mark.style.setProperty("--gap", String(gap / (labels.length - 1)));
    mark.toggleAttribute("data-right", part > 0.5);
    mark.dataset.words = `${labels[place]}: ${words}`;
    mark.setAttribute("aria-label", mark.dataset.words);
    mark.addEventListener("click", () => this.go(place));
    return mark;
  }

  /** What a position means, where it is a landmark. */
  words(place) {
    return this.landmarks.find((mark) => mark.place === place)?.words ?? "";
  }

  /** The next landmark beyond a position, or the one before it; undefined beyond the last. */
  next(place, back) {
    const places = this.landmarks.map((mark) => mark.place);
    return back ? places.filter((each) => each < place).pop() : places.find((each) => each > place);
  }
}
