// Choices that would be lost: the admin's save bar shows while a form differs from what is saved.
import { reckon } from "./figures.js";
import { answer } from "./forms.js";
import { differs } from "./patch.js";
import { lost, main } from "./visit.js";

const BAR = "choices-bar";

let barred = false;

function bar(is) {
  if (barred === is) return;
  barred = is;
  if (is) window.shopify?.saveBar?.show(BAR); else window.shopify?.saveBar?.hide(BAR);
}

function mark(form) {
  const is = [...form.elements].some(differs);
  form.toggleAttribute("data-unsaved", is);
  bar(is);
}

// The figures on the page are those of what is chosen, not of what is kept.
function follow(form) {
  if ("figures" in form.dataset) reckon(form).catch(() => lost(true));
}

// Of each page that is shown: a bar stands over choices that are there and differ, and over nothing else.
export function settle() {
  const form = main().querySelector("form[data-keep]");
  if (!form) { bar(false); return; }
  mark(form);
  if ("unsaved" in form.dataset) follow(form);
}

addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && "keep" in form.dataset) { mark(form); follow(form); }
});

// What another form's answer said of figures knows only what is kept.
addEventListener("answered", (event) => {
  const form = main().querySelector("form[data-keep][data-unsaved]");
  if (form && form !== event.target) follow(form);
});

// All boxes of a form at once, but for those that are carried only where somebody ticks each of them.
addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-tick]");
  const place = button?.closest("fieldset");
  if (!place) return;
  const all = button.dataset.tick === "all";
  for (const box of place.querySelectorAll("input[type='checkbox']")) {
    if (!all || !("optional" in box.dataset)) box.checked = all;
  }
  place.querySelector("input")?.dispatchEvent(new Event("change", { bubbles: true }));
});

document.getElementById(BAR)?.addEventListener("click", async (event) => {
  const form = main().querySelector("form[data-keep]");
  const button = event.target.closest("button");
  if (!form || !button) return;
  if (button.getAttribute("variant") === "primary") await save(form); else { form.reset(); follow(form); }
  mark(form);
});

// Sent to an address of its own: the form's leads on.
async function save(form) {
  try {
    if (!(await answer(form, form.dataset.keep))) return;
    for (const field of form.elements) {
      field.defaultChecked = field.checked;
      if ("defaultValue" in field) field.defaultValue = field.value;
    }
  } catch { lost(true); }
}
