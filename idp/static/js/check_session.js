// Tell a client whether the session it knows is still the one of this browser (OIDC Session Management 1.0, section 3.2).
"use strict";

const COOKIE = "__Host-gerbang-state=";

function browserState() {
  const found = document.cookie.split("; ").find((part) => part.startsWith(COOKIE));
  return found ? found.slice(COOKIE.length) : "";
}

async function verdict(message, origin) {
  const [, clientId, digest, salt] = /^(\S+) ([0-9a-f]{64})\.([0-9a-f]{1,64})$/.exec(message) || [];
  if (!clientId) return "error";
  const known = new TextEncoder().encode(`${clientId} ${origin} ${browserState()} ${salt}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", known));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === digest ? "unchanged" : "changed";
}

window.addEventListener("message", async (event) => {
  if (!event.source || event.source === window || event.origin === "null") return;
  const answer = typeof event.data === "string" ? await verdict(event.data, event.origin) : "error";
  event.source.postMessage(answer, event.origin);
});
