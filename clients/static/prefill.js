/* See docs/how-to/prefill-a-form.md. */
(() => {
  "use strict";
  const own = ["nickname", "given_name", "middle_name", "family_name", "website"];
  const free = ["declined", "unknown_to_publisher"];
  const text = (value) => value == null ? "" : Array.isArray(value) ? value.map(text).join("; ")
    : typeof value === "object" ? Object.values(value).map(text).filter(Boolean).join(", ") : String(value);
  const say = (field, words, name) => {
    if (!words) return;
    const line = document.createElement("p");
    line.id = `${field.id || field.name}-${name}`;
    line.className = `prefill-${name}`;
    line.textContent = words;
    field.after(line);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${line.id}`.trim());
  };
  const fill = (form, data) => {
    const { source = "", stale = "", sources = {}, reasons = {} } = data.words || {};
    for (const field of form.querySelectorAll("[data-claim]")) {
      const path = field.dataset.claim.split("."), root = path[0];
      const value = text(path.reduce((found, step) => found?.[step], data));
      if (value) field.value = value;
      if (value && field.value === value) {
        field.dataset.known = "true";
        field.readOnly = true;
        for (const option of field.options || []) option.disabled = !option.selected;
        const from = data.claims_provenance?.[root] || {};
        const day = from.verified_at
          && new Date(from.verified_at).toLocaleDateString(document.documentElement.lang || "id", { dateStyle: "long" });
        say(field, (from.stale ? stale : source).replace("{day}", day || "–")
          .replace("{source}", sources[from.source] || from.source || "Gerbang"), "source");
      } else if (!own.includes(root)) {
        const reason = field.dataset.withheld = data.claims_withheld?.[root] || "";
        say(field, reasons[reason] || reasons[""], "reason");
      }
    }
    form.dataset.prefilled = "true";
  };
  const count = (form) => {
    const counts = { prefilled: 0, typed: 0, typed_known: [] };
    for (const field of form.querySelectorAll("[name]:not([type=hidden], button)")) {
      const { claim, known, withheld } = field.dataset;
      if (known) counts.prefilled++;
      else if (/^(checkbox|radio)$/.test(field.type) ? !field.checked : !field.value.trim()) continue;
      else if (claim && !own.includes(claim) && !free.includes(withheld)) counts.typed_known.push(claim);
      else counts.typed++;
    }
    return JSON.stringify(counts);
  };
  for (const form of document.querySelectorAll("form[data-prefill]")) {
    const from = form.dataset.prefill;
    (from[0] === "#" ? Promise.resolve(document.querySelector(from).textContent).then(JSON.parse)
      : fetch(from).then((answer) => answer.json())).catch(() => ({})).then((data) => fill(form, data));
    const sent = form.appendChild(document.createElement("input"));
    sent.type = "hidden";
    sent.name = "prefill_counts";
    form.addEventListener("submit", () => { sent.value = count(form); });
  }
})();
