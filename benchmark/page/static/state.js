// The state of the view is the address after "#": reading it, writing it, and the data that the page holds.

const TYPES = [
  { css: "right", glyph: "✓", name: "found" },
  { css: "boundary", glyph: "≈", name: "wrong boundary" },
  { css: "label", glyph: "⇄", name: "wrong label" },
  { css: "both", glyph: "≉", name: "wrong boundary and label" },
  { css: "spurious", glyph: "+", name: "spurious" },
  { css: "missed", glyph: "✗", name: "missed" },
];
const RIGHT = 0;
const BOUNDARY = 1;
const LABEL = 2;
const BOTH = 3;
const SPURIOUS = 4;
const MISSED = 5;
const SIDES = {
  gold: { css: "gold", glyph: "●", name: "gold" },
  predicted: { css: "predicted", glyph: "▸", name: "predicted" },
};
const MODES = ["both", "gold", "predicted"];
const PAGE_ROWS = 100;
// Behavioural runs can stand alone, without runs on a task.
const NO_GROUP = { title: "", asks: "", labels: [], runs: [], docs: [] };

const byId = (id) => document.getElementById(id);
const parsed = (id) => JSON.parse(byId(id).textContent);
const index = parsed("index");
const blocks = new Map();

/** The block of a document, parsed when it is first looked at. */
function block(doc) {
  if (!blocks.has(doc)) blocks.set(doc, parsed(`doc-${doc}`));
  return blocks.get(doc);
}

/** An element with attributes and children; text becomes text nodes, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const number = (text, least, most, otherwise) => {
  const value = Number.parseInt(text, 10);
  return value >= least && value <= most ? value : otherwise;
};

/** The state that an address stands for; whatever it lacks or gets wrong has its default. */
function stateOf(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const views = [...document.querySelectorAll("main > section.view")].map((view) => view.id.slice(5));
  const view = views.includes(given.get("view")) ? given.get("view") : views[0];
  const task = number(given.get("task"), 0, index.groups.length - 1, view === "answers" ? taskWithAnswers(0) : 0);
  const group = index.groups[task] ?? NO_GROUP;
  const run = (name) => (group.runs.includes(Number(given.get(name))) && given.get(name) !== "" ? Number(given.get(name)) : null);
  const wanted = given.has("labels") ? new Set(given.get("labels").split(".").filter(Boolean).map(Number)) : null;
  const doc = Number(given.get("doc"));
  const b = given.has("b") ? run("b") : null;
  return {
    view,
    task,
    group,
    doc: given.has("doc") && group.docs.includes(doc) ? doc : group.docs[0] ?? null,
    a: given.has("a") ? run("a") ?? group.runs[0] : group.runs[0],
    b,
    mode: MODES.includes(given.get("mode")) ? given.get("mode") : "both",
    labels: wanted,
    chips: given.get("chips") !== "0",
    mark: given.get("mark"),
    run: given.has("run") ? run("run") : null,
    type: number(given.get("type"), 1, TYPES.length - 1, null),
    label: given.has("label") && group.labels.includes(Number(given.get("label"))) ? Number(given.get("label")) : null,
    from: given.has("from") && group.docs.includes(Number(given.get("from"))) ? Number(given.get("from")) : null,
    sort: COLUMNS.some((column) => column.key === given.get("sort")) ? given.get("sort") : "place",
    down: given.get("down") === "1",
    page: number(given.get("page"), 1, 1e9, 1),
    asked: runWithAnswers(group, given.has("asked") ? run("asked") : null),
    status: ASKED_FOR.includes(given.get("status")) ? given.get("status") : null,
    about: given.has("about") && group.docs.includes(Number(given.get("about"))) ? Number(given.get("about")) : null,
    by: ANSWER_COLUMNS.some((column) => column.key === given.get("by")) ? given.get("by") : "number",
    falling: given.get("falling") === "1",
    leaf: number(given.get("leaf"), 1, 1e9, 1),
    answer: number(given.get("answer"), 0, 1e9, null),
    suite: number(given.get("suite"), 0, suites.length - 1, 0),
    who: number(given.get("who"), 0, 1e9, null),
    cases: number(given.get("cases"), 1, 1e9, 1),
  };
}

/** The address of a state; what has its default is left out. */
function hashOf(state) {
  const parts = new URLSearchParams();
  const put = (name, value) => value !== null && value !== undefined && parts.set(name, String(value));
  put("view", state.view);
  if (state.task || !["overview", "behaviour", "provenance"].includes(state.view)) put("task", state.task);
  if (state.view === "text") {
    put("doc", state.doc);
    put("a", state.a);
    put("b", state.b);
    put("mode", state.mode);
    if (state.labels !== null) put("labels", [...state.labels].join("."));
    if (!state.chips) put("chips", 0);
    put("mark", state.mark);
  }
  if (state.view === "errors") {
    for (const name of ["run", "type", "label", "from"]) put(name, state[name]);
    if (state.sort !== "place") put("sort", state.sort);
    if (state.down) put("down", 1);
    if (state.page > 1) put("page", state.page);
  }
  if (state.view === "answers") {
    for (const name of ["asked", "status", "about"]) put(name, state[name]);
    if (state.by !== "number") put("by", state.by);
    if (state.falling) put("falling", 1);
    if (state.leaf > 1) put("leaf", state.leaf);
    put("answer", state.answer);
  }
  if (state.view === "behaviour") {
    put("suite", state.suite);
    put("who", state.who);
    if (state.cases > 1) put("cases", state.cases);
  }
  return `#${parts}`;
}

/** The address of the current state with some changes; another task resets what belongs to the old one. */
function linkTo(changes) {
  const next = { ...current, ...changes };
  if ("task" in changes && changes.task !== current.task) {
    const group = index.groups[changes.task];
    const fresh = { group, doc: group.docs[0] ?? null, a: group.runs[0], b: null, labels: null, mark: null };
    Object.assign(next, fresh, { run: null, type: null, label: null, from: null, page: 1 });
    Object.assign(next, { asked: runWithAnswers(group, null), about: null, answer: null, leaf: 1 }, changes);
  }
  return hashOf(next);
}

/** Go to a changed state; back returns to this one. */
function go(changes) {
  const hash = linkTo(changes);
  if (hash === location.hash) show();
  else location.hash = hash;
}

let current = null;
