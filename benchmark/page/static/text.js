// The text view: the list of articles, the columns of text with their marks, the filters.

let shown = new Map(); // the marks on the page by key, with their chips
let order = []; // the keys in the order of the text

function chip(mark, text) {
  const button = make("button", {
    type: "button",
    class: `chip k-${mark.css}`,
    "data-chip": current.chips ? chipText(mark) : mark.kind.glyph,
    "data-key": mark.key,
    "aria-label": spoken(mark, text),
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
  });
  mark.chip = button;
  shown.set(mark.key, mark);
  order.push(mark.key);
  return button;
}

/** A piece of text inside a span for each mark over it, each with an underline in its own lane. */
function piece(text, part, unit) {
  let node = document.createTextNode(text.slice(part.start, part.end));
  for (const mark of part.over.slice().reverse()) {
    const around = make("span", { class: `m ${unit ? "unit " : ""}k-${mark.css}`, "data-key": mark.key });
    around.style.setProperty("--lane", mark.lane);
    around.append(node);
    node = around;
  }
  return node;
}

/** The units of marks: one for all labels of a unit, wrong where one of them is. */
function units(marks) {
  const found = new Map();
  for (const mark of marks) {
    const place = `${mark.start} ${mark.end}`;
    const unit = found.get(place);
    if (!unit) found.set(place, { ...mark, lane: 0, marks: [mark] });
    else {
      unit.marks.push(mark);
      if (unit.css === "right" && mark.css !== "right") Object.assign(unit, { css: mark.css, key: mark.key });
    }
  }
  return [...found.values()];
}

function line(text, parts, at, unit) {
  const own = make("div", { class: "line", dir: "auto" });
  if (!text.slice(parts.from, parts.to).trim()) own.classList.add("blank");
  own.style.setProperty("--lanes", unit ? 0 : Math.max(0, parts.lanes - 1));
  own.style.gridRow = String(at + 3);
  for (const part of parts.pieces) {
    for (const mark of part.starting) {
      for (const one of mark.marks ?? [mark]) own.append(chip(one, text));
    }
    own.append(piece(text, part, unit));
  }
  return own;
}

/** One detector's column: its name, what is said of the whole text, and the text. */
function column(state, run, name) {
  const text = block(state.doc).text;
  const marks = marksOf(state, run, name);
  const whole = state.group.unit === "document";
  const inText = whole ? [] : state.group.unit === null ? marks : units(marks);
  intoLanes(inText);
  const title = state.mode === "gold" ? "Gold" : index.runs[run].name;
  const head = make("h4", { id: `column-${name}` }, title);
  const bar = make("div", { class: "whole" });
  if (whole) bar.append(...marks.map((mark) => chip(mark, text)));
  else if (!marks.length) bar.append("No marks.");
  bar.append(...answersAbout(state, run));
  const body = make("div", { class: "article", "data-column": name });
  segmented(text, inText).forEach((parts, at) => body.append(line(text, parts, at, state.group.unit !== null)));
  return make("section", { class: "column", "aria-labelledby": `column-${name}` }, head, bar, body);
}

/** How many marks of each label a document has: gold, and found by the detectors that are shown. */
function labelCounts(state) {
  const counts = new Map(state.group.labels.map((label) => [label, [0, 0]]));
  const { gold, found } = rowsOf(state.doc, state.task, state.a);
  gold.forEach((row) => (counts.get(row[2])[0] += 1));
  found.forEach((row) => (counts.get(row[2])[1] += 1));
  return counts;
}

function showLabels(state) {
  const counts = labelCounts(state);
  const chosen = state.labels ?? new Set(state.group.labels);
  byId("labels-summary").textContent = `Labels (${chosen.size} of ${state.group.labels.length})`;
  refill(
    byId("labels"),
    state.group.labels.map((label) => {
      const box = make("input", { type: "checkbox", value: label });
      box.checked = chosen.has(label);
      const [gold, found] = counts.get(label);
      const count = make("span", { class: "count" }, ` ${gold} gold, ${found} predicted`);
      return make("label", {}, box, " ", labelName(label), count);
    }),
  );
}

/** Replace the children of an element, unless one of them has the focus and the new ones are alike. */
function refill(parent, children) {
  const at = [...parent.querySelectorAll("input, a, button")].indexOf(document.activeElement);
  parent.replaceChildren(...children);
  if (at >= 0) parent.querySelectorAll("input, a, button")[at]?.focus({ preventScroll: true });
}

