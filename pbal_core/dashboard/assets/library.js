// Unpacks the plotly.js that Python sends, compressed, after everything else; the chart waits for it.

export default async function ({ data }) {
  const key = Symbol.for("pbal.plotly");
  if (!window[key]) {
    const slot = {};
    slot.promise = new Promise((resolve) => (slot.resolve = resolve));
    window[key] = slot;
  }
  if (window[key].started || !data) return;
  window[key].started = true;
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  const url = URL.createObjectURL(new Blob([await new Response(stream).blob()], { type: "text/javascript" }));
  const script = document.createElement("script");
  script.src = url;
  script.addEventListener("load", () => {
    URL.revokeObjectURL(url);
    window[key].resolve(window.Plotly);
  });
  document.head.append(script);
}
