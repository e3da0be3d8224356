// What conducts a plan that follows the hand, of one portfolio or of a household: the hand's moves, when a request is
// sent, and which answers are news.

const KEYBOARD_PAUSE = 140; // ms: held arrow keys commit once, when they rest
const SETTLE_PAUSE = 60; // ms: plotly.js draws after the last move, never between two
const NO_HOVER = matchMedia("(hover: none)");

/** The rest is the view's own: `ask`, `reach`, `paint` and `settle`; `moves` and `rests` where a drag is more to it. */
class Conductor {
  constructor(root) {
    this.root = root.querySelector(".pbal");
    this.part = (name) => this.root.querySelector(`[data-part="${name}"]`);
    this.sentence = document.createTextNode("");
    const line = document.createElement("span");
    line.append(this.sentence);
    this.part("sentence").append(line);
    this.numbers = new KeyNumbers(this.part("numbers"));
    this.copying = new Copying(this.root, (words) => { this.part("spoken").textContent = words; });
    this.sent = 0; // number of the last request
    this.asked = 0; // number of the last request with amounts
    this.answered = 0; // number of the last one that has its answer
    this.dragging = false;
  }

  stop() {
    this.chart.stop();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    clearTimeout(this.pausing);
    document.dispatchEvent(new Event("pbal-table")); // the targets that were typed in it need another place
  }

  /** Whether an answer is overtaken by a newer move, and so no news; and whether the amounts are still what it is of. */
  hear({ n }, send) {
    this.send = send;
    const overtaken = n < this.asked;
    this.sent = Math.max(this.sent, n); // a view that is new here goes on from the last number
    return { overtaken, current: !overtaken && !this.dragging && this.pausing === undefined };
  }

  /** A slider and its box in the reader's hand. */
  hand(control, which) {
    return new Amount(control, {
      pressed: () => {
        this.dragging = true;
        clearTimeout(this.settling);
      },
      moved: () => {
        this.mark("moving");
        this.moves();
        this.paintSoon();
      },
      released: () => {
        this.dragging = false;
        this.rests();
        if (this.root.dataset.state === "moving") this.mark("waiting"); // also where the thumb came back to its start
        this.settleSoon();
      },
      committed: (how) => {
        if (how === "box") this.paintSoon();
        this.commit(how === "keys" ? KEYBOARD_PAUSE : 0);
      },
      reached: () => this.reach(which),
    });
  }

  moves() {}

  rests() {}

  commit(pause) {
    clearTimeout(this.pausing);
    const now = () => {
      this.pausing = undefined;
      this.ask();
      this.settleSoon();
    };
    if (pause) this.pausing = setTimeout(now, pause);
    else now();
  }

  /** What a test (or a style) may wait for: moving, waiting for Python, settled. */
  mark(state) {
    this.root.dataset.state = state;
  }

  paintSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  settleSoon(pause = SETTLE_PAUSE) {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), pause);
  }

  /** Says the plan in words, once a commit. */
  speak(words) {
    const spoken = this.part("spoken");
    if (spoken.textContent !== words) spoken.textContent = words;
  }
}

/** In a moment of its own: what several controls send at one moment is one message, which runs one fragment alone. */
function request({ setStateValue }, said) {
  setTimeout(() => setStateValue("request", said));
}
