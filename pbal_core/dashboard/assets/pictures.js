// The chart as a picture: the live view, which has drawn it, saves it.

export default function ({ parentElement }) {
  for (const button of parentElement.querySelectorAll("[data-format]")) {
    button.onclick = () => document.dispatchEvent(new CustomEvent("pbal-save", { detail: button.dataset.format }));
  }
}
