// What every component exports: one view for each place on the page, told what Python sends and how to answer.

/** `send(component, answer)` hands an answer of the view to Streamlit. */
function mounted(View, send) {
  const views = new WeakMap();
  return (component) => {
    const { parentElement, data } = component;
    if (!data) return undefined;
    if (!views.has(parentElement)) views.set(parentElement, new View(parentElement));
    views.get(parentElement).receive(data, (answer) => send(component, answer));
    return () => {
      if (parentElement.isConnected) return; // Streamlit ends every call that a newer one has overtaken, too
      views.get(parentElement)?.stop?.();
      views.delete(parentElement);
    };
  };
}
