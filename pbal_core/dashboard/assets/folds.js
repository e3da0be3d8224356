// Which classes and sets are folded, by name: the plan's table, its chart and the table of targets fold together, and
// each of them is a component of its own.

const FOLDED = (window[Symbol.for("pbal.folds")] ??= new Set());

/** Folds what is named, or opens it again, and says so to the page. */
function fold(names, folded) {
  for (const name of names) {
    if (folded) FOLDED.add(name);
    else FOLDED.delete(name);
  }
  document.dispatchEvent(new Event("pbal-folds"));
}
