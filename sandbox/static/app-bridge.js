// A stand-in for Shopify's App Bridge: ID tokens from the admin page around this frame, and `fetch` that carries them.
"use strict";
(() => {
  const waiting = new Map();
  let last = 0;

  function ask(name, value) {
    return new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      window.parent.postMessage({ number: last, name, value }, "*");
    });
  }

  addEventListener("message", (event) => {
    if (event.source !== window.parent) return;
    const { number, result } = event.data || {};
    const resolve = waiting.get(number);
    if (!resolve) return;
    waiting.delete(number);
    resolve(result);
  });

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

  window.shopify = {
    config: { apiKey: document.querySelector('meta[name="shopify-api-key"]')?.content, shop: query.get("shop") },
    idToken: () => ask("idToken"),
    toast: { show: (message) => ask("toast", message) },
    loading: () => {},
    saveBar: { show: async () => {}, hide: async () => {} },
  };

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
