// The panel of a mark: label, type of error, score, and what the annotators said.

const MOST_SAID = 20; // so many things that a model said of one mark are told
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

/** What a model said that a predicted mark was made from: of its label at its place first, then what overlaps it.
    Marks of units can come from spans with other labels. */
function saidOf(state, mark, own) {
  const label = labelName(mark.found[2]);
  const inUnits = state.group.unit !== null;
  const all = own.rows
    .filter((answer) => answer.doc === state.doc)
    .flatMap((answer) => [...answer.quotes, ...answer.units].map((one) => ({ answer, one })))
    .filter(({ one }) => one.at);
  const touching = all.filter(({ one }) => one.at[0] < mark.end && one.at[1] > mark.start);
  const alike = touching.filter(({ one }) => one.label === label || one.labels?.includes(label));
  const exact = alike.filter(({ one }) => same(one.at, mark.found));
  if (inUnits) return [exact, alike, touching].find((some) => some.length) ?? [];
  return [...exact, ...alike.filter((one) => !exact.includes(one))];
}

function saidList(state, mark) {
  const run = mark.column === "a" ? state.a : state.b;
  const own = mark.found ? answersOf(run) : null;
  const alike = new Map();
  for (const { answer, one } of own ? saidOf(state, mark, own) : []) {
    const key = JSON.stringify([one.label ?? one.labels, one.at, one.text, one.why, one.how]);
    if (!alike.has(key)) alike.set(key, { one, answers: [] });
    alike.get(key).answers.push(answer);
  }
  if (!alike.size) return [];
  const items = [...alike.values()].slice(0, MOST_SAID).map(({ one, answers }) => saidItem(state, mark, run, one, answers, own));
  const more = alike.size > MOST_SAID ? [make("p", { class: "count" }, `… and ${alike.size - MOST_SAID} more`)] : [];
  return [make("h4", {}, "What the model said"), make("ul", {}, ...items), ...more];
}

function saidItem(state, mark, run, one, answers, own) {
  const { text } = block(state.doc);
  const list = make("dl");
  const labels = one.label ?? one.labels.join(", ");
  if (labels !== labelName(mark.found[2])) term(list, "Label", labels || "no label");
  if (one.why) term(list, "Reason", one.why);
  if ("text" in one) term(list, "Quoted as", excerpt(one.text));
  else if (!same(one.at, mark.found)) term(list, "Words", quoted(text, one.at));
  if ("how" in one) term(list, "Placed", Object.hasOwn(PLACINGS, one.how) ? PLACINGS[one.how] : one.how);
  const samples = sampled(answers.map((answer) => answer.sample), own.samples);
  if (samples) term(list, "Samples", samples);
  const links = answers.flatMap((answer) => [answerLink(run, `answer ${answer.number + 1}`, { answer: answer.number }), " "]);
  term(list, "In full", ...links);
  return make("li", {}, list);
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
  return [list, ...saidList(state, mark), ...ownList(state, gold ?? found)];
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
