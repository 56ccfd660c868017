// What ties the views together: showing a state, and what keys, controls and marks do.

let shortcuts = true;

function showTask(state) {
  const picker = byId("task");
  fill(picker, index.groups.map((group, at) => [at, group.title]), state.task, null);
  byId("task-choice").hidden = ["overview", "provenance", "annotators", "behaviour"].includes(state.view);
  byId("asks").textContent = state.group.asks;
  for (const part of document.querySelectorAll("[data-task]")) part.hidden = part.dataset.task !== String(state.task);
}

function showViews(state) {
  for (const view of document.querySelectorAll("main > section.view")) {
    view.hidden = view.id !== `view-${state.view}`;
  }
  for (const link of document.querySelectorAll("#views a")) {
    const view = link.dataset.view;
    link.href = linkTo({ view, mark: null, ...(view === "answers" ? { task: taskWithAnswers(current.task) } : {}) });
    if (view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Show what the address says. */
function show() {
  const before = current;
  current = stateOf(location.hash);
  showViews(current);
  showTask(current);
  if (current.view === "text") showText(current);
  if (current.view === "errors") showErrors(current);
  if (current.view === "answers") showAnswers(current);
  if (current.view === "behaviour") showBehaviour(current);
  if (index.groups.length) showPanel(current);
  document.title = `${document.querySelector(`#view-${current.view} h2`).textContent} – ${byId("title").textContent}`;
  const moved = before && (before.view !== current.view || (current.view === "text" && before.doc !== current.doc));
  if (moved && !current.mark && current.answer === null) window.scrollTo(0, 0);
  // What had the focus may be gone with the text before.
  const lost = document.activeElement === document.body && before !== null;
  if (lost && current.view === "text" && !current.mark) byId("document-title").focus({ preventScroll: true });
}

const valueOf = (select) => (select.value === "" ? null : Number(select.value));

/** Skip to the content; the address, which is the state of the view, stays. */
function skip(event) {
  event.preventDefault();
  byId("main").focus();
}

function listen() {
  byId("skip").addEventListener("click", skip);
  if (index.groups.length) listenToTexts();
  if (byId("view-answers")) listenToAnswers();
  if (suites.length) listenToBehaviour();
  byId("shortcuts").addEventListener("change", (event) => (shortcuts = event.target.checked));
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  document.addEventListener("keydown", pressed);
  window.addEventListener("hashchange", show);
}

function listenToTexts() {
  byId("task").addEventListener("change", (event) => go({ task: Number(event.target.value) }));
  byId("run-a").addEventListener("change", (event) => go({ a: valueOf(event.target), mark: null }));
  byId("run-b").addEventListener("change", (event) => go({ b: valueOf(event.target), mark: null }));
  for (const radio of document.querySelectorAll("input[name=mode]")) {
    radio.addEventListener("change", () => go({ mode: radio.value, mark: null }));
  }
  byId("chips").addEventListener("change", (event) => go({ chips: event.target.checked }));
  byId("labels").addEventListener("change", chooseLabels);
  byId("labels-all").addEventListener("click", () => go({ labels: null, mark: null }));
  byId("labels-none").addEventListener("click", () => go({ labels: new Set(), mark: null }));
  byId("previous-document").addEventListener("click", () => step(-1));
  byId("next-document").addEventListener("click", () => step(1));
  byId("columns").addEventListener("click", openMark);
  byId("panel-close").addEventListener("click", () => go({ mark: null }));
  byId("panel-previous").addEventListener("click", () => stepMark(-1));
  byId("panel-next").addEventListener("click", () => stepMark(1));
  for (const button of document.querySelectorAll("button.copy")) button.addEventListener("click", copy);
  listenToErrors();
}

function listenToErrors() {
  const filters = { "error-run": "run", "error-type": "type", "error-label": "label", "error-document": "from" };
  for (const [id, name] of Object.entries(filters)) {
    byId(id).addEventListener("change", (event) => go({ [name]: valueOf(event.target), page: 1 }));
  }
  byId("error-head").addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.sort;
    if (key) go({ sort: key, down: key === current.sort && !current.down, page: 1 });
  });
  byId("error-previous").addEventListener("click", () => go({ page: current.page - 1 }));
  byId("error-next").addEventListener("click", () => go({ page: current.page + 1 }));
}

function chooseLabels() {
  const chosen = [...byId("labels").querySelectorAll("input:checked")].map((box) => Number(box.value));
  go({ labels: chosen.length === current.group.labels.length ? null : new Set(chosen), mark: null });
}

/** Open the mark of a chip, or the innermost one over the text that was clicked. */
function openMark(event) {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key && !String(window.getSelection())) go({ mark: key });
}

async function copy(event) {
  const button = event.currentTarget;
  const source = byId(button.dataset.copies);
  let done = true;
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    done = document.execCommand("copy");
  }
  byId("said").textContent = done ? "Copied" : "Selected; copy it with your keyboard";
  button.textContent = done ? "Copied" : "Selected";
}

const KEYS = {
  j: () => stepMark(1),
  k: () => stepMark(-1),
  n: () => step(1),
  p: () => step(-1),
};

const STEPS = {
  n: () => stepAnswer(1),
  p: () => stepAnswer(-1),
};

/** The keys of a view that shows a text, or an answer. */
const keysNow = () => ({ text: KEYS, answers: current.answer === null ? {} : STEPS })[current.view] ?? {};

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
  if (event.key === "Escape" && byId("panel")?.hidden === false) {
    go({ mark: null });
    return;
  }
  if (event.key === "Escape" && current.view === "answers" && current.answer !== null) {
    go({ answer: null });
    return;
  }
  if (!shortcuts || event.target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea")) return;
  if (event.key === "?") byId("help").showModal();
  else if (Object.hasOwn(keysNow(), event.key)) keysNow()[event.key]();
  else return;
  event.preventDefault();
}

listen();
show();
