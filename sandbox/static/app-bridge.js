// A stand-in for Shopify's App Bridge: ID tokens from the admin page around this frame, `fetch` that carries them, the
// app's navigation, title, save bar, toasts and scopes.
"use strict";
(() => {
  const waiting = new Map();
  let last = 0;

  function ask(name, value) {
    return new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      window.parent.postMessage({ number: last, name, value }, "*");
    });
  }

  addEventListener("message", (event) => {
    if (event.source !== window.parent) return;
    const { number, result, failed, name, value } = event.data || {};
    if (Object.hasOwn(told, name)) told[name](value);
    const asked = waiting.get(number);
    if (!asked) return;
    waiting.delete(number);
    if (failed) asked.reject(new TypeError(failed)); else asked.resolve(result);
  });

  // -- fetch with ID tokens -------------------------------------------------------------------------------------

  const query = new URLSearchParams(location.search);
  const plain = window.fetch.bind(window);
  const retry = "X-Shopify-Retry-Invalid-Session-Request";

  async function signed(request) {
    const headers = new Headers(request.headers);
    headers.set("Authorization", `Bearer ${await shopify.idToken()}`);
    return plain(new Request(request, { headers }));
  }

  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== location.origin) return plain(request);
    const again = request.clone();
    const response = await signed(request);
    return response.status === 401 && response.headers.has(retry) ? signed(again) : response;
  };

  // -- the save bar ---------------------------------------------------------------------------------------------

  let bar = null;

  const press = (selector) => bar?.querySelector(selector)?.click();

  const saveBar = {
    async show(id) { bar = document.getElementById(id); await ask("saveBar", true); },
    async hide() { bar = null; await ask("saveBar", false); },
    // Settles only where nothing is unsaved, or the merchant wants to leave.
    async leaveConfirmation() {
      if (bar === null) return;
      if (await ask("leave")) await saveBar.hide(); else await new Promise(() => {});
    },
  };

  // -- what the admin says --------------------------------------------------------------------------------------

  const entries = () => [...document.querySelectorAll("s-app-nav > s-link, s-app-nav > a")];

  const told = {
    save: () => press('button[variant="primary"]'),
    discard: () => press('button:not([variant="primary"])'),
    navigate(index) {
      const event = new CustomEvent("shopify:navigate", { bubbles: true, cancelable: true });
      entries()[index]?.dispatchEvent(event);
    },
  };

  window.shopify = {
    config: { apiKey: document.querySelector('meta[name="shopify-api-key"]')?.content, shop: query.get("shop") },
    idToken: () => ask("idToken"),
    toast: { show: (message) => ask("toast", message) },
    loading: () => {},
    saveBar,
    scopes: {
      query: () => ask("scopes"),
      request: (wanted) => ask("grant", wanted),
    },
  };

  // -- what the admin shows -------------------------------------------------------------------------------------

  // The admin's address follows the app's, without what only this frame's first document was given.
  function follow() {
    const own = new URLSearchParams(location.search);
    for (const name of ["embedded", "shop", "host", "locale", "session", "timestamp", "id_token", "hmac"]) own.delete(name);
    ask("path", location.pathname + (own.size ? `?${own}` : ""));
  }

  for (const name of ["pushState", "replaceState"]) {
    const original = history[name].bind(history);
    history[name] = (...given) => { original(...given); follow(); };
  }
  addEventListener("popstate", follow);

  addEventListener("DOMContentLoaded", () => {
    if (query.has("shopify-reload")) return;
    const shown = entries().map((link, index) => ({
      text: link.textContent.trim(), path: link.getAttribute("href"), home: link.getAttribute("rel") === "home", index,
    }));
    ask("menu", shown.filter((link) => !link.home));
    const title = document.querySelector("title");
    const say = () => ask("title", document.title);
    if (title) new MutationObserver(say).observe(title, { childList: true });
    say();
    follow();
  });

  // A bounce page names where to go once there is a fresh token.
  const reload = query.get("shopify-reload");
  if (reload) {
    shopify.idToken().then((token) => {
      const target = new URL(reload, location.origin);
      if (target.origin !== location.origin) return;
      target.searchParams.set("id_token", token);
      location.replace(target);
    });
  }
})();