const tally = (counts) => {
  const partly = counts[BOUNDARY] + counts[LABEL] + counts[BOTH];
  const gold = counts[RIGHT] + partly + counts[MISSED];
  const parts = [`${gold} gold`, `${counts[RIGHT]} found`, `${counts[MISSED]} missed`, `${counts[SPURIOUS]} spurious`];
  if (partly) parts.splice(2, 0, `${partly} partly wrong`);
  return parts.join(" · ");
};

let listed = ""; // which list of articles is on the page

function showList(state) {
  const { group } = state;
  const key = `${state.task} ${state.a} ${state.b} ${state.mode} ${[...(state.labels ?? [])]} ${state.chips}`;
  const list = byId("documents");
  if (key !== listed) {
    const counts = group.counts[group.runs.indexOf(state.a)];
    const items = group.docs.map((doc, at) => {
      const [id, first] = index.docs[doc];
      const words = make("span", { class: "first", dir: "auto" }, first);
      const link = make("a", { "data-doc": doc }, make("b", {}, id), " ", words, " ");
      link.append(make("span", { class: "count" }, tally(counts[at])));
      return make("li", {}, link);
    });
    list.replaceChildren(...items);
    listed = key;
  }
  for (const link of list.querySelectorAll("a")) {
    const doc = Number(link.dataset.doc);
    link.href = linkTo({ doc, mark: null });
    if (doc === state.doc) {
      link.setAttribute("aria-current", "true");
      if (byId("view-text").dataset.doc !== String(doc)) scrollInto(list.parentElement, link);
    } else link.removeAttribute("aria-current");
  }
}

/** Scroll a box, and not the page, so that something in it is seen. */
function scrollInto(box, inner) {
  const place = inner.getBoundingClientRect();
  const around = box.getBoundingClientRect();
  if (place.top < around.top || place.bottom > around.bottom) box.scrollTop += place.top - around.top - 8;
}

function showLegend(state) {
  const kinds = state.mode === "both" ? TYPES : [SIDES[state.mode]];
  const here = new Set([...shown.values()].map((mark) => mark.css));
  const items = kinds.filter((kind) => here.has(kind.css)).map((kind) => {
    const sample = make("span", { class: `m k-${kind.css}` }, kind.name);
    return make("li", {}, make("span", { class: `sign k-${kind.css}`, "aria-hidden": "true" }, kind.glyph), " ", sample);
  });
  byId("legend").replaceChildren(...items);
}

function showFields(state) {
  const fields = Object.entries(block(state.doc).fields);
  byId("fields").replaceChildren(
    ...fields.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", { dir: "auto" }, value))),
  );
}

function showText(state) {
  shown = new Map();
  order = [];
  const { group } = state;
  byId("no-articles").hidden = state.doc !== null;
  byId("reading").hidden = state.doc === null;
  if (state.doc === null) return;
  showList(state);
  byId("document-title").textContent = index.docs[state.doc][0];
  showFields(state);
  showLabels(state);
  for (const [id, value] of [["run-a", state.a], ["run-b", state.b]]) {
    fill(byId(id), group.runs.map((run) => [run, index.runs[run].name]), value, id === "run-b" ? "none" : null);
  }
  for (const radio of document.querySelectorAll("input[name=mode]")) radio.checked = radio.value === state.mode;
  byId("chips").checked = state.chips;
  const two = state.b !== null && state.mode !== "gold";
  const columns = [column(state, state.a, "a"), ...(two ? [column(state, state.b, "b")] : [])];
  byId("columns").replaceChildren(...columns);
  byId("columns").classList.toggle("two", two);
  showLegend(state);
  const at = group.docs.indexOf(state.doc);
  byId("document-place").textContent = `Article ${at + 1} of ${group.docs.length}`;
  byId("previous-document").disabled = at <= 0;
  byId("next-document").disabled = at + 1 >= group.docs.length;
  byId("view-text").dataset.doc = state.doc;
}

/** Fill a list of choices, and choose one; `none` names the choice of nothing. */
function fill(select, choices, value, none) {
  const all = none === null ? choices : [["", none], ...choices];
  const before = [...select.options].map((option) => [option.value, option.textContent].join(" ")).join("\n");
  if (before !== all.map(([key, name]) => [key, name].join(" ")).join("\n")) {
    select.replaceChildren(...all.map(([key, name]) => make("option", { value: key }, String(name))));
  }
  select.value = value === null ? "" : String(value);
}

function step(by) {
  const { docs } = current.group;
  const doc = docs[docs.indexOf(current.doc) + by];
  if (doc !== undefined) go({ doc, mark: null });
}
