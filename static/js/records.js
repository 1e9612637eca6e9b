// Lists of records: what a record holds is fetched when somebody looks, and a record is left out by one press.
import { ask } from "./visit.js";

async function fill(details) {
  const inside = details.querySelector(".inside");
  if (!inside || inside.dataset.filled) return;
  inside.dataset.filled = "yes";
  try {
    const response = await ask(details.dataset.record, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const record = page.querySelector("[data-inside]") || page.querySelector("#main p");
    inside.replaceChildren(record || document.createTextNode("This record cannot be shown."));
  } catch {
    delete inside.dataset.filled;
    inside.textContent = "The network was lost; close this and open it again.";
  }
}

addEventListener("toggle", (event) => {
  const details = event.target;
  if (details.open && details.dataset?.record) fill(details);
}, true);

addEventListener("answered", (event) => {
  const button = event.target.querySelector("button[aria-pressed]");
  if (!button || event.detail.pressed === undefined) return;
  button.setAttribute("aria-pressed", String(event.detail.pressed));
  button.textContent = event.detail.pressed ? button.dataset.on : button.dataset.off;
  event.target.elements.left_out.value = event.detail.pressed ? "" : "1";
});
