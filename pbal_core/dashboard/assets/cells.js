// What every table is made of: a text node that is written only where it changes.

/** Writes text into a text node if it differs, which is what keeps a drag cheap. */
function write(node, text) {
  if (node.data !== text) node.data = text;
}

/** A cell with a text node of its own, which is what it returns. */
function cell(row, tag, classes) {
  const element = document.createElement(tag);
  element.className = classes;
  const text = document.createTextNode("");
  element.append(text);
  row.append(element);
  return text;
}
