// The operators' page: asks for the lanes' state every two seconds and draws it. Texts only, never HTML.
const root = document.getElementById("lanes");
const body = root.querySelector("tbody");
const heads = root.querySelectorAll("thead th");
const summary = root.querySelector("[data-summary]");
const form = root.querySelector("form.deeds");
const EVERY_MS = 2000;

function element(name, text, children = []) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const figure = (value) => Number(value).toLocaleString("en");

function ago(seconds) {
  if (seconds === null) return "never";
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}

function deed(lane) {
  const own = form.cloneNode(true);
  own.className = "";
  own.elements.shop.value = lane.shop;
  own.querySelectorAll("button").forEach((button) => button.remove());
  const button = element("button", lane.paused ? "Resume" : "Pause");
  button.name = "deed";
  button.value = lane.paused ? "resume" : "pause";
  button.setAttribute("aria-label", `${button.textContent} ${lane.domain}`);
  own.append(button);
  return own;
}

function budget(own) {
  if (!own) return element("td", "not known");
  const meter = document.createElement("meter");
  Object.assign(meter, { min: 0, max: own.maximum, low: own.maximum / 10, value: own.level });
  return element("td", undefined, [meter, element("small", `${figure(own.level)} of ${figure(own.maximum)}, ${figure(own.rate)}/s`)]);
}

function run(own) {
  if (!own) return element("td", "");
  const link = element("a", `${own.kind} ${own.id.slice(0, 8)}`);
  link.href = `../runs/run/${own.id}/change/`;
  const notes = [own.status, own.step];
  const limit = own.waits_for ? ` for its ${own.waits_for}` : own.waits_out ? `: ${own.waits_out}` : "";
  if (own.waits_seconds) notes.push(`waits ${own.waits_seconds} s${limit}`);
  if (own.deaths) notes.push(`${own.deaths} deaths`);
  return element("td", undefined, [link, element("small", notes.filter(Boolean).join(", "))]);
}

function reasons(failures) {
  return Object.entries(failures).map(([reason, count]) => `${count} × ${reason}`);
}

function row(lane) {
  const who = lane.holder ? `by ${lane.holder}` : `served ${ago(lane.served_seconds_ago)}`;
  const cells = [
    element("td", lane.domain),
    element("td", capital(lane.state) + (lane.paused && lane.state !== "paused" ? ", being paused" : ""), [element("small", who)]),
    run(lane.run),
    element("td", String(lane.line)),
    budget(lane.budget),
    element("td", figure(lane.throttled)),
    element("td", figure(lane.lost)),
    element("td", reasons(lane.failures).join(", ")),
  ];
  if (form) cells.push(element("td", undefined, [deed(lane)]));
  cells.forEach((cell, n) => { cell.dataset.head = heads[n].textContent; });
  return element("tr", undefined, cells);
}

function draw(state) {
  // A person may be about to press a button: the table is redrawn only where nothing in it has the focus.
  if (!body.contains(document.activeElement)) body.replaceChildren(...state.lanes.map(row));
  root.querySelector("[data-empty]").hidden = state.lanes.length > 0;
  root.querySelector("[data-failures]").replaceChildren(...reasons(state.failures).map((text) => element("li", text)));
  root.querySelector("[data-none]").hidden = reasons(state.failures).length > 0;
  const served = state.lanes.filter((lane) => lane.state === "served").length;
  const parts = [`${served} served, ${state.lanes.length - served} waiting or paused${state.more ? ", and more" : ""}`];
  parts.push(state.broker ? `${state.bells ?? "?"} ${state.bells === 1 ? "bell waits" : "bells wait"}` : "the broker cannot be reached");
  parts.push(`beat heard ${ago(state.swept_seconds_ago)}`);
  if (state.drained) parts.push("DRAINED: no lane is taken");
  summary.textContent = parts.join(" · ");
  summary.classList.toggle("stale", !state.broker || state.drained);
  if (form) {
    form.querySelector("[data-when=drained]").hidden = !state.drained;
    form.querySelector("[data-when=undrained]").hidden = state.drained;
  }
}

// Why asking again would bring nothing; empty where it may.
function over(answer) {
  if (answer.redirected) return "You are not logged in any more. Load the page anew.";
  return answer.status === 403 ? "You may not look at the lanes any more; ask for the permission to view lanes." : "";
}

function tell(text) {
  summary.textContent = text;
  summary.classList.add("stale");
}

async function look() {
  try {
    const answer = await fetch(root.dataset.state, { headers: { Accept: "application/json" } });
    const end = over(answer);
    if (end) { tell(end); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    draw(await answer.json());
  } catch {
    tell("The server does not answer; trying again…");
  }
  setTimeout(look, EVERY_MS);
}

look();
