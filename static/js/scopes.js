// Scopes that the app lacks are asked for when something is sent that needs them: `data-scopes` on a form, or on a ticked
// box in it. The form goes on once they are granted; `data-granted` is the address that is told.
import { refuse } from "./visit.js";

const DECLINED = "The app was not allowed to do this. Untick what it may not touch, or allow it.";

addEventListener("submit", async (event) => {
  const form = event.target;
  const places = [form, ...form.querySelectorAll("[data-scopes]:checked")].filter((place) => place.dataset.scopes);
  const wanted = [...new Set(places.flatMap((place) => place.dataset.scopes.split(" ")))];
  if (!wanted.length || !window.shopify?.scopes || "asking" in form.dataset) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.asking = "";
  const granted = await grant(wanted, form.dataset.granted);
  delete form.dataset.asking;
  if (!granted) { refuse(DECLINED, form); return; }
  places.forEach((place) => { delete place.dataset.scopes; });
  form.requestSubmit(event.submitter);
}, true);

async function grant(wanted, address) {
  try {
    const { result } = await shopify.scopes.request(wanted);
    if (result !== "granted-all") return false;
    return (await fetch(address, { method: "POST", headers: { Accept: "application/json" } })).ok;
  } catch { return false; }
}
