// The committed plan's trades as plain lines, on the clipboard; where that is out of reach (an address that is neither
// https nor this computer), selected on the page, to be copied by hand.

const FLASH = 1800; // ms that the button says what it has done

class Copying {
  constructor(root, said) {
    this.button = root.querySelector('[data-action="copy"]');
    this.label = this.button.textContent;
    this.room = root.querySelector('[data-part="copied"]');
    this.box = this.room.querySelector("textarea");
    this.said = said;
  }

  async copy(lines) {
    const text = lines.join("\n");
    try {
      await navigator.clipboard.writeText(text);
      this.said("The trades are copied.");
      this.flash("Copied");
    } catch {
      this.box.value = text;
      this.box.rows = Math.min(12, lines.length);
      this.room.hidden = false;
      this.box.focus();
      this.box.select();
    }
  }

  close() {
    this.room.hidden = true;
    this.button.focus();
  }

  flash(word) {
    clearTimeout(this.flashing);
    this.button.textContent = word;
    this.flashing = setTimeout(() => { this.button.textContent = this.label; }, FLASH);
  }
}
