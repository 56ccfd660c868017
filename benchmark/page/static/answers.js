// The answers of language models: the requests of a run in a list, and each reply with all that was read from it.

const STATUSES = {
  ok: { css: "right", glyph: "✓" },
  invalid: { css: "boundary", glyph: "?" },
  refused: { css: "label", glyph: "⊘" },
  failed: { css: "missed", glyph: "✗" },
};
const LOST = "unplaced";
const ASKED_FOR = [...Object.keys(STATUSES), LOST];
const PLACINGS = {
  exact: "found word for word",
  normalised: "found after white space, quotation marks, dashes and case were evened out",
  fuzzy: "found nearly: some letters differ",
  unplaced: "not found in the text, so that it is no mark",
};
const ANSWER_COLUMNS = [
  { key: "number", name: "Answer", shown: () => true },
  { key: "doc", name: "Article", shown: () => true },
  { key: "part", name: "Part", shown: ({ rows }) => rows.some((row) => row.part > 0) },
  { key: "sample", name: "Sample", shown: ({ samples }) => samples > 1 },
  { key: "status", name: "Status", shown: () => true },
  { key: "lost", name: "Not placed", shown: ({ rows }) => rows.some((row) => row.quotes.length) },
  { key: "in", name: "Tokens in", shown: ({ rows }) => rows.some((row) => "in" in row) },
  { key: "out", name: "Tokens out", shown: ({ rows }) => rows.some((row) => "out" in row) },
  { key: "cost", name: "Cost", shown: ({ rows }) => rows.some((row) => "cost" in row) },
  { key: "seconds", name: "Seconds", shown: () => true },
  { key: "problem", name: "Problem", shown: ({ rows }) => rows.some((row) => row.problem) },
];
const FIGURES = ["part", "sample", "lost", "in", "out", "cost", "seconds"];

const replies = new Map();
let openedAnswer = null; // the number of the answer that is open
let answerList = []; // the rows that are listed, in their order

/** The answers of a run, parsed when they are first looked at; null where it has none. */
function answersOf(run) {
  const at = index.answers[run]?.block;
  if (at === undefined) return null;
  if (!replies.has(at)) {
    const own = parsed(`answers-${at}`);
    own.rows.forEach((row, number) => {
      Object.assign(row, { number, quotes: row.quotes ?? [], units: row.units ?? [] });
      row.lost = row.quotes.filter((one) => one.how === LOST).length;
    });
    replies.set(at, own);
  }
  return replies.get(at);
}

const grouped = (count) => count.toLocaleString("en");
const nameOf = (row) => ("doc" in row ? index.docs[row.doc][0] : row.name);
const signOf = (status) => (Object.hasOwn(STATUSES, status) ? STATUSES[status] : { css: "missed", glyph: "✗" });
const runWithAnswers = (group, run) => [run, ...group.runs].find((one) => one !== null && index.answers[one]) ?? null;

/** A task, or where no model was asked for it the first one for which one was. */
function taskWithAnswers(task) {
  const some = [task, ...index.groups.keys()].find((at) => index.groups[at]?.runs.some((run) => index.answers[run]));
  return some ?? task;
}

function costOf(cost, currency) {
  return `${cost >= 1 || cost === 0 ? cost.toFixed(2) : cost.toPrecision(2)} ${currency}`.trim();
}

/** "1, 3 of 3"; nothing where each question was asked once. */
function sampled(samples, of) {
  if (of < 2) return null;
  const own = [...new Set(samples)].sort((one, other) => one - other).map((sample) => sample + 1);
  return `${own.join(", ")} of ${of}`;
}

const ANSWER_KEYS = {
  doc: (row) => row.doc ?? Infinity,
  status: (row) => ASKED_FOR.indexOf(row.status),
  problem: (row) => row.problem ?? "",
};

function answerRows(state, own) {
  const wanted = own.rows.filter(
    (row) =>
      (state.about === null || row.doc === state.about) &&
      (state.status === null || (state.status === LOST ? row.lost > 0 : row.status === state.status)),
  );
  const key = ANSWER_KEYS[state.by] ?? ((row) => row[state.by] ?? -1);
  const way = state.falling ? -1 : 1;
  return wanted.sort((one, other) => way * compare(key(one), key(other)) || one.number - other.number);
}

function answerCell(column, row, own) {
  if (column.key === "number") {
    const spoken = `Answer ${row.number + 1}, ${row.status}`;
    const link = make("a", { href: linkTo({ answer: row.number }), "data-answer": row.number, "aria-label": spoken });
    link.append(String(row.number + 1));
    return make("td", {}, link);
  }
  if (column.key === "doc") return make("td", { dir: "auto" }, "doc" in row ? textLink(row, nameOf(row)) : nameOf(row));
  if (column.key === "status") {
    const { css, glyph } = signOf(row.status);
    return make("td", {}, make("span", { class: `sign k-${css}`, "aria-hidden": "true" }, glyph), ` ${row.status}`);
  }
  if (column.key === "problem") return make("td", { dir: "auto", class: "words" }, excerpt(row.problem ?? ""));
  return make("td", { class: "right" }, figure(column.key, row, own));
}

