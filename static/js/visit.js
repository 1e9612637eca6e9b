// Going from page to page: <main> is exchanged, history, scroll position and focus behave as a browser's own.
import { clocks } from "./clocks.js";
import { opensElsewhere, pageOf } from "./elsewhere.js";
import { patch } from "./patch.js";

const RETRY_MS = 3000;
const LATE_MS = 20000;
const LOW = 0.75; // of the window: what begins below is not seen by whoever asked for it
const SORRY = "The answer could not be read. Reload the page, and try again.";

let shown = () => {};
let latest = 0;
let retry = null;
let wanted = null; // a page that was asked for and did not come: nothing that only brings pages up to date takes its place
let here = location.pathname;
const given = [...new URLSearchParams(location.search)].filter(([name]) => ["embedded", "host", "shop"].includes(name));

export const main = () => document.getElementById("main");

export function say(text) { document.getElementById("said").textContent = text; }

export function toast(text) { window.shopify?.toast?.show(text); say(text); }

export function lost(is) { document.getElementById("network").hidden = !is; }

export function busy(is) {
  if (is) main().setAttribute("aria-busy", "true"); else main().removeAttribute("aria-busy");
  window.shopify?.loading?.(is);
}

// What a page's address is to the admin and to history: without what only one document was given.
// The shop's own names stay: a frame that is loaded anew has nothing else to say whose it is.
export function clean(url) {
  const address = new URL(url, location.href);
  for (const [name, value] of given) address.searchParams.set(name, value);
  for (const name of ["id_token", "hmac", "session", "timestamp", "bounced"]) address.searchParams.delete(name);
  return address.pathname + address.search + address.hash;
}

// Opens a page. `how`: "push" for a new one, "back" for one of history, "quiet" to bring the present one up to date.
// Where the address differs from the present one only behind the path, and names a part of the page, only that part is
// exchanged: what is chosen around it stays.
export async function visit(url, how = "push") {
  if (how === "quiet" && (wanted || held())) { shown(); return; }
  const own = ++latest;
  clearTimeout(retry);
  wanted = null;
  const part = how === "quiet" ? "" : partOf(url);
  if (how !== "quiet" && !part) await mayLeave();
  if (how !== "quiet") busy(true);
  try {
    const response = await ask(url, { headers: { Accept: "text/html" } });
    if (how === "quiet" && response.status >= 500) throw new Error(String(response.status));
    lost(false);
    await display(response, own, how, part);
  } catch {
    if (own !== latest) return;
    lost(true);
    if (how !== "quiet") wanted = () => visit(url, how);
    retry = setTimeout(() => visit(url, how), RETRY_MS);
  } finally {
    if (own === latest) busy(false);
  }
}

// A fetch that comes to an end: without a network, the ID token that it waits for may never come.
export function ask(url, options) {
  const late = new Promise((_, reject) => { setTimeout(reject, LATE_MS, new Error("no answer")); });
  return Promise.race([fetch(url, options), late]);
}

// A form that asks or is being sent, and a page that was asked for, come first: the page is brought up to date after them.
const held = () => main().matches("[aria-busy]") || main().querySelector("form[data-asking], form[data-sending]");

function partOf(url) {
  const address = new URL(url, location.href);
  const id = address.hash.slice(1);
  return address.pathname === here && id && document.getElementById(id) ? id : "";
}

async function mayLeave() {
  if (document.querySelector("form[data-unsaved]")) await window.shopify?.saveBar?.leaveConfirmation?.();
}

// Shows the answer to a form, whatever visit was under way. A refusal has no address of its own to come back to.
export const show = (response) => display(response, ++latest, response.ok || response.redirected ? "push" : "stay", "");

// What has been overtaken by another visit is not shown.
async function display(response, own, how, part) {
  const url = response.url;
  const text = await response.text();
  if (own !== latest) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("main");
  if (!fresh) { refuse(SORRY); return; }
  clocks(fresh);
  if (how === "quiet" && !held()) renew(fresh);
  else if (how === "quiet") { shown(); return; }
  else if (part && page.getElementById(part)) exchangePart(page.getElementById(part), url, how);
  else exchange(fresh, page.title, url, how);
  here = location.pathname;
  document.title = page.title;
  shown();
}

// What a page is of has come further, or to its end: that is said to whoever does not see it.
function renew(fresh) {
  const before = standing(main());
  carry(main(), fresh);
  patch(main(), fresh);
  const now = standing(main());
  if (now !== before) say(now);
}

function standing(place) {
  const [what, state, answer] = [".head h1", ".head .badge", ".answer"]
    .map((one) => place.querySelector(one)?.textContent.trim().replace(/\s+/g, " "));
  return state ? `${what}: ${state}. ${answer || ""}`.trim() : "";
}

