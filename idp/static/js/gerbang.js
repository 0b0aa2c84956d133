// Small improvements only: every page works without this file.
(function () {
  "use strict";
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  // Show and hide a password.
  all("[data-reveal]").forEach((button) => {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
    });
    input.form.addEventListener("submit", () => { input.type = "password"; });
  });

  // Copy what stands in an element.
  all("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2500);
    });
  });

  // A receipt that came behind the # of an address: it was never sent to us.
  all("[data-from-address]").forEach((field) => {
    const text = location.hash.slice(1);
    if (!field.value && text.split(".").length === 3) field.value = text;
  });

  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // Count a wait down: minutes while it is longer than two of them, then seconds.
  all("[data-countdown]").forEach((element) => {
    const end = performance.now() + Number(element.dataset.countdown) * 1000;
    const timer = setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (left > 120) { element.textContent = element.dataset.minutes.replace("#", Math.ceil(left / 60)); return; }
      if (left > 0) { element.textContent = element.dataset.seconds.replace("#", left); return; }
      element.textContent = element.dataset.done;
      clearInterval(timer);
    }, 1000);
  });

  // Look whether the phone has decided; a code that is over is asked for anew while somebody looks.
  all("[data-poll]").forEach((element) => {
    const timer = setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(element.dataset.poll, { headers: { Accept: "application/json" } });
        if (answer.ok && (await answer.json()).state === element.dataset.state) return;
        clearInterval(timer);
        location.replace(location.pathname);
      } catch { /* no network: try again */ }
    }, 2500);
  });

  // The language switch keeps what was typed, never a secret: taken out again by the very next page.
  const KEY = "gerbang-typed";
  const keep = "input[type=text], input[type=email], input[type=tel], input[type=checkbox]";
  const fields = () => all(keep).filter((input) => input.name && input.autocomplete !== "one-time-code");
  try {
    const typed = JSON.parse(sessionStorage.getItem(KEY) || "null");
    sessionStorage.removeItem(KEY);
    if (typed && typed.at === location.pathname) {
      fields().forEach((input, n) => {
        const value = typed.values[n];
        if (typeof value === "boolean") input.checked = value;
        else if (value && !input.value) input.value = value;
      });
    }
    all("[data-languages] a").forEach((link) => link.addEventListener("click", () => {
      const values = fields().map((input) => (input.type === "checkbox" ? input.checked : input.value));
      sessionStorage.setItem(KEY, JSON.stringify({ at: location.pathname, values }));
    }));
  } catch { /* storage is off: nothing is kept */ }
})();
