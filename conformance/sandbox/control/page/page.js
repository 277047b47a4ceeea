// The page at `/`: everything on it comes from the control API, and goes to it.

const $ = (id) => document.getElementById(id);
const SECOND = 1000;
const SHOWN = 200; // requests kept on the page
let key = sessionStorage.getItem("control-key") ?? "";
let last = 0;
let paused = false;

// -- asking ---------------------------------------------------------------------------------------

async function ask(method, path, body) {
  const headers = key ? { "X-Control-Key": key } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`/_sandbox/${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  const value = text && response.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : text;
  if (response.ok) return value;
  if (response.status === 401) $("key-form").hidden = false;
  const details = Object.entries(value.errors ?? {}).map(([name, what]) => `${name}: ${[what].flat().join(" ")}`);
  throw new Error([value.detail ?? response.statusText, ...details].join(" "));
}

function show(text, isBad = false) {
  $("message").textContent = text;
  $("message").classList.toggle("bad", isBad);
}

async function act(done, doing) {
  try {
    await doing();
    if (done) show(done);
  } catch (error) {
    show(error.message, true);
  }
}

const on = (id, event, done, doing) =>
  $(id).addEventListener(event, (happened) => {
    happened.preventDefault();
    act(done, () => doing(happened.currentTarget ?? happened.target));
  });

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function download(name, text, type) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

// -- what it is -----------------------------------------------------------------------------------

async function about() {
  const found = await ask("GET", "about");
  document.title = `Sandbox: ${found.title}`;
  $("title").textContent = `${found.title} ${found.version}, a sandbox`;
  $("docs").hidden = found.docs === null;
  const example = found.example.replace("{base}", location.origin);
  $("example").textContent = found.key && found.variable ? `export ${found.variable}=${found.key}\n${example}` : example;
  $("key").textContent = !found.variable ? "No key is needed:" : found.key
    ? "Send the key in every request. This sandbox was given none of its own, so it is the one that everybody knows:"
    : "Send the key that the sandbox was started with in every request:";
  $("operations").replaceChildren(...found.operations.map((o) => element("tr", {},
    element("td", {}, o.code),
    element("td", {}, element("code", {}, `${o.method} ${o.path}`)),
    element("td", {}, o.summary))));
  $("failing").append(...found.operations.map((o) => element("option", { value: o.code }, `${o.code} ${o.summary}`)));
  $("dumps").replaceChildren(...found.collections.map((name) => {
    const button = element("button", { type: "button" }, `Save ${name} as CSV`);
    button.addEventListener("click", () => act("", async () =>
      download(`${name}.csv`, await ask("GET", `collections/${encodeURIComponent(name)}/rows?format=csv`), "text/csv")));
    return button;
  }));
  const faults = await ask("GET", "faults");
  $("faults").replaceChildren(...faults.map((f) => element("option", { value: f.id }, f.description)));
}

// -- requests -------------------------------------------------------------------------------------

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function block(label, text) {
  return text ? [element("strong", {}, label), element("pre", { tabIndex: 0, ariaLabel: label }, pretty(text))] : [];
}

function line(request) {
  const status = request.status ?? "dropped";
  const address = request.path + (request.query && `?${request.query}`);
  const where = [request.operation, address].filter(Boolean).join(" ");
  const summary = element("summary", { className: "mono" },
    element("span", {}, request.method),
    element("span", {}, where),
    element("span", { className: `s${String(status)[0]}` }, String(status)),
    element("span", { className: "took" }, `${request.milliseconds.toFixed(1)} ms`));
  const details = element("details", {}, summary);
  // Most are never opened, so the bodies are put in place when one is.
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    const headers = (of) => Object.entries(of).map(([name, value]) => `${name}: ${value}`).join("\n");
    details.append(element("div", {},
      element("p", {}, `${request.at}${request.tenant ? `, tenant ${request.tenant}` : ""}`),
      ...block("Request headers", headers(request.headers)),
      ...block("Request body", request.body),
      ...block("Answer's headers", headers(request.response.headers)),
      ...block("Answer's body", request.response.body)));
  }, { once: true });
  const item = element("li", {}, details);
  item.dataset.text = `${request.method} ${where} ${status}`.toLowerCase();
  item.hidden = !isWanted(item);
  return item;
}

const isWanted = (item) => item.dataset.text.includes($("filter").value.trim().toLowerCase());

async function showRequests() {
  if (paused) return;
  const found = await ask("GET", `requests?after=${last}`);
  if (!found.length) return;
  last = found.at(-1).id;
  $("log").prepend(...found.slice(-SHOWN).reverse().map(line));
  while ($("log").childElementCount > SHOWN) $("log").lastElementChild.remove();
  $("no-requests").hidden = true;
}

function forgetRequests() {
  $("log").replaceChildren();
  $("no-requests").hidden = false;
}

on("filter", "input", "", async () => {
  for (const item of $("log").children) item.hidden = !isWanted(item);
});
on("pause", "click", "", async (button) => {
  paused = !paused;
  button.ariaPressed = String(paused);
});
on("clear", "click", "The requests are forgotten.", async () => {
  await ask("DELETE", "requests");
  forgetRequests();
});
on("har", "click", "", async () =>
  download("sandbox.har", JSON.stringify(await ask("GET", "requests/har")), "application/json"));

// -- switches -------------------------------------------------------------------------------------

async function showSwitches(given) {
  const switches = given ?? (await ask("GET", "switches"));
  for (const field of $("switches").elements) {
    if (!(field.name in switches) || field === document.activeElement) continue;
    if (field.type === "checkbox") field.checked = switches[field.name];
    else field.value = switches[field.name] ?? "";
  }
  const names = switches.faults.join("\n");
  if ($("active-faults").dataset.names === names) return;
  $("active-faults").dataset.names = names;
  $("active-faults").replaceChildren(...switches.faults.map((id) => {
    const button = element("button", { type: "button", ariaLabel: `Switch ${id} off` }, "Switch off");
    button.addEventListener("click", () => act(`${id} is off.`, () =>
      setFaults(switches.faults.filter((other) => other !== id))));
    return element("li", {}, element("span", { className: "mono" }, id), button);
  }));
}

const setFaults = async (faults) => showSwitches(await ask("PATCH", "switches", { faults }));

on("switches", "submit", "The switches are set.", async (form) => {
  const changes = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") changes[field.name] = field.checked;
    else if (field.type !== "number") changes[field.name] = field.value;
    else if (field.value !== "") changes[field.name] = Number(field.value);
    else changes[field.name] = "nullable" in field.dataset ? null : 0;
  }
  await showSwitches(await ask("PATCH", "switches", changes));
});
on("switch-back", "click", "The switches are as at the start.", async () => showSwitches(await ask("DELETE", "switches")));
on("fault-form", "submit", "The fault is on.", async () => {
  const { faults } = await ask("GET", "switches");
  const id = $("fault").value.trim();
  await setFaults(faults.includes(id) ? faults : [...faults, id]);
  $("fault").value = "";
});
on("failure-form", "submit", "The next such requests will fail.", async (form) => {
  const { operation, times, status, drop } = form.elements;
  await ask("POST", "failures", {
    operation: operation.value || null, times: Number(times.value), status: Number(status.value), drop: drop.checked,
  });
  await showFailures();
});

async function showFailures() {
  const coming = await ask("GET", "failures");
  $("failures").textContent = coming.map((f) =>
    `${f.times} × ${f.operation ?? "any operation"}: ${f.drop ? "dropped" : f.status}`).join("; ");
}

// -- time -----------------------------------------------------------------------------------------

async function showClock(given) {
  const clock = given ?? (await ask("GET", "clock"));
  $("now").textContent = $("now").dateTime = clock.now;
  $("frozen").textContent = clock.frozen ? "(stands still)" : "";
  $("freeze").textContent = clock.frozen ? "Let it go on" : "Freeze";
}

on("freeze", "click", "", async () => {
  const { frozen } = await ask("GET", "clock");
  await showClock(await ask("PUT", "clock", { frozen: !frozen }));
});
on("clock-reset", "click", "The clock goes as the wall's.", async () => showClock(await ask("DELETE", "clock")));
on("clock-form", "submit", "The clock was moved on.", async (form) => {
  await showClock(await ask("POST", "clock/advance", { seconds: Number(form.elements.seconds.value) }));
  await showBatches();
});

async function showBatches() {
  const found = (await ask("GET", "batches")).reverse().slice(0, 50);
  $("no-batches").hidden = found.length > 0;
  const state = JSON.stringify(found);
  if ($("batches").dataset.state === state) return;
  $("batches").dataset.state = state;
  const focused = document.activeElement?.dataset?.batch;
  $("batches").replaceChildren(...found.map((batch) => {
    const done = batch.succeeded + batch.failed;
    const text = `${batch.operation} ${batch.id.slice(0, 8)}: ${done} of ${batch.total}` +
      (batch.failed ? `, ${batch.failed} failed` : "") + (batch.over ? ", over" : "");
    const bar = element("progress", { max: Math.max(batch.total, 1), value: batch.over ? Math.max(batch.total, 1) : done,
      ariaLabel: text });
    const item = element("li", {}, element("span", { className: "mono" }, text), bar);
    if (!batch.over) {
      const button = element("button", { type: "button", ariaLabel: `Finish ${batch.id.slice(0, 8)} now` }, "Finish now");
      button.dataset.batch = batch.id;
      button.addEventListener("click", () => act("The batch is finished.", async () => {
        await ask("POST", `batches/${batch.id}/finish`);
        await showBatches();
      }));
      item.append(button);
    }
    return item;
  }));
  if (focused) document.querySelector(`[data-batch="${focused}"]`)?.focus();
}

// -- data -----------------------------------------------------------------------------------------

on("save", "click", "The snapshot is taken.", async () => {
  await ask("PUT", "snapshots/page");
  $("restore").disabled = false;
});
on("restore", "click", "Rows and batches are as they were.", () => ask("POST", "snapshots/page/restore"));
on("reset", "click", "Everything is as at the start.", async () => {
  await ask("POST", "reset");
  forgetRequests();
  await refresh();
});
on("copy", "click", "Copied.", () => navigator.clipboard.writeText($("example").textContent));
on("key-form", "submit", "", async () => {
  key = $("control-key").value;
  sessionStorage.setItem("control-key", key);
  $("key-form").hidden = true;
  await start();
});

// -------------------------------------------------------------------------------------------------

async function refresh() {
  await Promise.all([showRequests(), showSwitches(), showFailures(), showClock(), showBatches(), showSnapshots()]);
}

async function showSnapshots() {
  $("restore").disabled = !(await ask("GET", "snapshots")).includes("page");
}

let isLost = false;
async function watch() {
  try {
    if (!document.hidden) await refresh();
    if (isLost) show("The sandbox answers again.");
    isLost = false;
  } catch (error) {
    isLost = true;
    show(error.message, true);
  }
  setTimeout(watch, SECOND);
}

const start = () => act("", about);
await start();
watch();
