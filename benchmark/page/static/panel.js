// The panel of a mark: label, type of error, score, and what the annotators said.

let opener = null; // the key of the mark whose panel is open

function term(list, name, ...value) {
  list.append(make("dt", {}, name), make("dd", { dir: "auto" }, ...value));
}

const quoted = (text, row) => `“${excerpt(text.slice(row[0], row[1]))}”`;
const place = (text, row) => `characters ${characters(text, row[0])}–${characters(text, row[1])}`;
const same = (one, other) => one[0] === other[0] && one[1] === other[1];
const SURE = { 1: "borderline", 2: "probable", 3: "sure" };

/** What a note says, as terms of a list. */
function noted(list, note) {
  if (note.by) term(list, "Marked by", note.by.map((who) => index.people[who]).join(", "));
  if (note.why) term(list, "Rationale", note.why);
  if ("rewrite" in note) term(list, "Rewrite", note.rewrite === "" ? "(delete it)" : note.rewrite);
  if (note.sure) term(list, "Confidence", SURE[note.sure] ?? String(note.sure));
  if (note.quoted) term(list, "Quoted", "yes, the words stand in a quotation");
  if (note.also) term(list, "Also", note.also.join(", "));
}

/** The annotators' own marks that touch a place. */
function ownMarks(state, row) {
  const own = block(state.doc).own?.[state.group.layer] ?? {};
  const found = [];
  for (const [who, rows] of Object.entries(own)) {
    for (const mark of rows) {
      if (mark[0] < row[1] && mark[1] > row[0]) found.push([index.people[who], mark]);
    }
  }
  return found;
}

function ownList(state, row) {
  const { text, notes } = block(state.doc);
  const found = ownMarks(state, row);
  if (!found.length) return [];
  const items = found.map(([who, mark]) => {
    const words = same(mark, row) ? "" : ` ${quoted(text, mark)}`;
    const list = make("dl");
    if (mark[4] !== undefined && mark[4] !== null) noted(list, notes[mark[4]]);
    return make("li", { dir: "auto" }, make("b", {}, who), `: ${labelName(mark[2])}${words}`, list);
  });
  return [make("h4", {}, "The annotators’ own marks here"), make("ul", {}, ...items)];
}

function details(state, mark) {
  const { text, notes } = block(state.doc);
  const { gold, found, type } = mark;
  const list = make("dl");
  term(list, "Verdict", TYPES[type].name);
  if (gold) term(list, "Gold label", labelName(gold[2]));
  if (found) term(list, "Predicted label", labelName(found[2]));
  if (gold && found && !same(gold, found)) {
    term(list, "Gold words", `${quoted(text, gold)}, ${place(text, gold)}`);
    term(list, "Predicted words", `${quoted(text, found)}, ${place(text, found)}`);
  } else term(list, "Words", `${quoted(text, gold ?? found)}, ${place(text, gold ?? found)}`);
  if (found && found[3] !== undefined && found[3] !== null) term(list, "Score", String(found[3]));
  for (const [name, row] of [["Gold attribution", gold], ["Predicted attribution", found]]) {
    if (row?.[5]) term(list, name, `number ${row[5].join(", ")}`);
  }
  if (gold && gold[4] !== undefined && gold[4] !== null) noted(list, notes[gold[4]]);
  return [list, ...ownList(state, gold ?? found)];
}

/** The mark of a key, also where the mode shows its pair by the other one's key. */
function markAt(key) {
  if (shown.has(key)) return shown.get(key);
  const [, column, side, at] = /^([ab])-([gp])(\d+)$/.exec(key ?? "") ?? [];
  const which = side === "g" ? "g" : "p";
  return [...shown.values()].find((mark) => mark.column === column && mark[which] === Number(at)) ?? null;
}

function showPanel(state) {
  const panel = byId("panel");
  const mark = state.view === "text" && state.mark ? markAt(state.mark) : null;
  for (const one of document.querySelectorAll(".opened")) one.classList.remove("opened");
  if (!mark) {
    const before = opener && shown.get(opener)?.chip;
    const inside = panel.contains(document.activeElement) || document.activeElement === document.body;
    panel.hidden = true;
    if (opener && before && inside) before.focus({ preventScroll: true });
    opener = null;
    return;
  }
  opener = mark.key;
  const label = labelName((mark.side === "gold" ? mark.gold : mark.found)[2]);
  byId("panel-title").textContent = `${mark.kind.glyph} ${label}`;
  byId("panel-body").replaceChildren(...details(state, mark));
  byId("panel-link").href = hashOf(state);
  panel.hidden = false;
  mark.chip.setAttribute("aria-expanded", "true");
  mark.chip.classList.add("opened");
  for (const part of document.querySelectorAll(`.m[data-key="${mark.key}"]`)) part.classList.add("opened");
  mark.chip.scrollIntoView();
  byId("panel-title").focus({ preventScroll: true });
}

/** Go to the next mark or the one before: open it where a panel is open, else give it the focus. */
function stepMark(by) {
  if (!order.length) return;
  const focused = document.activeElement?.dataset?.key;
  const at = order.indexOf(opener ?? focused ?? "");
  const key = at < 0 ? order[by > 0 ? 0 : order.length - 1] : order[at + by];
  if (key === undefined) return;
  if (opener) go({ mark: key });
  else {
    shown.get(key).chip.focus({ preventScroll: true });
    shown.get(key).chip.scrollIntoView({ block: "nearest" });
  }
}