function figure(key, row, own) {
  if (key === "lost") return row.quotes.length ? `${row.lost} of ${row.quotes.length}` : "–";
  if (!(key in row)) return "–";
  if (key === "part" || key === "sample") return String(row[key] + 1);
  if (key === "cost") return costOf(row.cost, own.currency);
  return key === "seconds" ? row.seconds.toFixed(1) : grouped(row[key]);
}

/** A link to the text of an answer, or to one of its marks. */
function textLink(row, name, mark = null) {
  const to = { view: "text", doc: row.doc, a: current.asked, b: null, mode: "both", labels: null, mark };
  return make("a", { class: "place", href: linkTo(to) }, name.trim() ? name : "(blank)");
}

/** A link from elsewhere to the answers of a run, without what else they were filtered by. */
function answerLink(run, name, changes) {
  const to = { view: "answers", asked: run, status: null, about: null, by: "number", falling: false, leaf: 1, answer: null };
  return make("a", { class: "place", href: linkTo({ ...to, ...changes }) }, name);
}

/** How many answers there are about the text that is shown, and what is wrong with them; nothing for gold. */
function answersAbout(state, run) {
  const [count, wrong, lost] = index.answers[run]?.docs[state.group.docs.indexOf(state.doc)] ?? [0];
  if (!count || state.mode === "gold") return [];
  const parts = [count === 1 ? "1 answer about this text" : `${grouped(count)} answers about this text`];
  if (wrong) parts.push(`${grouped(wrong)} not ok`);
  if (lost) parts.push(lost === 1 ? "1 quotation not placed" : `${grouped(lost)} quotations not placed`);
  return [answerLink(run, parts.join(", "), { about: state.doc })];
}

function showAnswerFilters(state, own) {
  const { group } = state;
  const asked = group.runs.filter((run) => index.answers[run]);
  fill(byId("answer-run"), asked.map((run) => [run, index.runs[run].name]), state.asked, null);
  const names = ASKED_FOR.map((status) => [status, status === LOST ? "with quotations not placed" : status]);
  fill(byId("answer-status"), names, state.status, "all");
  const about = [...new Set(own.rows.filter((row) => "doc" in row).map((row) => row.doc))];
  fill(byId("answer-document"), about.map((doc) => [doc, index.docs[doc][0]]), state.about, "all");
}

function showAnswerList(state, own) {
  const rows = answerList;
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(state.leaf, pages);
  const first = (page - 1) * PAGE_ROWS;
  const some = rows.slice(first, first + PAGE_ROWS);
  const columns = ANSWER_COLUMNS.filter((column) => column.shown(own));
  refill(byId("answer-head"), headOf(columns, state.by, state.falling, FIGURES));
  byId("answer-rows").replaceChildren(
    ...some.map((row) => make("tr", {}, ...columns.map((column) => answerCell(column, row, own)))),
  );
  const range = rows.length ? `Answers ${first + 1} to ${first + some.length} of ${grouped(rows.length)}` : "No answers";
  byId("answer-count").textContent = `${range}; page ${page} of ${pages}`;
  byId("answer-earlier").disabled = page <= 1;
  byId("answer-later").disabled = page >= pages;
}

/** The key of the predicted mark of a quotation in the first column of the text; null where there is none. */
function markOfQuote(state, row, quote) {
  const found = block(row.doc).groups[state.task]?.runs[state.asked]?.[0] ?? [];
  const at = found.findIndex((mark) => same(mark, quote.at) && labelName(mark[2]) === quote.label);
  return at < 0 ? null : `a-p${at}`;
}

function quoteItem(state, row, quote) {
  const lost = quote.how === LOST;
  const how = Object.hasOwn(PLACINGS, quote.how) ? PLACINGS[quote.how] : quote.how;
  const about = make("p", { class: "half", dir: "auto" }, make("b", { dir: "auto" }, quote.label), ": ");
  if (lost) about.append(make("span", { class: "sign k-missed", "aria-hidden": "true" }, "✗"), " ");
  about.append(make("span", lost ? { class: "lost" } : {}, how));
  if ("relation" in quote) about.append(`, attribution ${quote.relation}`);
  const item = make("li", { class: lost ? "unplaced" : "placed" }, about);
  const text = quote.at ? block(row.doc).text : "";
  if (quote.at) about.append(", ", textLink(row, place(text, quote.at), markOfQuote(state, row, quote)));
  const words = quote.at ? text.slice(...quote.at) : "";
  item.append(make("blockquote", { dir: "auto" }, quote.text ?? words));
  if (quote.at && "text" in quote) item.append(make("p", { class: "half", dir: "auto" }, "In the text: ", make("q", { dir: "auto" }, words)));
  if (quote.why) item.append(make("p", { class: "reason", dir: "auto" }, quote.why));
  return item;
}

