// Undo and Redo are the browser's Back and Forward, so that there is one history; and a word while the server is away or
// slow.

const AWAY = "No connection to the server: what you see is from before, and nothing you change counts until it is back.";
const PATIENCE = 1500; // ms: a short break needs no word
const SLOW = "Still waiting for the server to answer.";
const SLOW_AFTER = 3000; // ms: until then a dimmed plan says enough
const RUNS = ["rerunRequested", "running"]; // Streamlit's words for a page whose answer is on its way
const LOOK = 40; // ms between two looks at whether the answer is there that a press waits for
const LONGEST = 10_000; // ms that a press waits for it; longer where there is nothing to undo without it

const REST = 1000; // ms: between the answers of the plan and of the page, Streamlit rests as if all were said

class Undo {
  constructor(root) {
    this.buttons = Object.fromEntries([...root.querySelectorAll("button")].map((button) => [button.dataset.way, button]));
    for (const [way, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.go(way));
    this.line = root.querySelector(".pbal-offline");
    this.can = { back: false, forward: false };
    this.presses = []; // that wait for an answer
    this.asked = -REST; // when an answer was last seen to be on its way
    this.stepping = false; // a step has no answer yet
    this.behind = false; // targets were sent, and no answer has come here since
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
    this.app = document.querySelector("[data-test-connection-state]");
    this.watcher = new MutationObserver(() => this.watch());
    const watched = { attributes: true, subtree: true, attributeFilter: ["data-test-connection-state", "data-test-script-state", "data-state"] };
    if (this.app) this.watcher.observe(document.body, watched); // the plan, too, has a state: a commit of its own is no run to Streamlit
  }

  stop() {
    document.removeEventListener("keydown", this.keys);
    this.watcher.disconnect();
    clearTimeout(this.waiting);
    clearTimeout(this.looking);
  }

  receive({ undo, redo }) {
    this.can = { back: undo, forward: redo };
    this.stepping = false;
    this.behind = this.typing;
    // Not `disabled`, which would take the focus, and a press that is about a change whose answer is on its way.
    for (const [way, button] of Object.entries(this.buttons)) button.setAttribute("aria-disabled", String(!this.can[way]));
    this.goOn();
  }

  go(way) {
    if (!this.presses.length) this.pressed = performance.now();
    this.presses.push(way);
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.goOn(), LOOK); // Streamlit needs a moment to show what was pressed just before
  }

  /** Does what was pressed, one step after the other: a step that is not there yet must not leave the page. */
  goOn() {
    clearTimeout(this.looking);
    if (!this.presses.length || this.stepping) return; // the answer to a step comes here again
    const now = performance.now(), can = this.can[this.presses[0]], asking = this.asking;
    if (asking) this.asked = now;
    if (asking ? now - this.pressed < LONGEST || !can : now - this.asked < REST && !can) {
      this.looking = setTimeout(() => this.goOn(), LOOK);
      return;
    }
    const way = this.presses.shift();
    if (!this.can[way]) {
      this.presses = [];
      return;
    }
    this.stepping = true;
    window.history[way]();
  }

  /** Whether a change, which may be what is to be undone, has no answer yet. */
  get asking() {
    this.behind ||= this.typing; // until this view has an answer too
    return this.behind || RUNS.includes(this.app?.dataset.testScriptState) || ["moving", "waiting"].includes(document.querySelector(".pbal")?.dataset.state);
  }

  /** Whether targets have been sent that Python has not judged yet. */
  get typing() { return Boolean(document.querySelector(".pbal-weights[data-sent]")); }

  /** Ctrl+Z and Ctrl+Shift+Z or Ctrl+Y, but in a box that has an undo of its own. */
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest?.("input:not([type=range], [type=radio], [type=checkbox]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.go(key === "y" || event.shiftKey ? "forward" : "back");
  }

  /** Says what the page waits for, once that takes long: the connection, or an answer. */
  watch() {
    const away = this.app.dataset.testConnectionState !== "CONNECTED";
    const slow = RUNS.includes(this.app.dataset.testScriptState) || document.querySelector(".pbal")?.dataset.state === "waiting";
    const words = away ? AWAY : slow ? SLOW : "";
    if (words !== this.awaited) {
      this.awaited = words;
      clearTimeout(this.waiting);
      this.line.hidden = true;
      if (words) this.waiting = setTimeout(() => {
        this.line.textContent = words;
        this.line.hidden = false;
      }, away ? PATIENCE : SLOW_AFTER);
    }
    this.lost ||= away;
    if (away || !this.lost) return;
    this.lost = false;
    // Streamlit runs nothing when a connection comes back, so a page whose session has ended would look alive. This
    // asks for a run, as Back does: the same session answers as before, a new one says what is gone.
    window.dispatchEvent(new PopStateEvent("popstate", { state: window.history.state }));
  }
}

export default mounted(Undo);
