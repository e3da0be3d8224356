// The ladder of trades. It asks Python for its steps once the plan has settled and only while it is in view, so that no
// plan waits for it; until the answer is there, the steps of the question before are dimmed.

const REST = 250; // ms after a plan has settled

class Ladder {
  constructor(root) {
    this.root = root.querySelector(".pbal-ladder");
    this.steps = this.root.querySelector(".pbal-steps");
    this.settled = ({ detail }) => { this.question = detail; this.look(); };
    document.addEventListener("pbal-settled", this.settled);
    // What is not drawn is never in view, so the place above it is watched.
    this.watch = new IntersectionObserver(([entry]) => { this.near = entry.isIntersecting; this.look(); }, { rootMargin: "80px" });
    this.watch.observe(root);
  }

  stop() {
    clearTimeout(this.resting);
    this.watch.disconnect();
    document.removeEventListener("pbal-settled", this.settled);
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
    this.resting = setTimeout(() => this.send({ ask: this.question }), REST);
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

const ladders = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return undefined;
  if (!ladders.has(parentElement)) ladders.set(parentElement, new Ladder(parentElement));
  ladders.get(parentElement).receive(data, (request) => setTriggerValue("request", request));
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends every call that a newer one has overtaken, too
    ladders.get(parentElement)?.stop();
    ladders.delete(parentElement);
  };
}
