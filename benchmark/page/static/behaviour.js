// The failing cases of behavioural runs: by suite and detector, in pages, with the marks in text and twin.

const PAGE_CASES = 25;
const suites = byId("behaviour") ? parsed("behaviour") : [];
const suiteBlocks = new Map();

/** The block of a suite, parsed when it is first looked at. */
function suiteBlock(suite) {
  if (!suiteBlocks.has(suite)) suiteBlocks.set(suite, parsed(`behaviour-${suite}`));
  return suiteBlocks.get(suite);
}

/** The run of a detector on a suite: the one that was asked for, or else the first with failing cases. */
function behaviourRun(suite, who) {
  const { runs } = suites[suite];
  return runs.find(([number]) => number === who) ?? runs.find(([, , , failed]) => failed > 0) ?? runs[0];
}

/** Text in which the marks are underlined and the region, or the point where words were deleted, stands out. */
function passage(text, region, marks) {
  const own = marks.map(([start, end, , , unit]) => ({ start, end, unit })).filter((mark) => mark.start < mark.end);
  intoLanes(own);
  const [from, to] = region ?? [-1, -1];
  const borders = new Set([0, text.length, ...own.flatMap((mark) => [mark.start, mark.end])]);
  if (region) borders.add(from).add(to);
  const edges = [...borders].sort((one, other) => one - other);
  const body = make("p", { class: "passage", dir: "auto" });
  body.style.setProperty("--lanes", own.reduce((most, mark) => Math.max(most, mark.lane), 0));
  let around = null;
  edges.forEach((start, at) => {
    if (start === from && from === to) body.append(make("span", { class: "point" }));
    if (at + 1 === edges.length) return;
    const end = edges[at + 1];
    if (start === from && from < to) body.append((around = make("mark", { class: "region" })));
    if (start >= to) around = null;
    (around ?? body).append(underlined(text.slice(start, end), own.filter((mark) => mark.start <= start && end <= mark.end)));
  });
  return body;
}

function underlined(words, over) {
  let node = document.createTextNode(words);
  for (const mark of over.slice().reverse()) {
    const span = make("span", { class: `m ${mark.unit ? "unit " : ""}k-predicted` }, node);
    span.style.setProperty("--lane", mark.lane);
    node = span;
  }
  return node;
}

/** What is marked, in words. */
function marksInWords(text, marks, labels) {
  if (!marks.length) return make("p", { class: "count" }, "No marks.");
  const items = marks.map(([start, end, label, score]) => {
    const words = excerpt(text.slice(start, end));
    const sign = make("span", { class: "sign k-predicted", "aria-hidden": "true" }, SIDES.predicted.glyph);
    const said = score === null ? "" : `, score ${score}`;
    return make("li", { dir: "auto" }, sign, ` ${labels[label]}: “${words}”${said}`);
  });
  return make("ul", { class: "found" }, ...items);
}

/** A text or its twin: what it is about, its words, what was marked. */
function half(name, text, region, marks, labels) {
  const words = region ? text.slice(...region) : "";
  const deleted = region && region[0] === region[1] ? ", about the place where words were deleted" : "";
  const about = words && words !== text ? `, about “${excerpt(words)}”` : deleted;
  return [
    make("p", { class: "half", dir: "auto" }, make("b", {}, name), about),
    passage(text, region, marks),
    marksInWords(text, marks, labels),
  ];
}

function failingCase(outcome, { cases, labels }) {
  const own = cases[outcome.case];
  const item = make("li", {}, make("h4", { dir: "auto" }, own.id));
  const why = [...outcome.why, ...("error" in outcome ? [`the detector failed: ${outcome.error}`] : [])];
  item.append(make("p", { class: "why", dir: "auto" }, why.join("; ") || "no reason is given"));
  if ("text" in own) item.append(...half("Text", own.text, own.region, outcome.marks ?? [], labels));
  if ("twin" in own) item.append(...half("Twin", own.twin, own.changed, outcome.twin ?? [], labels));
  const fields = Object.entries(own.fields ?? {});
  if (own.sides) fields.unshift(["sides", own.sides.join(" ⇄ ")]);
  const terms = fields.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", { dir: "auto" }, value)));
  if (terms.length) item.append(make("dl", { class: "fields" }, ...terms));
  return item;
}

function showBehaviour(state) {
  const suite = suites[state.suite];
  const [who, title, total, failed] = behaviourRun(state.suite, state.who);
  fill(byId("behaviour-suite"), suites.map((one, at) => [at, one.name]), state.suite, null);
  fill(byId("behaviour-who"), suite.runs.map(([number, name, , count]) => [number, `${name} (${count})`]), who, null);
  byId("behaviour-about").textContent = `${suite.name}: ${suite.title}. Must hold: ${suite.holds}.`;
  const block = suiteBlock(state.suite);
  const rows = block.runs[who];
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_CASES));
  const page = Math.min(state.cases, pages);
  const first = (page - 1) * PAGE_CASES;
  const some = rows.slice(first, first + PAGE_CASES);
  const list = byId("behaviour-cases");
  list.start = first + 1;
  list.replaceChildren(...some.map((outcome) => failingCase(outcome, block)));
  const cut = failed > rows.length ? `, of which this report holds the first ${rows.length}` : "";
  const range = rows.length ? `Cases ${first + 1} to ${first + some.length} of ${failed} that failed${cut}` : "No case failed";
  byId("behaviour-count").textContent = `${range}; ${title} read ${total} cases; page ${page} of ${pages}`;
  byId("behaviour-previous").disabled = page <= 1;
  byId("behaviour-next").disabled = page >= pages;
}

function listenToBehaviour() {
  byId("behaviour-suite").addEventListener("change", (event) => go({ suite: valueOf(event.target), cases: 1 }));
  byId("behaviour-who").addEventListener("change", (event) => go({ who: valueOf(event.target), cases: 1 }));
  byId("behaviour-previous").addEventListener("click", () => go({ cases: current.cases - 1 }));
  byId("behaviour-next").addEventListener("click", () => go({ cases: current.cases + 1 }));
}
