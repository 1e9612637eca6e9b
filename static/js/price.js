// What an export of the kinds that are ticked will find and cost, by the figures of the last one.
import { duration } from "./live.js";
import { main } from "./visit.js";

export function price() {
  const form = main().querySelector("form[data-price]");
  if (form?.dataset.points) draw(form);
}

addEventListener("change", (event) => {
  if (event.target.form?.dataset.points) draw(event.target.form);
});

function draw(form) {
  const place = form.querySelector("[data-sum]");
  place.dataset.since ??= place.textContent.trim();
  const ticked = [...form.querySelectorAll("[data-count]:checked")];
  const known = ticked.filter((box) => box.dataset.count !== "");
  const records = known.reduce((sum, box) => sum + Number(box.dataset.count), 0);
  const figure = (value) => Math.round(value).toLocaleString("en");
  const more = known.length < ticked.length ? ", and kinds that have not been counted" : "";
  place.textContent = `About ${figure(records)} records${more}: ${figure(records * form.dataset.points)} API points, ` +
    `${duration(Math.max(1, Math.round(records * form.dataset.seconds)))}. ${place.dataset.since}`;
}
