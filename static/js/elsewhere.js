// Links that somebody opens in another tab or window, copies or drags there: outside of the admin's frame a page does not know
// whose it is, so they lead to the admin's own address of it. Where one is simply followed it has the app's own, which nobody
// around the frame takes for a way out of it.
const home = document.querySelector('meta[name="admin-home"]')?.content;

// The address of a page of ours, whichever of the two its link has by now.
export const pageOf = (link) => (home && link.href.startsWith(`${home}/`) ? location.origin + link.href.slice(home.length) : link.href);

export const opensElsewhere = (event) => event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey;

function ours(event) {
  const link = event.target.closest?.("a[href]");
  const own = home && link && !link.target && !("file" in link.dataset) && new URL(pageOf(link));
  return own && own.origin === location.origin ? [link, own.href, home + own.pathname + own.search + own.hash] : [];
}

function address(event, elsewhere) {
  const [link, own, admins] = ours(event);
  if (link) link.href = elsewhere ? admins : own;
}

// Of a mouse the button and the keys say what is meant. Of a finger nobody knows until it is lifted: a long touch opens a menu.
addEventListener("pointerdown", (event) => {
  address(event, event.pointerType !== "mouse" || event.button !== 0 || opensElsewhere(event));
});
addEventListener("pointerup", (event) => { if (event.pointerType !== "mouse") address(event, false); });
addEventListener("contextmenu", (event) => address(event, true));
addEventListener("click", (event) => { if (opensElsewhere(event)) address(event, true); });
addEventListener("dragstart", (event) => {
  const admins = ours(event)[2];
  if (admins) for (const kind of ["text/uri-list", "text/plain"]) event.dataTransfer.setData(kind, admins);
});
