// Forms: each is sent once, its errors stay beside it, and files come and go by addresses of their own.
import { draw, reckon } from "./figures.js";
import { ask, busy, lost, problemOf, refuse, sentence, show, toast, visit } from "./visit.js";

const NOT_SENT = "The network was lost. Look whether it happened, and try again.";

addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  event.preventDefault();
  if ("sending" in form.dataset) return;
  if (form.method === "get") { search(form); return; }
  form.dataset.sending = "";
  const ways = { upload, download, answer };
  const way = Object.keys(ways).find((name) => name in form.dataset);
  if (await agreed(form)) await once(form, () => (way ? ways[way] : send)(form));
  delete form.dataset.sending;
});

async function once(form, work) {
  const buttons = [...form.querySelectorAll("button")];
  const pressed = buttons.find((button) => button === document.activeElement);
  buttons.forEach((button) => { button.disabled = true; });
  problemOf(form).hidden = true;
  busy(true);
  try {
    await work();
    lost(false);
  } catch {
    refuse(NOT_SENT, form);
  } finally {
    busy(false);
    buttons.forEach((button) => { button.disabled = false; });
    // A disabled button loses the focus: it gets it back, unless that has gone elsewhere meanwhile.
    if (pressed?.isConnected && document.activeElement === document.body) pressed.focus({ preventScroll: true });
  }
}

function search(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  visit(`${location.pathname}?${query}${new URL(form.action).hash}`);
}

// Asks before what cannot be taken back: `data-confirm`, only when the field of `data-confirm-when` has that value. A form
// whose figures depend on what is chosen asks with them (`data-figures`).
async function agreed(form) {
  const text = form.dataset.confirm;
  const [name, value] = (form.dataset.confirmWhen || "").split("=");
  if (!text || (name && new FormData(form).get(name) !== value)) return true;
  const question = "figures" in form.dataset ? await questionOf(form) : text;
  if (question === null) return false;
  if (!question) return true;
  const dialog = document.getElementById("ask");
  dialog.querySelector("p").textContent = question;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// With the figures of this moment; null where there are none, which the form then says.
async function questionOf(form) {
  problemOf(form).hidden = true;
  try {
    const { response, said } = await reckon(form);
    if (response.ok) return said.question;
    refuse(await sentence(response), form);
  } catch { refuse(NOT_SENT, form); }
  return null;
}

const posting = (form, body, accept, address = form.action) =>
  ask(address, { method: "POST", body, headers: { Accept: accept } });

const fields = (form) => new URLSearchParams(new FormData(form));

async function send(form) {
  const response = await posting(form, fields(form), "text/html");
  if (response.status === 409 && form.id === "decision") await decided(response, form);
  else if ((response.headers.get("Content-Type") || "").includes("json")) refuse(await sentence(response), form);
  else await show(response);
}

// Somebody else has decided meanwhile: the page says so itself, and where it goes on.
async function decided(response, form) {
  const text = await sentence(response);
  form.toggleAttribute("data-unsaved", false);
  delete form.dataset.sending;
  busy(false);
  await visit(location.pathname + location.search, "back");
  toast(text);
}

// A small thing that leaves the page as it is: the answer is JSON, with figures that the page shows.
export async function answer(form, address) {
  const response = await posting(form, fields(form), "application/json", address);
  if (!response.ok) { refuse(await sentence(response), form); return null; }
  const said = await response.json();
  draw(said.figures || {});
  if (said.message) toast(said.message);
  form.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: said }));
  return said;
}

// -- files --------------------------------------------------------------------------------------------------------

const BROKE_OFF = "The connection broke off before the file was through. It is sent again.";
const [LOST_SECONDS, LOST_MOST] = [5, 3];

let uploads = 0;

addEventListener("beforeunload", (event) => { if (uploads) event.preventDefault(); });

// It goes on while its merchant looks at other pages, and takes none of them away.
async function upload(form) {
  const place = form.querySelector("[data-uploading]");
  uploads += 1;
  try {
    const { status, said } = await brought(form.action, new FormData(form), place);
    if (status >= 300 || !said.url) refuse(said.error || NOT_SENT, form);
    else if (form.isConnected) await visit(said.url);
    else toast("Your file has arrived. What becomes of it stands in the list of runs.");
  } finally {
    uploads -= 1;
    place.hidden = true;
  }
}

// Where the app has no room for it yet, it waits, says so, and is sent by itself.
async function brought(action, body, place) {
  for (let lost = 0; lost <= LOST_MOST;) {
    const answer = await attempt(action, body, place);
    if (!answer.said.retry_after) return answer;
    lost = answer.lost ? lost + 1 : 0;
    tell(place, answer.said.error);
    await new Promise((resolve) => { setTimeout(resolve, answer.said.retry_after * 1000); });
  }
  throw new Error("lost");
}

// The address is its own permission. XMLHttpRequest, because fetch says nothing of how far an upload has come. A refusal may
// be lost, as it comes before the file is through; then the address is still good, and nothing is there twice.
async function attempt(action, body, place) {
  const size = [...body.values()].reduce((sum, value) => sum + (value.size || 0), 0);
  const asked = await ask(action, { method: "POST", body: new URLSearchParams({ size }), headers: { Accept: "application/json" } });
  const said = await asked.json().catch(() => ({}));
  if (!asked.ok) return { status: asked.status, said };
  tell(place, "");
  try {
    return await sending(said.address, body, place.querySelector("progress"));
  } catch (problem) {
    const unused = await ask(said.address, { headers: { Accept: "application/json" } });
    if (!unused.ok) throw problem;
    return { status: 0, said: { error: BROKE_OFF, retry_after: LOST_SECONDS }, lost: true };
  }
}

function tell(place, text) {
  place.hidden = false;
  place.querySelector("progress").removeAttribute("value");
  place.querySelector("[role='status']").textContent = text;
}

function sending(address, body, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { bar.max = event.total; bar.value = event.loaded; });
    request.addEventListener("load", () => resolve({ status: request.status, said: request.response || {} }));
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, reject);
    request.send(body);
  });
}

// A browser's own download carries no token: a link that lives a minute is asked for, and followed.
async function download(form) {
  const response = await posting(form, null, "application/json");
  if (!response.ok) { refuse(await sentence(response), form); return; }
  follow((await response.json()).url, "");
}

// However it is clicked: another tab would know nothing of it.
for (const name of ["click", "auxclick"]) addEventListener(name, fetched);

async function fetched(event) {
  const link = event.target.closest?.("a[data-file]");
  if (!link || event.button > 1) return;
  event.preventDefault();
  try {
    const response = await ask(link.href, { headers: { Accept: "*/*" } });
    if (!response.ok) { refuse(await sentence(response)); return; }
    const url = URL.createObjectURL(await response.blob());
    follow(url, link.href.split("/").pop());
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch { toast(NOT_SENT); }
}

function follow(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.target = "_self";
  document.body.append(link);
  link.click();
  link.remove();
}
