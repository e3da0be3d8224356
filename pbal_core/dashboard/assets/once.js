// What a view exports that has many parts: they come with its first data, and every request says that they are here.

const loaded = (window[Symbol.for("pbal.parts")] ??= new Map()); // id -> promise of what to put on the page

async function load({ html, css, js }) {
  const url = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const { default: mount } = await import(url);
  URL.revokeObjectURL(url);
  return { html, css, mount };
}

/** Puts the markup and the style where Streamlit puts those that a component is registered with. */
function furnish(place, id, { html, css }) {
  if (place.querySelector(":scope > [data-parts]")?.dataset.parts === id) return;
  const content = document.createElement("div"), style = document.createElement("style");
  content.dataset.parts = id;
  style.textContent = css;
  content.append(document.createRange().createContextualFragment(html), style);
  place.querySelector(":scope > [data-parts]")?.remove();
  place.append(content);
}

export default async function (component) {
  const { data, parentElement, setStateValue } = component;
  if (!data) return undefined;
  const { id, ...sent } = data.parts;
  if (sent.js && !loaded.has(id)) loaded.set(id, load(sent));
  const parts = await loaded.get(id);
  if (!parts) {
    setTimeout(() => setStateValue("request", { n: data.n, parts: "" })); // an answer that was lost had them
    return undefined;
  }
  furnish(parentElement, id, parts);
  return parts.mount({ ...component, setStateValue: (key, said) => setStateValue(key, { ...said, parts: id }) });
}
