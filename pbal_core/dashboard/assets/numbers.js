// The key numbers below the panels: a label and a value each, and what plan A has in its place.

class KeyNumbers {
  constructor(list) {
    this.list = list;
    this.items = [];
  }

  paint(shown, pinned) {
    const numbers = shown.numbers;
    while (this.items.length < numbers.length) {
      const group = document.createElement("div");
      const item = { group, label: cell(group, "dt", ""), value: cell(group, "dd", ""), other: cell(group, "dd", "pbal-a") };
      this.list.append(group);
      this.items.push(item);
    }
    this.items.forEach((item, k) => {
      item.group.hidden = k >= numbers.length;
      if (item.group.hidden) return;
      const [label, value, alert] = numbers[k];
      write(item.label, label);
      write(item.value, value);
      item.value.parentElement.toggleAttribute("data-alert", alert);
      const other = pinned?.numbers[k];
      write(item.other, other ?? "");
      item.other.parentElement.hidden = !other;
    });
  }
}
