// Brings what is shown up to date and touches nothing that did not change: what was typed, ticked, chosen, opened or has the
// focus stays, whatever the answer says of the places around it.

// What only scripts and people set: no answer of the server speaks of these, so none takes them away.
const OURS = ["aria-busy", "tabindex", "open", "data-unsaved", "data-filled", "data-since", "data-asking", "data-sending"];
const FIELDS = "input, select, textarea";

// Where two parts have the same inner parts and the same words around them, each inner part is looked at alone.
export function patch(old, fresh) {
  if (old.isEqualNode(fresh) || old.dataset.filled) return;
  const [before, after] = [[...old.children], [...fresh.children]];
  const same = before.length === after.length && words(old) === words(fresh) && alike(old, fresh) &&
    before.every((one, n) => alike(one, after[n]));
  if (same) { dress(old, fresh); before.forEach((one, n) => patch(one, after[n])); return; }
  const held = old.contains(document.activeElement) ? focused() : null;
  const kept = changed(old);
  old.replaceWith(fresh);
  kept.forEach((give) => give(fresh));
  if (held) refocus(held, fresh);
}

const words = (node) => [...node.childNodes]
  .filter((one) => one.nodeType === Node.TEXT_NODE).map((one) => one.data.trim()).join(" ");

// A field is the same one only if it is named the same, and means the same.
const alike = (old, fresh) => old.tagName === fresh.tagName && old.id === fresh.id &&
  (!old.matches(FIELDS) || identity(old) === identity(fresh));

const ticked = (field) => field.matches("[type='checkbox'], [type='radio']");

const identity = (field) => [
  field.form?.getAttribute("action"), field.tagName, field.type, field.name, ticked(field) ? field.value : "",
].join("\n");

function dress(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OURS.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

// What a person did inside a place, each as a function that does it again in the place that takes its stead.
function changed(old) {
  const fields = [...old.querySelectorAll(FIELDS), ...(old.matches(FIELDS) ? [old] : [])].filter(differs);
  const opened = [...old.querySelectorAll("details[open]")];
  return [
    ...fields.map((field) => (fresh) => { const twin = twinOf(field, fresh); if (twin) fill(twin, field); }),
    ...opened.map((one) => (fresh) => opens(one, fresh)?.setAttribute("open", "")),
  ];
}

const opens = (details, fresh) => [...fresh.querySelectorAll("details")]
  .find((one) => one.firstElementChild?.textContent.trim() === details.firstElementChild?.textContent.trim());

// Whether a field holds something else than what it came with.
export function differs(field) {
  if (ticked(field)) return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return "defaultValue" in field && field.value !== field.defaultValue;
}

function fill(twin, field) {
  if (ticked(field)) twin.checked = field.checked;
  else if (field.type === "file") twin.files = field.files;
  else twin.value = field.value;
}

const twinOf = (field, place) => [...place.querySelectorAll(FIELDS), place]
  .find((one) => one.matches(FIELDS) && (field.id ? one.id === field.id : identity(one) === identity(field)));

// The element that has the focus, and where in its text the cursor is, before it leaves the page.
function focused() {
  const element = document.activeElement;
  let range = null;
  try { range = [element.selectionStart, element.selectionEnd]; } catch { /* A field without a cursor. */ }
  return { element, range };
}

function refocus({ element, range }, fresh) {
  const href = element.getAttribute("href");
  const twin = element.id ? document.getElementById(element.id)
    : href ? fresh.querySelector(`a[href="${CSS.escape(href)}"]`)
    : element.matches(FIELDS) ? twinOf(element, fresh)
    : element.matches("button") ? buttonOf(element, fresh) : null;
  const place = twin || (fresh.matches("h1") ? fresh : fresh.querySelector("h1")) || document.getElementById("main");
  if (place.tabIndex < 0) place.tabIndex = -1; // a heading takes no focus without that
  place.focus({ preventScroll: true });
  if (twin && range && range[0] !== null && twin.matches("input, textarea")) twin.setSelectionRange(...range);
}

const buttonOf = (button, fresh) => [...fresh.querySelectorAll("button")].find((one) =>
  one.textContent.trim() === button.textContent.trim() &&
  one.form?.getAttribute("action") === button.form?.getAttribute("action"));
