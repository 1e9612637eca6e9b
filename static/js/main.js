// The embedded app's pages: navigation, forms and polling by fetch, so that App Bridge adds an ID token to each request.
import { begin } from "./visit.js";
import "./scopes.js";
import "./forms.js";
import { settle } from "./choices.js";
import "./records.js";
import { watch } from "./live.js";
import { price } from "./price.js";

begin(() => { watch(); price(); settle(); });
