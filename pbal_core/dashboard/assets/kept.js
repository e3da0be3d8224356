// The last session in the browser's own storage, once the reader has switched that on. The switch is the entry itself:
// while there is one, the session is kept, in every tab; without one, nothing is written.

const ENTRY = "pbal-session";
const BLOCKED = "This browser does not let the page store anything.";
const FULL = "This browser has no room for the session, so it keeps the last one that fitted.";

class Kept {
  constructor(root) {
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.about = this.part.words.textContent;
    this.part.switch.addEventListener("change", () => this.turn(this.part.switch.checked));
    this.part.forget.addEventListener("click", () => {
      this.turn(false);
      this.part.switch.focus();
    });
  }

  /** Takes an answer of Python: the session to keep, or null while nothing is to be written. */
  receive({ on, text, refused }, send) {
    this.send = send;
    let words = this.about;
    try {
      const kept = localStorage.getItem(ENTRY);
      if (kept !== null && text !== null && text !== kept) words = this.write(text);
      if (kept !== null && !on && !refused) send({ on: true, text: kept });
      if (kept === null && on) send({ on: false }); // forgotten in another tab
      this.show(kept !== null, words);
    } catch {
      this.part.switch.disabled = true;
      this.show(false, BLOCKED);
    }
  }

  write(text) {
    try {
      localStorage.setItem(ENTRY, text);
      return this.about;
    } catch {
      return FULL;
    }
  }

  turn(on) {
    try {
      if (on) localStorage.setItem(ENTRY, "");
      else localStorage.removeItem(ENTRY);
      this.show(on, this.about);
      this.send({ on });
    } catch {
      this.show(false, BLOCKED);
    }
  }

  show(on, words) {
    this.part.switch.checked = on;
    this.part.forget.hidden = !on;
    this.part.words.textContent = words;
  }
}

export default mounted(Kept, ({ setTriggerValue }, told) => setTriggerValue("told", told));
