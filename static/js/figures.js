// What a plan comes to under the choices that are on the page, whether they are kept or not.
import { ask } from "./visit.js";

let latest = 0;

export function draw(figures) {
  for (const [name, value] of Object.entries(figures)) {
    document.querySelectorAll(`[data-figure="${name}"]`).forEach((place) => {
      if (place.textContent !== value) place.textContent = value;
    });
  }
}

// Asks the server, and shows what it says unless something newer was asked meanwhile. The response, and what it says.
export async function reckon(form) {
  const own = ++latest;
  const address = `${form.dataset.figures}?${new URLSearchParams(new FormData(form))}`;
  const response = await ask(address, { headers: { Accept: "application/json" } });
  const said = await response.clone().json();
  if (response.ok && own === latest && form.isConnected) draw(said.figures);
  return { response, said };
}
