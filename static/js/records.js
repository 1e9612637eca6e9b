// Lists of records: what a record holds is fetched when somebody looks, and a record is left out by one press.
import { ask, say } from "./visit.js";

// So soon after a press nobody takes it for a jump: then the place that was kept shrinks to what came.
const AT_ONCE_MS = 400;

async function fill(details) {
  const pressed = performance.now();
  const inside = details.querySelector(".inside");
  if (!inside || inside.dataset.filled) return;
  inside.dataset.filled = "yes";
  try {
    const response = await ask(details.dataset.record, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const record = page.querySelector("[data-inside]") || page.querySelector("#main p");
    inside.replaceChildren(record || document.createTextNode("This record cannot be shown."));
    inside.classList.toggle("fit", performance.now() - pressed < AT_ONCE_MS);
    if (inside.scrollHeight > inside.clientHeight + 4) inside.append(whole());
  } catch {
    delete inside.dataset.filled;
    inside.textContent = "The network was lost; close this and open it again.";
  }
}

// What is longer than the place that was kept for it is shown at its whole length to whoever asks.
function whole() {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button whole", textContent: "Show all of it" });
  button.addEventListener("click", () => {
    const inside = button.closest(".inside");
    inside.classList.add("all");
    inside.focus();
  });
  return button;
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
  say(`${button.getAttribute("aria-label")}: ${event.detail.pressed ? "it is left out" : "it is taken back"}`);
});
