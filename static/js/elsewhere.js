// Links that somebody opens in another tab or window, copies or drags there: outside of the admin's frame a page does not know
// whose it is, so they lead to the admin's own address of it.
const home = document.querySelector('meta[name="admin-home"]')?.content;

// The address of a page of ours, whichever of the two its link has by now.
export const pageOf = (link) => (home && link.href.startsWith(`${home}/`) ? location.origin + link.href.slice(home.length) : link.href);

export const opensElsewhere = (event) => event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey;

function readdress(event) {
  const link = event.target.closest?.("a[href]");
  if (!home || !link || link.target || link.origin !== location.origin || "file" in link.dataset) return;
  link.href = home + link.pathname + link.search + link.hash;
}

// A press comes before all that a pointer can do with a link, menus and long touches included; the others are the keyboard's.
for (const name of ["pointerdown", "contextmenu"]) addEventListener(name, readdress);
addEventListener("click", (event) => { if (opensElsewhere(event)) readdress(event); });
