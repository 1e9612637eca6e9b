// Runs that move: polled by fetch, faster while something changes, slower while nobody looks, over when the run is.
import { ask, lost, main, visit } from "./visit.js";

const HIDDEN_MS = 10000;
let timer = null;

export function watch() {
  clearTimeout(timer);
  const run = document.getElementById("run");
  if (run?.dataset.poll) later(() => poll(run, 0), Number(run.dataset.poll));
  const list = main().querySelector("[data-refresh]");
  if (list) later(() => visit(location.href, "quiet"), Number(list.dataset.refresh));
}

function later(work, ms) { timer = setTimeout(work, document.hidden ? Math.max(ms, HIDDEN_MS) : ms); }

async function poll(run, failures) {
  if (!run.isConnected) return;
  try {
    const address = `${run.dataset.status}?updated=${run.dataset.updated}`;
    const response = await ask(address, { headers: { Accept: "application/json" } });
    if ([401, 403, 404, 410].includes(response.status)) { visit(location.href, "back"); return; }
    if (!response.ok) throw new Error(String(response.status));
    const status = await response.json();
    lost(false);
    if (status.status !== run.dataset.state) { visit(location.href, "quiet"); return; }
    if (!status.unchanged) draw(run, status);
    if (status.poll_ms !== null) later(() => poll(run, 0), status.poll_ms);
  } catch {
    lost(true);
    later(() => poll(run, failures + 1), Math.min(30000, 1000 * 2 ** failures));
  }
}

// Words are only touched where they change, so that a screen reader hears a step once.
function draw(run, status) {
  run.dataset.updated = status.updated;
  const texts = {
    now: status.step_label || "Waiting in line", next: status.next_label ? `Next: ${status.next_label}` : "",
    paused: status.halted_label || status.waits_for_label || "", left: duration(status.seconds_left),
    done: number(status.done), rate: status.rate === null ? "–" : number(Math.round(status.rate)),
    ahead: status.ahead ? number(status.ahead) : "–", spent: number(Math.round(status.stats.points || 0)),
  };
  for (const [name, text] of Object.entries(texts)) {
    const place = run.querySelector(`[data-show="${name}"]`);
    if (place && place.textContent !== text) place.textContent = text;
  }
  bar(run.querySelector("[data-progress]"), status.done, status.total);
  status.phases.forEach((phase, n) => {
    const item = run.querySelectorAll(".phases li")[n];
    if (item && item.className !== phase.state) {
      item.className = phase.state;
      item.toggleAttribute("aria-current", phase.state === "now");
    }
  });
  kinds(run.querySelector(".kinds tbody"), status.counts);
}

function bar(element, done, total) {
  if (!element) return;
  if (total === null) { element.removeAttribute("value"); return; }
  element.max = total || 1;
  element.value = total ? done : 1;
  element.classList.toggle("whole", done >= total);
}

// A row per kind, in the order in which they came; rows that are there stay where they are.
function kinds(body, counts) {
  if (!body) return;
  const names = Object.keys(counts);
  for (const row of [...body.rows]) if (!names.includes(row.dataset.kind)) row.remove();
  for (const [name, { label, done, total }] of Object.entries(counts)) {
    const row = [...body.rows].find((one) => one.dataset.kind === name) || added(body, name, label);
    bar(row.querySelector("progress"), done, total);
    row.querySelector(".number").textContent = total === null ? number(done) : `${number(done)} of ${number(total)}`;
  }
}

function added(body, name, label) {
  const row = document.getElementById("kind-row").content.firstElementChild.cloneNode(true);
  row.dataset.kind = name;
  row.querySelector("th").textContent = label;
  row.querySelector("progress").setAttribute("aria-label", label);
  body.append(row);
  return row;
}

const number = (value) => Number(value).toLocaleString("en");

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
