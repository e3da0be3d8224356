// The ladder of trades. It asks Python for its steps once the plan has settled and only while it is in view, so that no
// plan waits for it; until the answer is there, the steps of the question before are dimmed.

const REST = 250; // ms after a plan has settled
// What several fragments of a page send at one moment runs only one of them again, so a press must never meet a question
// that nobody asked: it waits until the reader and the page have been quiet for so many ms.
const QUIET = 600;
const HANDS = ["pointerdown", "pointerup", "click", "keydown", "input"];

class Ladder {
  constructor(root) {
    this.root = root.querySelector(".pbal-ladder");
    this.steps = this.root.querySelector(".pbal-steps");
    this.settled = ({ detail }) => { this.question = detail; this.look(); };
    document.addEventListener("pbal-settled", this.settled);
    this.handled = performance.now();
    this.touched = () => { this.handled = performance.now(); };
    for (const name of HANDS) document.addEventListener(name, this.touched, { capture: true, passive: true });
    // What is not drawn is never in view, so the place above it is watched.
    this.watch = new IntersectionObserver(([entry]) => { this.near = entry.isIntersecting; this.look(); }, { rootMargin: "80px" });
    this.watch.observe(root);
  }

  stop() {
    clearTimeout(this.resting);
    this.watch.disconnect();
    document.removeEventListener("pbal-settled", this.settled);
    for (const name of HANDS) document.removeEventListener(name, this.touched, { capture: true });
  }

  /** Whether nobody touches the page, and nothing is under way. */
  get quiet() {
    return performance.now() - this.handled > QUIET && document.querySelector(".pbal")?.dataset.state === "settled"
      && !document.querySelector('[data-test-script-state="running"]');
  }

  /** Asks once the page is quiet. */
  ask() {
    if (this.quiet) this.send({ ask: this.question });
    else this.resting = setTimeout(() => this.ask(), REST);
  }

  receive(data, send) {
    this.send = send;
    this.known = data.known;
    this.question ??= document.querySelector(".pbal")?.dataset.question;
    this.draw(data);
    this.look();
  }

  /** Asks for the steps of the question on the page, where they are not here and somebody would see them. */
  look() {
    const old = this.known?.question !== this.question;
    this.root.toggleAttribute("data-old", old);
    clearTimeout(this.resting);
    if (!old || !this.near || !this.question) return;
    this.resting = setTimeout(() => this.ask(), REST);
  }

  draw({ known, chosen }) {
    const steps = known?.steps ?? [];
    this.root.hidden = known !== null && steps.length < 2;
    const focused = document.activeElement?.closest?.(".pbal-steps button")?.dataset.most;
    this.steps.replaceChildren(...steps.map((step) => this.step(step, step.most === chosen)));
    if (focused !== undefined) this.steps.querySelector(`[data-most="${focused}"]`)?.focus();
  }

  step({ most, label, value, rise }, chosen) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.most = String(most);
    button.setAttribute("aria-pressed", String(chosen));
    const line = document.createElement("span");
    line.className = "pbal-rise";
    line.style.setProperty("--rise", String(rise));
    const words = document.createElement("span");
    words.className = "pbal-step";
    const number = document.createElement("b");
    number.textContent = value;
    words.append(number, label);
    button.append(line, words);
    button.addEventListener("click", () => this.send({ choose: most }));
    return button;
  }
}

export default mounted(Ladder, ({ setTriggerValue }, request) => setTriggerValue("request", request));
