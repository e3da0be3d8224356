// Undo and Redo are the browser's Back and Forward, so that there is one history; and a word while the server is away.

const AWAY = "No connection to the server: what you see is from before, and nothing you change counts until it is back.";
const PATIENCE = 1500; // ms: a short break needs no word

class Undo {
  constructor(root) {
    this.buttons = Object.fromEntries([...root.querySelectorAll("button")].map((button) => [button.dataset.way, button]));
    for (const [way, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.go(way));
    this.line = root.querySelector(".pbal-offline");
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
    this.app = document.querySelector("[data-test-connection-state]");
    this.watcher = new MutationObserver(() => this.watch());
    if (this.app) this.watcher.observe(this.app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  }

  stop() {
    document.removeEventListener("keydown", this.keys);
    this.watcher.disconnect();
    clearTimeout(this.waiting);
  }

  receive({ undo, redo }) {
    this.buttons.back.disabled = !undo;
    this.buttons.forward.disabled = !redo;
  }

  /** One step, then wait for the answer: a second press must not leave the page. */
  go(way) {
    if (this.buttons[way].disabled) return;
    for (const button of Object.values(this.buttons)) button.disabled = true;
    window.history[way]();
  }

  /** Ctrl+Z and Ctrl+Shift+Z or Ctrl+Y, but in a box that has an undo of its own. */
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest?.("input:not([type=range], [type=radio], [type=checkbox]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.go(key === "y" || event.shiftKey ? "forward" : "back");
  }

  watch() {
    clearTimeout(this.waiting);
    const away = this.app.dataset.testConnectionState !== "CONNECTED";
    if (away) {
      this.lost = true;
      this.waiting = setTimeout(() => {
        this.line.textContent = AWAY;
        this.line.hidden = false;
      }, PATIENCE);
      return;
    }
    this.line.hidden = true;
    if (!this.lost) return;
    this.lost = false;
    // Streamlit runs nothing when a connection comes back, so a page whose session has ended would look alive. This
    // asks for a run, as Back does: the same session answers as before, a new one says what is gone.
    window.dispatchEvent(new PopStateEvent("popstate", { state: window.history.state }));
  }
}

const undos = new WeakMap();

export default function ({ parentElement, data }) {
  if (!data) return undefined;
  if (!undos.has(parentElement)) undos.set(parentElement, new Undo(parentElement));
  undos.get(parentElement).receive(data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit ends every call that a newer one has overtaken, too
    undos.get(parentElement)?.stop();
    undos.delete(parentElement);
  };
}
