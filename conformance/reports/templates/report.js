"use strict";
const $ = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
document.documentElement.classList.add("js");

// Search and filter: every word must be in a clause's text, and its verdict among those pressed, if any is. What is
// shown stands in the address, behind #?, so that it can be sent to somebody.
const rows = all(".clause").map((row) => ({ row, text: row.textContent.toLowerCase() }));
const search = $("#search");
let within = "";
const isWithin = (id) => !within || id === within || id.startsWith(`${within}.`);
const pressed = (name) => all(`.chip[data-${name}][aria-pressed=true]`).map((chip) => chip.dataset[name]);

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = pressed("verdict");
  const levels = pressed("level");
  let found = 0;
  for (const { row, text } of rows) {
    const fits = isWithin(row.dataset.id)
      && words.every((word) => text.includes(word))
      && (!verdicts.length || verdicts.includes(row.dataset.verdict))
      && (!levels.length || levels.includes(row.dataset.level));
    row.hidden = !fits;
    found += fits;
  }
  $("#found").textContent = found === rows.length ? "" : `${found} of ${rows.length} shown`;
  for (const card of all(".card")) card.hidden = !isWithin(card.dataset.clause);
  for (const cause of all(".cause")) {
    const cards = [...cause.querySelectorAll(".card")];
    cause.hidden = cards.every((card) => card.hidden);
    const folded = cause.querySelector("details.folded:has(.card)");
    if (within && folded) folded.open = [...folded.querySelectorAll(".card")].some((card) => !card.hidden);
  }
  $("#scope").hidden = !within;
  $("#scope-of").textContent = within;
}
function remember() {
  const kept = new URLSearchParams();
  if (within) kept.set("in", within);
  if (search.value) kept.set("q", search.value);
  for (const name of ["verdict", "level"]) for (const value of pressed(name)) kept.append(name, value);
  const address = kept.size ? `#?${kept}` : location.pathname + location.search;
  history.replaceState(null, "", address);
}
function take(kept) {
  within = kept.get("in") ?? "";
  search.value = kept.get("q") ?? "";
  for (const chip of all(".chip")) {
    const name = chip.dataset.verdict ? "verdict" : "level";
    chip.setAttribute("aria-pressed", String(kept.getAll(name).includes(chip.dataset[name])));
  }
  show();
}
function clear() {
  take(new URLSearchParams());
  remember();
}
$(".filters").hidden = false;
$(".filters").addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", () => { show(); remember(); });
for (const chip of all(".chip")) {
  chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    show();
    remember();
  });
}
for (const cell of all("[data-in]")) cell.setAttribute("href", `#?${new URLSearchParams({ in: cell.dataset.in })}`);
$("#show-all").addEventListener("click", clear);

// An address with filters shows what they leave; a link to a clause shows it, whatever is filtered or folded.
function arrive() {
  if (location.hash.startsWith("#?")) {
    take(new URLSearchParams(location.hash.slice(2)));
    const card = within && all(".card").find((one) => !one.hidden && one.offsetParent !== null);
    (card || $("#clauses")).scrollIntoView();
    if (card) card.focus({ preventScroll: true });
    return;
  }
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[hidden]")) { const { hash } = location; clear(); history.replaceState(null, "", hash); }
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  target.scrollIntoView();
}
window.addEventListener("hashchange", arrive);
if (location.hash) arrive();

for (const button of all(".copy")) {
  button.addEventListener("click", async () => {
    const line = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(line);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

let at = -1;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { clear(); search.blur(); return; }
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "/") { event.preventDefault(); search.focus(); return; }
  const step = { j: 1, k: -1 }[event.key];
  const cards = all(".card").filter((card) => card.offsetParent !== null);
  if (!step || !cards.length) return;
  at = Math.min(cards.length - 1, Math.max(0, at + step));
  cards[at].scrollIntoView();
  cards[at].focus({ preventScroll: true });
});

const theme = $("#theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

// On paper nothing unfolds.
window.addEventListener("beforeprint", () => all("details:not(.quiet)").forEach((details) => { details.open = true; }));
