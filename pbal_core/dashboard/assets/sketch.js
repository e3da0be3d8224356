// The bars while a hand drags: the same rectangles that plotly.js drew, on a canvas above them. A browser repaints a
// canvas much faster than a drawing of paths; when the hand lets go, plotly.js draws the bars itself again.

const DIAMOND = 1.3 * 4.5; // pixels from the middle of plan A's mark to its corners, as plotly.js makes them

class Sketch {
  constructor(element) {
    this.element = element; // where plotly.js draws
    this.canvas = document.createElement("canvas");
    this.canvas.className = "pbal-sketch";
    this.canvas.setAttribute("aria-hidden", "true");
  }

  /** Covers the bars that were drawn; `drawn` are their places, `rows` of them have a mark of plan A. */
  begin(drawn) {
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    const { clientWidth: width, clientHeight: height } = this.element;
    const scale = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    this.element.append(this.canvas);
    this.ink = this.canvas.getContext("2d");
    this.ink.setTransform(scale, 0, 0, scale, scale * drawn.left, scale * drawn.top);
    this.colours = drawn.samples.map((path) => path && (({ fill, stroke, strokeWidth }) => ({ fill, stroke, width: parseFloat(strokeWidth) }))(getComputedStyle(path)));
    this.element.toggleAttribute("data-sketched", true);
  }

  /** Draws one plan: where each bar and each target ends, and each mark of plan A, in pixels from the top. */
  draw(ends, targets, pins) {
    const { ink, drawn } = this;
    const [before, after, target, pin] = this.colours;
    ink.clearRect(-drawn.left, -drawn.top, this.element.clientWidth, this.element.clientHeight);
    ink.strokeStyle = before.stroke;
    ink.lineWidth = before.width;
    for (const bar of drawn.befores) if (bar) ink.strokeRect(bar.left, bar.top, bar.right - bar.left, drawn.base - bar.top);
    ink.fillStyle = after.fill;
    drawn.bars.forEach((bar, k) => bar && ink.fillRect(bar.left, ends[k], bar.right - bar.left, drawn.base - ends[k]));
    ink.strokeStyle = target.stroke;
    ink.lineWidth = target.width;
    ink.beginPath();
    drawn.ticks.forEach((tick, k) => {
      if (!tick) return;
      ink.moveTo(tick.left, targets[k]);
      ink.lineTo(tick.right, targets[k]);
    });
    ink.stroke();
    if (!pin || !pins) return;
    Object.assign(ink, { fillStyle: pin.fill, strokeStyle: pin.stroke, lineWidth: pin.width });
    ink.beginPath();
    drawn.ticks.forEach((tick, k) => {
      if (!tick) return;
      const x = (tick.left + tick.right) / 2, y = pins[k];
      ink.moveTo(x, y - DIAMOND);
      ink.lineTo(x + DIAMOND, y);
      ink.lineTo(x, y + DIAMOND);
      ink.lineTo(x - DIAMOND, y);
      ink.closePath();
    });
    ink.fill();
    ink.stroke();
  }

  /** Uncovers the bars of plotly.js. */
  end() {
    if (!this.drawn) return;
    this.drawn = undefined;
    this.canvas.remove();
    this.element.removeAttribute("data-sketched");
  }
}
