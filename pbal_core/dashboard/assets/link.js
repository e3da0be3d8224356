// A link to copy. Where the browser does not let a page write to the clipboard, it is selected, ready for Ctrl+C.

export default function ({ parentElement, data }) {
  if (!data) return;
  const part = (name) => parentElement.querySelector(`[data-part="${name}"]`);
  const [text, said] = [part("text"), part("said")];
  if (text.value !== data.link) said.textContent = "";
  text.value = data.link;
  part("copy").onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.link);
      said.textContent = "Copied.";
    } catch {
      text.focus();
      text.select();
      said.textContent = "This browser does not let the page copy. The link is selected: copy it yourself.";
    }
  };
}
