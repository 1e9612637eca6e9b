// Choices that would be lost: the admin's save bar shows while a form differs from what is saved.
import { answer } from "./forms.js";
import { lost, main } from "./visit.js";

const BAR = "choices-bar";

const differs = (field) => field.matches("[type='checkbox'], [type='radio']")
  ? field.checked !== field.defaultChecked
  : "defaultValue" in field && field.value !== field.defaultValue;

function mark(form) {
  const is = [...form.elements].some(differs);
  if (("unsaved" in form.dataset) === is) return;
  form.toggleAttribute("data-unsaved", is);
  if (is) window.shopify?.saveBar?.show(BAR); else window.shopify?.saveBar?.hide(BAR);
}

addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && "keep" in form.dataset) mark(form);
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
  if (button.getAttribute("variant") === "primary") await save(form); else form.reset();
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
