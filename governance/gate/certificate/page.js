"use strict";
(() => {
  const DAY = 86400000;
  const GATING = ["cc", "er", "as"];
  const PAYLOAD_TYPE = "application/vnd.underwriter.certificate+json";
  const byId = (id) => document.getElementById(id);
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const bytes = (string) => new TextEncoder().encode(string);
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const sha256 = async (data) => hex(await crypto.subtle.digest("SHA-256", data));

  function fromBase64(string) {
    if (typeof string !== "string") throw new Error("base64 text is missing");
    return Uint8Array.from(atob(string), (c) => c.charCodeAt(0));
  }

  // RFC 8785: names sorted by UTF-16 code units, numbers as ECMAScript writes them.
  function canonical(value) {
    if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
    if (value !== null && typeof value === "object") {
      const names = Object.keys(value).sort();
      return "{" + names.map((n) => JSON.stringify(n) + ":" + canonical(value[n])).join(",") + "}";
    }
    return JSON.stringify(value);
  }

  // DSSE's pre-authentication encoding.
  function signedBytes(type, payload) {
    const head = bytes(`DSSEv1 ${bytes(type).length} ${type} ${payload.length} `);
    const all = new Uint8Array(head.length + payload.length);
    all.set(head);
    all.set(payload, head.length);
    return all;
  }

  function levels(payload, name) {
    const decision = payload.decision;
    if (decision.missing.includes(name)) return null;
    if (payload.basis === "bound") return decision.bounds[name];
    return Array(5).fill(decision.scores[name]);
  }

  function held(payload) {
    const policy = payload.policy.document;
    const ih = payload.decision.missing.includes("ih") ? null : payload.decision.effective.ih;
    return ih === null || (ih < policy.ih.threshold && policy.ih.effect === "hold_and_reaudit");
  }

  // The tier so many days after the audit: exp(-rate * days) * level >= threshold everywhere.
  function tierAt(payload, days) {
    if (held(payload)) return 0;
    const policy = payload.policy.document;
    const rate = policy.decay.rate_per_day;
    const until = (level, wanted) => (level < wanted ? -1 : rate === 0 ? Infinity : Math.log(level / wanted) / rate);
    const steps = GATING.map((name) => {
      const seen = levels(payload, name);
      if (seen === null) return 0;
      let step = 0;
      while (step < 5 && days <= until(seen[step], policy.thresholds[name][step])) step += 1;
      return step;
    });
    return Math.min(...steps);
  }

  async function check(source, pin, now) {
    const faults = [];
    const found = JSON.parse(source);
    const payloadBytes = fromBase64(found.envelope.payload);
    const payload = JSON.parse(text(payloadBytes));
    const rawKey = fromBase64(found.public_key);
    const keyId = "ed25519:" + (await sha256(rawKey));
    const key = await crypto.subtle.importKey("raw", rawKey, { name: "Ed25519" }, false, ["verify"]);
    const data = signedBytes(found.envelope.payloadType, payloadBytes);
    let signed = false;
    for (const signature of found.envelope.signatures) {
      if (signature.keyid !== keyId) continue;
      signed = signed || (await crypto.subtle.verify({ name: "Ed25519" }, key, fromBase64(signature.sig), data));
    }
    if (!signed) faults.push("The signature does not fit the certificate.");
    if (found.envelope.payloadType !== PAYLOAD_TYPE) faults.push("This is not a certificate.");
    if (pin && pin !== keyId) faults.push("It was signed by another key than the one you expect.");
    if (canonical(payload) !== text(payloadBytes)) faults.push("The signed text is not canonical JSON.");
    if ("sha256:" + (await sha256(bytes(canonical(payload.policy.document)))) !== payload.policy.digest)
      faults.push("The policy in the certificate does not fit its digest.");
    if (tierAt(payload, 0) !== payload.decision.tier) faults.push("The tier does not follow from the scores.");
    const issued = Date.parse(payload.issued_at);
    if (!(now >= issued)) faults.push("It was issued in the future.");
    const ended = payload.not_after !== null && now > Date.parse(payload.not_after);
    if (ended) faults.push("It has ended: there was no audit since.");
    const tier = ended ? 0 : tierAt(payload, Math.max(0, (now - issued) / DAY));
    return { faults, payload, keyId, tier };
  }

  function row(table, cells, header, numbers) {
    const line = table.insertRow();
    cells.forEach((cell, index) => {
      const element = document.createElement(header || index === 0 ? "th" : "td");
      element.textContent = cell === null || cell === undefined ? "–" : String(cell);
      if (numbers.includes(index)) element.className = "number";
      line.append(element);
    });
  }

  function fill(id, rows, header, numbers = []) {
    const table = byId(id);
    table.replaceChildren();
    if (header) row(table, header, true, numbers);
    rows.forEach((cells) => row(table, cells, false, numbers));
  }

  const MINOR = @MINOR_DIGITS@;
  function money(amount, currency) {
    const digits = MINOR[currency] ?? 2;
    return (amount / 10 ** digits).toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",") + " " + currency;
  }

  function show(result) {
    const { payload, tier } = result;
    const policy = payload.policy.document;
    const decision = payload.decision;
    const names = { cc: "Constraint compliance (CC)", er: "Epistemic robustness (ER)", as: "Behavioural alignment (AS)", ih: "Freedom from hallucination (IH*)" };
    const number = (x) => (typeof x === "number" ? x.toFixed(4) : null);
    fill("authority", [
      ["Agent", payload.agent.name],
      ["Certified", `T${decision.tier}, up to ${money(decision.ceiling.amount, decision.ceiling.currency)}`],
      ["In force now, after decay", `T${tier}, up to ${money(policy.ceilings.minor_units[tier], policy.ceilings.currency)}`],
      ["Held back by", decision.binding.length ? decision.binding.map((n) => names[n]).join("; ") : "nothing"],
      ["Issued", payload.issued_at],
      ["Ends without an audit", payload.not_after],
      ["Certificate", payload.id],
    ]);
    fill("evidence", [...GATING, "ih"].map((n) => [
      names[n], number(decision.scores[n]), n === "ih" && policy.ih.basis === "point" ? null : number(decision.effective[n]),
      payload.vector[`n_${n}`] ?? null, decision.evidence[n], n === "ih" ? (decision.ih_pass ? "pass" : "fail") : `T${decision.steps[n]}`,
    ]), ["", "score", payload.basis === "bound" ? "lower bound" : "used", "units", "evidence", "step"], [1, 2, 3]);
    fill("drops", payload.decay.drops.map((d) => [`to T${d.tier}`, d.at, d.dimensions.map((n) => names[n]).join("; ")]));
    const bound = Object.entries(payload.digests).map(([name, value]) => [name, value ?? "not stated"]);
    const states = { frozen: "frozen", retired: "retired", over_ceiling: "over its ceiling", demoted: "demoted" };
    const history = (payload.history ?? []).map((one) => [
      "made of what another agent is made of",
      `${one.agent} (${one.id}), then ${states[one.status] ?? one.status}; ${one.agreed_by === null ? "nobody had to agree" : `agreed by ${one.agreed_by}`}`,
    ]);
    const evidence = payload.evidence ? `${payload.evidence.kind}: ${payload.evidence.source}` : "not stated";
    fill("bound", [...bound, ...history, ["evidence", evidence], ["limits of the evidence", payload.evidence?.note ?? "none stated"], ["policy", `${payload.policy.name}, ${payload.policy.digest}`],
      ["basis", payload.basis === "bound" ? `lower bounds; alpha left at attempt ${payload.attempts}: ${decision.alpha.map((a) => a.toPrecision(3)).join(", ")}` : "point scores"]]);
    byId("key").textContent = result.keyId;
    byId("content").hidden = false;
  }

  function verdict(kind, word, lines) {
    const box = byId("verdict");
    box.className = kind;
    box.querySelector("strong").textContent = word;
    const list = document.createElement("ul");
    lines.forEach((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      list.append(item);
    });
    byId("why").replaceChildren(list);
    document.title = `${word} - agent certificate`;
  }

  async function run(source) {
    const pin = byId("pin").value.trim();
    byId("content").hidden = true;
    try {
      const result = await check(source, pin, Date.now());
      show(result);
      if (result.faults.length) {
        byId("content").hidden = true;
        verdict("refused", "REFUSED", result.faults);
      } else {
        verdict("verified", "VERIFIED", [
          `${result.payload.agent.name} holds T${result.tier} now.`,
          pin ? "Signed by the key that you expect." : "Signed by the key below; compare its id with the issuer's.",
          "Not checked here, because it cannot be known offline: revocation, and whether model, prompt and tools are still the same.",
        ]);
      }
    } catch (error) {
      verdict("refused", "REFUSED", ["It cannot be read as a certificate: " + error.message]);
    }
  }

  let source = byId("certificate").textContent;
  byId("pin").value = new URLSearchParams(location.hash.slice(1)).get("key") || "";
  byId("pin").addEventListener("input", () => run(source));
  byId("file").addEventListener("change", async (event) => {
    source = await event.target.files[0].text();
    run(source);
  });
  run(source);
})();