function unitItem(row, unit) {
  const labels = unit.labels.join(", ") || "no label";
  const about = make("p", { class: "half", dir: "auto" }, make("b", { dir: "auto" }, labels));
  const item = make("li", { class: "placed" }, about);
  if (unit.at) {
    const { text } = block(row.doc);
    about.append(`: ${place(text, unit.at)}`);
    item.append(make("blockquote", { dir: "auto" }, excerpt(text.slice(...unit.at))));
  }
  if (unit.why) item.append(make("p", { class: "reason", dir: "auto" }, unit.why));
  return item;
}

function answerFacts(row, own) {
  const list = make("dl", { class: "facts" });
  const { css, glyph } = signOf(row.status);
  const sign = make("span", { class: `sign k-${css}`, "aria-hidden": "true" }, glyph);
  term(list, "Status", sign, ` ${row.status}${row.kept ? ", kept from an earlier request" : ""}`);
  if (row.problem) term(list, "Problem", row.problem);
  if ("doc" in row) term(list, "Article", textLink(row, nameOf(row)));
  if (row.model) term(list, "Model", row.model);
  if ("in" in row || "out" in row) {
    term(list, "Tokens", ["in", "out"].filter((way) => way in row).map((way) => `${grouped(row[way])} ${way}`).join(", "));
  }
  if ("cost" in row) term(list, "Cost", costOf(row.cost, own.currency));
  term(list, "Seconds", String(row.seconds));
  term(list, "Request", "SHA-256 ", make("code", {}, row.request));
  return list;
}

function sectionOf(title, items) {
  return items.length ? [make("h5", {}, `${title} (${items.length})`), make("ul", { class: "quotes" }, ...items)] : [];
}

function titleOfAnswer(row, { rows, samples }) {
  const part = rows.some((one) => one.part > 0) ? `, part ${row.part + 1}` : "";
  return `${nameOf(row)}${part}${samples > 1 ? `, sample ${row.sample + 1}` : ""}: ${row.status}`;
}

function showAnswer(state, own) {
  const row = own.rows[state.answer];
  const at = answerList.indexOf(row);
  byId("answer-title").textContent = titleOfAnswer(row, own);
  byId("answer-place").textContent = at < 0 ? "" : `Answer ${at + 1} of ${grouped(answerList.length)}`;
  byId("answer-previous").disabled = at <= 0;
  byId("answer-next").disabled = at < 0 || at + 1 >= answerList.length;
  const reply = row.raw
    ? make("pre", { class: "raw", dir: "auto" }, row.raw)
    : make("p", { class: "count" }, "No reply came, or it was empty.");
  byId("answer-body").replaceChildren(
    answerFacts(row, own),
    ...sectionOf("Quotations", row.quotes.map((quote) => quoteItem(state, row, quote))),
    ...sectionOf("Labels of units", row.units.map((unit) => unitItem(row, unit))),
    make("h5", {}, "The reply as it came"),
    reply,
  );
}

function showAnswers(state) {
  const own = state.asked === null ? null : answersOf(state.asked);
  byId("answers").hidden = own === null;
  if (own === null) return;
  answerList = answerRows(state, own);
  showAnswerFilters(state, own);
  const open = state.answer !== null && state.answer < own.rows.length;
  const before = openedAnswer;
  openedAnswer = open ? state.answer : null;
  byId("answer-list").hidden = open;
  byId("answer").hidden = !open;
  if (open) {
    showAnswer(state, own);
    byId("answer").scrollIntoView();
    if (before !== openedAnswer) byId("answer-title").focus({ preventScroll: true });
  } else {
    showAnswerList(state, own);
    const link = before === null ? null : document.querySelector(`#answer-rows [data-answer="${before}"]`);
    link?.focus();
  }
}

function stepAnswer(by) {
  const row = answerList[answerList.findIndex((one) => one.number === openedAnswer) + by];
  if (openedAnswer !== null && row) go({ answer: row.number });
}

function listenToAnswers() {
  const filters = { "answer-run": "asked", "answer-document": "about" };
  for (const [id, name] of Object.entries(filters)) {
    byId(id).addEventListener("change", (event) => go({ [name]: valueOf(event.target), leaf: 1 }));
  }
  byId("answer-status").addEventListener("change", (event) => go({ status: event.target.value || null, leaf: 1 }));
  byId("answer-head").addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.sort;
    if (key) go({ by: key, falling: key === current.by && !current.falling, leaf: 1 });
  });
  byId("answer-earlier").addEventListener("click", () => go({ leaf: current.leaf - 1 }));
  byId("answer-later").addEventListener("click", () => go({ leaf: current.leaf + 1 }));
  byId("answer-close").addEventListener("click", () => go({ answer: null }));
  byId("answer-previous").addEventListener("click", () => stepAnswer(-1));
  byId("answer-next").addEventListener("click", () => stepAnswer(1));
}