function exchange(fresh, title, url, how) {
  remember(url, how);
  main().replaceWith(fresh);
  const wrong = fresh.querySelector("[role='alert']:not([hidden])") || fresh.querySelector("[data-once]");
  focus(wrong || fresh.querySelector("h1") || fresh);
  const part = document.getElementById(location.hash.slice(1) || "main");
  if (wrong && how !== "back") wrong.scrollIntoView({ block: "center" });
  else if (how === "back" || part === fresh) scrollTo(0, how === "back" ? history.state?.scroll || 0 : 0);
  else part?.scrollIntoView();
  say(title);
}

function exchangePart(fresh, url, how) {
  remember(`${url.split("#")[0]}#${fresh.id}`, how);
  document.getElementById(fresh.id).replaceWith(fresh);
  focus(fresh);
  const { top } = fresh.getBoundingClientRect();
  if (how === "back") scrollTo(0, history.state?.scroll || 0);
  else if (top < 0 || top > innerHeight * LOW) fresh.scrollIntoView();
}

function focus(element) {
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

function remember(url, how) {
  if (how !== "push") return;
  keepScroll();
  if (clean(url) !== clean(location.href)) history.pushState({}, "", clean(url));
}

function keepScroll() { history.replaceState({ ...history.state, scroll: scrollY }, ""); }

addEventListener("scrollend", keepScroll);

// What is shown once (`data-once`), and what was refused, stays: the server does not say it again. What has a name stays as
// long as the place around it says that it lives (`data-living`); then that place says why it does not: it is among those
// that were used (`data-used`, `data-taken`), or not (`data-over`).
function carry(old, fresh) {
  for (const one of old.querySelectorAll("[data-once]")) {
    const place = fresh.querySelector(`#${one.parentElement.id}`);
    const over = place && one.dataset.once && one.dataset.once !== place.dataset.living;
    place?.append(over ? banner(whyOver(place.dataset, one.dataset.once)) : one.cloneNode(true));
  }
  for (const one of old.querySelectorAll("[data-problem]:not([hidden])")) {
    const action = one.closest("form")?.getAttribute("action");
    const twin = action && [...fresh.querySelectorAll("form")].find((form) => form.getAttribute("action") === action);
    const named = one.dataset.problem && fresh.querySelector(`[data-problem="${one.dataset.problem}"]`);
    const place = named || (twin && problemOf(twin));
    if (place?.hidden) place.replaceWith(one.cloneNode(true));
  }
}

const whyOver = ({ used, taken, over }, name) => ((used || "").split(" ").includes(name) ? taken : over);

function banner(text) {
  const made = document.createElement("p");
  Object.assign(made, { className: "banner", textContent: text });
  made.setAttribute("role", "status");
  made.dataset.once = "";
  return made;
}

export async function sentence(response) {
  try { return (await response.json()).error || SORRY; } catch { return SORRY; }
}

// Where a form says what went wrong: inside it, in a place that names it, or in one made for it.
export function problemOf(form) {
  const named = form.id && form.getRootNode().querySelector(`[data-problem="${form.id}"]`);
  const place = form.querySelector("[data-problem]") || named;
  if (place) return place;
  const made = document.createElement("p");
  made.className = "problem";
  made.hidden = true;
  made.dataset.problem = "";
  made.setAttribute("role", "alert");
  form.append(made);
  return made;
}

// An error stays where it happened, until the next try; where its form is on the page no more, until somebody closes it.
export function refuse(text, form) {
  if (form && !form.isConnected) { elsewhere(text); return; }
  const place = form ? problemOf(form) : main().querySelector("[data-problem]");
  if (!place) { toast(text); return; }
  place.textContent = text;
  place.hidden = false;
  place.tabIndex = -1;
  place.focus();
}

const strayed = document.getElementById("strayed");

function elsewhere(text) {
  strayed.querySelector("p").textContent = text;
  strayed.hidden = false;
}

strayed.querySelector("button").addEventListener("click", () => {
  strayed.hidden = true;
  focus(main());
});

// -- what leads to a visit ----------------------------------------------------------------------------------------

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || opensElsewhere(event)) return;
  const address = pageOf(link);
  if (link.target || new URL(address).origin !== location.origin || "file" in link.dataset) return;
  event.preventDefault();
  visit(address);
});

// The admin's own menu (App Bridge): the event's target is the entry of <s-app-nav>.
addEventListener("shopify:navigate", (event) => {
  const href = event.target.getAttribute?.("href");
  if (!href) return;
  event.preventDefault();
  visit(new URL(href, location.href).href);
});

addEventListener("popstate", () => visit(location.href, "back"));
addEventListener("pageshow", (event) => { if (event.persisted) visit(location.href, "quiet"); });
addEventListener("offline", () => lost(true));
addEventListener("online", () => {
  if (wanted) wanted();
  else if (!document.getElementById("network").hidden) visit(location.href, "quiet");
});

// `after`: called for the first page and for every one that follows.
export function begin(after) {
  shown = after;
  history.scrollRestoration = "manual";
  clocks(document);
  const address = clean(location.href);
  if (address !== location.pathname + location.search + location.hash) history.replaceState({}, "", address);
  shown();
}
