// Scopes that the app lacks are asked for when something is sent that needs them: `data-scopes` on a form, or on a ticked
// box in it. The form goes on once they are granted; `data-granted` is the address that is told.
import { refuse } from "./visit.js";

const DECLINED = "The app was not allowed to do this. Untick what it may not touch, or allow it.";
const UNASKED = "The admin could not be asked whether the app may do this. Try again.";
const UNTOLD = "It is allowed, but this app could not learn of it yet. Try again.";

addEventListener("submit", async (event) => {
  const form = event.target;
  const places = [form, ...form.querySelectorAll("[data-scopes]:checked")].filter((place) => place.dataset.scopes);
  const wanted = [...new Set(places.flatMap((place) => place.dataset.scopes.split(" ")))];
  if (!wanted.length || !window.shopify?.scopes || "asking" in form.dataset) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.asking = "";
  const problem = await ungranted(wanted, form.dataset.granted);
  delete form.dataset.asking;
  if (problem) { refuse(problem, form); return; }
  places.forEach((place) => { delete place.dataset.scopes; });
  form.requestSubmit(event.submitter);
}, true);

// Why the app may not do it yet; empty where it may.
async function ungranted(wanted, address) {
  let problem = UNASKED;
  try {
    const { result } = await shopify.scopes.request(wanted);
    if (result !== "granted-all") return DECLINED;
    problem = UNTOLD;
    return (await fetch(address, { method: "POST", headers: { Accept: "application/json" } })).ok ? "" : problem;
  } catch { return problem; }
}
