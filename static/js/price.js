// What an export of the kinds that are ticked will find and cost: by the figures of the last one, before that by counts
// which are asked for when the page is there already, and come when they come.
import { duration } from "./live.js";
import { ask, main } from "./visit.js";

const EVERY_MS = 1000;
const TRIES = 15;
const NOTHING = "Nothing is ticked: choose what to export.";
const COUNTED = "Shopify counts no more than these beforehand: variants, metafields, files and translations come on top, " +
  "often many times as much. The first export measures it.";

export function price() {
  const form = main().querySelector("form[data-price]");
  if (form?.dataset.points) draw(form);
  else if (form?.dataset.counts) count(form, TRIES);
}

async function count(form, tries) {
  if (!form.isConnected) return;
  try {
    const response = await ask(form.dataset.counts, { headers: { Accept: "application/json" } });
    const { kinds, points, seconds } = await response.json();
    if (kinds) fill(form, kinds, points, seconds);
    else if (tries) setTimeout(count, EVERY_MS, form, tries - 1);
  } catch { /* The page says as much as it did before. */ }
}

function fill(form, kinds, points, seconds) {
  if (!Object.keys(kinds).length) return;
  for (const [name, number] of Object.entries(kinds)) {
    const box = form.querySelector(`input[name="resources"][value="${name}"]`);
    const place = form.querySelector(`[data-known="${name}"]`);
    if (!box || !place) continue;
    box.dataset.count = number;
    place.textContent = `${number.toLocaleString("en")} in the store`;
  }
  Object.assign(form.dataset, { points, seconds, least: "" });
  form.querySelector("[data-sum]").dataset.since = COUNTED;
  draw(form);
}

addEventListener("change", (event) => {
  if (event.target.form?.dataset.points) draw(event.target.form);
});

function draw(form) {
  const place = form.querySelector("[data-sum]");
  place.dataset.since ??= place.textContent.trim();
  if (!form.querySelector("input[name='resources']:checked")) { place.textContent = NOTHING; return; }
  const ticked = [...form.querySelectorAll("[data-count]:checked")];
  const known = ticked.filter((box) => box.dataset.count !== "");
  const records = known.reduce((sum, box) => sum + Number(box.dataset.count), 0);
  const figure = (value) => Math.round(value).toLocaleString("en");
  const more = known.length < ticked.length ? ", and kinds that have not been counted" : "";
  const least = "least" in form.dataset;
  const price = `${figure(records * form.dataset.points)} API points, ` +
    duration(Math.max(1, Math.round(records * form.dataset.seconds)));
  place.textContent = least
    ? `At least ${figure(records)} records: more than ${price}. ${place.dataset.since}`
    : `About ${figure(records)} records${more}: ${price}. ${place.dataset.since}`;
}
