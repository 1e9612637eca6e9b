// Navigation, forms and polling by fetch: App Bridge adds the ID token to every one of them.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  let timer = null;
  let visit = 0;

  // -- pages ----------------------------------------------------------------------------------------------------

  async function show(response, push) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!fresh) { problem("The answer could not be read. Try again."); return; }
    main().replaceWith(fresh);
    document.title = page.title;
    if (push) history.pushState(null, "", clean(response.url));
    fresh.focus({ preventScroll: !push });
    start();
  }

  function clean(url) {
    const address = new URL(url, location.href);
    address.searchParams.delete("id_token");
    return address.pathname + address.search;
  }

  async function visitPage(url, push = true) {
    visit += 1;
    const own = visit;
    clearTimeout(timer);
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      lost(false);
      if (own === visit) await show(response, push);
    } catch {
      lost(true);
      if (own === visit) timer = setTimeout(() => visitPage(url, push), 3000);
    }
  }

  function lost(is) { document.getElementById("network").hidden = !is; }

  function problem(text, form) {
    const place = (form || main()).querySelector("[data-problem]");
    if (place) { place.textContent = text; place.hidden = false; place.scrollIntoView({ block: "nearest" }); }
    else if (window.shopify?.toast) shopify.toast.show(text);
  }

  async function sentence(response) {
    try { return (await response.json()).error || "That did not work. Try again."; } catch { return "That did not work. Try again."; }
  }

  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.origin !== location.origin) return;
    event.preventDefault();
    if ("file" in link.dataset) saveFile(link.href);
    else visitPage(link.href);
  });

  addEventListener("shopify:navigate", (event) => visitPage(new URL(event.target.getAttribute("href"), location.href).href));

  addEventListener("popstate", () => visitPage(location.href, false));

  // -- forms ----------------------------------------------------------------------------------------------------

  addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.method === "get") { visitPage(`${location.pathname}?${new URLSearchParams(new FormData(form))}`); return; }
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    try {
      if ("upload" in form.dataset) await upload(form);
      else if ("download" in form.dataset) await download(form);
      else await send(form);
      lost(false);
    } catch { problem("The network is lost; nothing was sent twice. Try again.", form); }
    buttons.forEach((button) => { button.disabled = false; });
  });

  async function send(form) {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if ((response.headers.get("Content-Type") || "").includes("json")) problem(await sentence(response), form);
    else await show(response, true);
  }

  async function upload(form) {
    const bar = form.querySelector("progress");
    const address = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" } });
    if (!address.ok) { problem(await sentence(address), form); return; }
    bar.hidden = false;
    const response = await fetch((await address.json()).address, { method: "POST", body: new FormData(form) });
    bar.hidden = true;
    if (response.ok) await visitPage((await response.json()).url);
    else problem(await sentence(response), form);
  }

  async function download(form) {
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" } });
    if (!response.ok) { problem(await sentence(response), form); return; }
    const link = document.createElement("a");
    link.href = (await response.json()).url;
    link.download = "";
    link.target = "_self";
    document.body.append(link);
    link.click();
    link.remove();
  }

  async function saveFile(url) {
    const response = await fetch(url, { headers: { Accept: "*/*" } });
    if (!response.ok) { problem(await sentence(response)); return; }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = url.split("/").pop();
    link.target = "_self";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  // -- polling --------------------------------------------------------------------------------------------------

  function start() {
    clearTimeout(timer);
    const run = document.getElementById("run");
    if (run?.dataset.poll) timer = setTimeout(() => poll(run, 0), Number(run.dataset.poll));
    const list = main().querySelector("[data-refresh]");
    if (list) timer = setTimeout(() => visitPage(location.href, false), Number(list.dataset.refresh));
  }

  // Faster while something moves, slower while the network is lost or nobody looks, over when the run is.
  async function poll(run, failures) {
    if (!run.isConnected) return;
    let wait = Math.min(30000, 1000 * 2 ** failures);
    try {
      const response = await fetch(`${run.dataset.status}?updated=${run.dataset.updated}`, { headers: { Accept: "application/json" } });
      if ([403, 404, 410].includes(response.status)) { visitPage(location.href, false); return; }
      if (!response.ok) throw new Error(String(response.status));
      const status = await response.json();
      failures = 0;
      lost(false);
      if (status.status !== run.dataset.state) { visitPage(location.href, false); return; }
      if (!status.unchanged) draw(run, status);
      if (status.poll_ms === null) return;
      wait = document.hidden ? Math.max(status.poll_ms, 10000) : status.poll_ms;
    } catch {
      failures += 1;
      lost(true);
    }
    timer = setTimeout(() => poll(run, failures), wait);
  }

  function draw(run, status) {
    run.dataset.updated = status.updated;
    const shown = {
      step_label: status.step_label || "In line", step_number: status.step_number, done: status.done,
      rate: status.rate ?? "–", left: duration(status.seconds_left), ahead: status.ahead ?? "–",
    };
    for (const [name, value] of Object.entries(shown)) {
      const place = run.querySelector(`[data-show="${name}"]`);
      if (place) place.textContent = value;
    }
    const bar = run.querySelector("[data-progress]");
    if (bar && status.total) { bar.max = status.total; bar.value = status.done; } else if (bar) bar.removeAttribute("value");
    const table = run.querySelector("[data-counts]");
    const rows = Object.entries(status.counts).map(([name, count]) => {
      const row = document.createElement("tr");
      for (const [index, text] of [name, count.done, count.total ?? "?"].entries()) {
        const cell = row.insertCell();
        cell.textContent = text;
        if (index) cell.className = "number";
      }
      return row;
    });
    table.hidden = rows.length === 0;
    table.tBodies[0].replaceChildren(...rows);
  }

  function duration(seconds) {
    if (seconds === null || seconds === undefined) return "–";
    if (seconds < 90) return `${seconds} s`;
    return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  }

  start();
})();
