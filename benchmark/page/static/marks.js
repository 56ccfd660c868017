// From a document's rows to marks, and from marks to the segments of a line.

const labelName = (number) => index.labels[number];
// A row is [start, end, label, score, note, attributions], of which empty ones at the end are left out.

/** An offset in characters, as files of predictions count them, from one in UTF-16 code units. */
const characters = (text, at) => Array.from(text.slice(0, at)).length;

/** The rows of a document in a group: gold, and what a run found, with the verdicts on both. */
function rowsOf(doc, task, run) {
  const own = block(doc).groups[task];
  const [found, verdicts] = own.runs[run];
  return { gold: own.gold, found, verdicts };
}

function markOf(row, css, key, more) {
  return { start: row[0], end: row[1], css, key, ...more };
}

/** The marks that a mode shows, sorted by place; `column` tells those of two detectors apart. */
function marksOf(state, run, column) {
  const { gold, found, verdicts } = rowsOf(state.doc, state.task, run);
  const marks = [];
  const add = (side, at, verdict, kind) => {
    const row = side === "gold" ? gold[at] : found[at];
    const key = `${column}-${side === "gold" ? "g" : "p"}${at}`;
    const [type, g, p] = verdict;
    marks.push(markOf(row, kind.css, key, { kind, side, type, gold: gold[g], found: found[p], g, p, column }));
  };
  for (const verdict of verdicts) {
    const [type, g, p] = verdict;
    // One side alone is chosen by its own label, a pair by either.
    const sides = { gold: [gold[g]], predicted: [found[p]], both: [gold[g], found[p]] }[state.mode];
    const chosen = sides.some((row) => row && (state.labels === null || state.labels.has(row[2])));
    if (!chosen) continue;
    if (state.mode === "gold") {
      if (g >= 0) add("gold", g, verdict, SIDES.gold);
    } else if (state.mode === "predicted") {
      if (p >= 0) add("predicted", p, verdict, SIDES.predicted);
    } else if (type === BOUNDARY || type === BOTH) {
      add("gold", g, verdict, TYPES[type]);
      add("predicted", p, verdict, TYPES[type]);
    } else {
      add(g >= 0 ? "gold" : "predicted", g >= 0 ? g : p, verdict, TYPES[type]);
    }
  }
  return marks.sort((one, other) => one.start - other.start || other.end - one.end || (one.side < other.side ? -1 : 1));
}

/** Give each mark the lowest lane that is free where it begins. */
function intoLanes(marks) {
  const ends = [];
  for (const mark of marks) {
    let lane = ends.findIndex((end) => end <= mark.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = mark.end;
    mark.lane = lane;
  }
}

/** What the chip of a mark shows: its sign and its label, of a wrong label both. */
function chipText(mark) {
  const own = labelName((mark.side === "gold" ? mark.gold : mark.found)[2]);
  const numbers = (mark.side === "gold" ? mark.gold : mark.found)[5];
  const attribution = numbers ? ` ${numbers.join(", ")}` : "";
  if (current.mode === "both" && mark.type === LABEL) {
    return `${mark.kind.glyph} ${labelName(mark.gold[2])} → ${labelName(mark.found[2])}`;
  }
  const side = current.mode === "both" && (mark.type === BOUNDARY || mark.type === BOTH) ? ` (${mark.side})` : "";
  return `${mark.kind.glyph} ${own}${attribution}${side}`;
}

/** What a screen reader says of a mark. */
function spoken(mark, text) {
  const words = excerpt(text.slice(mark.start, mark.end));
  return `${mark.kind.name}: ${chipText(mark).slice(mark.kind.glyph.length + 1)}, “${words}”`;
}

/** Words on one line, at most 80 characters of them. */
function excerpt(text) {
  const line = text.slice(0, 400).replace(/\s+/g, " ").trim();
  const characters = Array.from(line);
  return characters.length > 80 || text.length > 400 ? `${characters.slice(0, 79).join("")}…` : line;
}

/** The lines of a text, each with the line break that ends it. */
function linesOf(text) {
  const lines = [];
  for (let start = 0; start < text.length; ) {
    const at = text.indexOf("\n", start);
    const end = at < 0 ? text.length : at + 1;
    lines.push([start, end]);
    start = end;
  }
  return lines;
}

/** Cut the lines of a text at the borders of marks: for each line its pieces, with the marks over each. */
function segmented(text, marks) {
  let next = 0;
  let active = [];
  return linesOf(text).map(([from, to]) => {
    const inside = active.slice();
    let ahead = next;
    while (ahead < marks.length && marks[ahead].start < to) inside.push(marks[ahead++]);
    const borders = new Set([from, to]);
    for (const mark of inside) {
      for (const edge of [mark.start, mark.end]) if (edge > from && edge < to) borders.add(edge);
    }
    const edges = [...borders].sort((one, other) => one - other);
    const pieces = [];
    for (let i = 0; i + 1 < edges.length; i += 1) {
      const starting = [];
      active = active.filter((mark) => mark.end > edges[i]);
      while (next < marks.length && marks[next].start <= edges[i]) {
        starting.push(marks[next]);
        active.push(marks[next++]);
      }
      pieces.push({ start: edges[i], end: edges[i + 1], over: active.slice(), starting });
    }
    active = active.filter((mark) => mark.end > to);
    return { from, to, pieces, lanes: inside.reduce((most, mark) => Math.max(most, mark.lane + 1), 0) };
  });
}
