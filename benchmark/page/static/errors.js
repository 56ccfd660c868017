// The list of errors: every miss and every false alarm of the chosen detectors, sorted, filtered, in pages.

const COLUMNS = [
  { key: "type", name: "Error" },
  { key: "gold", name: "Gold label" },
  { key: "found", name: "Predicted label" },
  { key: "place", name: "Place" },
  { key: "words", name: "Words" },
  { key: "run", name: "Detector" },
];

let collected = { key: null, rows: [] };

/** Every error of a task in the chosen runs and documents; kept until another choice is made. */
function errorRows(state) {
  const key = `${state.task} ${state.run} ${state.from}`;
  if (collected.key === key) return collected.rows;
  const runs = state.run === null ? state.group.runs : [state.run];
  const docs = state.from === null ? state.group.docs : [state.from];
  const rows = [];
  for (const doc of docs) {
    for (const run of runs) {
      const { gold, found, verdicts } = rowsOf(doc, state.task, run);
      for (const [type, g, p] of verdicts) {
        if (type === RIGHT) continue;
        const at = gold[g] ?? found[p];
        const mark = g >= 0 ? `a-g${g}` : `a-p${p}`;
        rows.push({ type, gold: gold[g]?.[2] ?? -1, found: found[p]?.[2] ?? -1, doc, start: at[0], end: at[1], run, mark });
      }
    }
  }
  collected = { key, rows };
  return rows;
}

const words = (row) => excerpt(block(row.doc).text.slice(row.start, row.end));
const inPlace = (one, other) =>
  one.doc - other.doc || one.start - other.start || one.end - other.end || one.run - other.run || one.type - other.type;
const named = (label) => (label < 0 ? "" : labelName(label));
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

const ORDERS = {
  place: inPlace,
  type: (one, other) => one.type - other.type,
  gold: (one, other) => compare(named(one.gold), named(other.gold)),
  found: (one, other) => compare(named(one.found), named(other.found)),
  run: (one, other) => one.run - other.run,
};

function sorted(rows, state) {
  const way = state.down ? -1 : 1;
  if (state.sort === "words") {
    const keyed = rows.map((row) => [words(row).toLowerCase(), row]);
    keyed.sort(([one, a], [other, b]) => way * compare(one, other) || inPlace(a, b));
    return keyed.map(([, row]) => row);
  }
  return rows.slice().sort((one, other) => way * ORDERS[state.sort](one, other) || inPlace(one, other));
}

function errorRow(state, row) {
  const kind = TYPES[row.type];
  const sign = make("span", { class: `sign k-${kind.css}`, "aria-hidden": "true" }, kind.glyph);
  const to = { view: "text", doc: row.doc, a: row.run, b: null, mode: "both", labels: null, mark: row.mark };
  const link = make("a", { class: "place", href: linkTo(to) }, `${index.docs[row.doc][0]}, character ${characters(block(row.doc).text, row.start)}`);
  return make(
    "tr",
    {},
    make("td", {}, sign, ` ${kind.name}`),
    make("td", {}, named(row.gold) || "–"),
    make("td", {}, named(row.found) || "–"),
    make("td", {}, link),
    make("td", { dir: "auto", class: "words" }, words(row)),
    make("td", { class: "who" }, index.runs[row.run].name),
  );
}

/** The heads of a list that is sorted by a click on them; those of figures stand at the right. */
function headOf(columns, sort, down, figures = []) {
  return columns.map((column) => {
    const sorts = column.key === sort;
    const button = make("button", { type: "button", "data-sort": column.key }, column.name);
    button.append(make("span", { class: "way", "aria-hidden": "true" }, sorts ? (down ? " ▼" : " ▲") : ""));
    const css = figures.includes(column.key) ? "right" : null;
    return make("th", { scope: "col", class: css, "aria-sort": sorts ? (down ? "descending" : "ascending") : "none" }, button);
  });
}

function showErrors(state) {
  const { group } = state;
  fill(byId("error-run"), group.runs.map((run) => [run, index.runs[run].name]), state.run, "all");
  fill(byId("error-type"), TYPES.map((kind, at) => [at, kind.name]).slice(1), state.type, "all");
  fill(byId("error-label"), group.labels.map((label) => [label, labelName(label)]), state.label, "all");
  fill(byId("error-document"), group.docs.map((doc) => [doc, index.docs[doc][0]]), state.from, "all");
  const wanted = errorRows(state).filter(
    (row) =>
      (state.type === null || row.type === state.type) &&
      (state.label === null || row.gold === state.label || row.found === state.label),
  );
  const rows = sorted(wanted, state);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(state.page, pages);
  const first = (page - 1) * PAGE_ROWS;
  const some = rows.slice(first, first + PAGE_ROWS);
  refill(byId("error-head"), headOf(COLUMNS, state.sort, state.down));
  byId("error-rows").replaceChildren(...some.map((row) => errorRow(state, row)));
  const range = rows.length ? `Errors ${first + 1} to ${first + some.length} of ${rows.length}` : "No errors";
  byId("error-count").textContent = `${range}; page ${page} of ${pages}`;
  byId("error-previous").disabled = page <= 1;
  byId("error-next").disabled = page >= pages;
}
