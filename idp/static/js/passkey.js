// Passkeys: ask our server for options, let the authenticator answer, send the answer by the page's form.
(function () {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  const button = document.querySelector("[data-passkey-start]");
  if (!form || !button || !window.PublicKeyCredential || !navigator.credentials) return;
  const says = form.querySelector("[data-passkey-says]");
  const creates = form.dataset.passkey === "create";
  const FRESH = 4 * 60 * 1000; // a challenge lives for five minutes
  let asking = null;

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: toBytes(each.id) }));

  async function options(pressed) {
    const answer = await fetch(form.dataset.options, {
      method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
    });
    if (!answer.ok) {
      if (pressed && answer.status < 429) location.reload(); // the page is too old: the next one says why
      throw new Error(`no options: ${answer.status}`);
    }
    const given = await answer.json();
    given.challenge = toBytes(given.challenge);
    if (creates) {
      given.user.id = toBytes(given.user.id);
      given.excludeCredentials = named(given.excludeCredentials);
    } else {
      given.allowCredentials = named(given.allowCredentials);
    }
    return given;
  }

  function send(credential) {
    const from = credential.response;
    const response = { clientDataJSON: toText(from.clientDataJSON) };
    if (creates) {
      response.attestationObject = toText(from.attestationObject);
      response.transports = from.getTransports ? from.getTransports() : [];
    } else {
      response.authenticatorData = toText(from.authenticatorData);
      response.signature = toText(from.signature);
      if (from.userHandle) response.userHandle = toText(from.userHandle);
    }
    form.querySelector("input[name=credential]").value = JSON.stringify({
      id: credential.id, rawId: toText(credential.rawId), type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment, response,
    });
    const shared = document.querySelector("input[name=shared]:checked");
    if (shared && !form.elements.shared) {
      const kept = document.createElement("input");
      Object.assign(kept, { type: "hidden", name: "shared", value: shared.value });
      form.append(kept);
    }
    form.submit();
  }

  async function ask(mediation) {
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    const publicKey = await options(!mediation);
    if (mine.signal.aborted) return;
    const wanted = { publicKey, signal: mine.signal, ...(mediation && { mediation }) };
    send(await navigator.credentials[creates ? "create" : "get"](wanted));
  }

  function explain(error) {
    if (error.name === "AbortError") return;
    const word = { NotAllowedError: "stopped", InvalidStateError: "known" }[error.name] || "failed";
    says.textContent = says.dataset[word];
    says.hidden = false;
  }

  async function autofill() {
    try {
      if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return;
      const again = setTimeout(autofill, FRESH);
      button.addEventListener("click", () => clearTimeout(again), { once: true });
      await ask("conditional");
    } catch (error) { /* the button is still there */ }
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    says.hidden = true;
    ask().catch(explain);
  });
  if ("autofill" in form.dataset && PublicKeyCredential.isConditionalMediationAvailable) autofill();
})();
