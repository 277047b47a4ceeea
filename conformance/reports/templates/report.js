"use strict";
const $ = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
document.documentElement.classList.add("js");

// Search and filter: every word must be in a clause's text, and its verdict among those pressed, if any is.
const rows = all(".clause").map((row) => ({ row, text: row.textContent.toLowerCase() }));
const search = $("#search");
function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = all(".chip[data-verdict][aria-pressed=true]").map((chip) => chip.dataset.verdict);
  const level = $(".chip[data-level][aria-pressed=true]");
  let found = 0;
  for (const { row, text } of rows) {
    const fits = words.every((word) => text.includes(word))
      && (!verdicts.length || verdicts.includes(row.dataset.verdict))
      && (!level || row.dataset.level === level.dataset.level);
    row.hidden = !fits;
    found += fits;
  }
  $("#found").textContent = found === rows.length ? "" : `${found} of ${rows.length} shown`;
}
function clear() {
  search.value = "";
  all(".chip").forEach((chip) => chip.setAttribute("aria-pressed", "false"));
  show();
}
$(".filters").hidden = false;
$(".filters").addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", show);
for (const chip of all(".chip")) {
  chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    show();
  });
}
for (const cell of all("[data-filter]")) {
  cell.addEventListener("click", (event) => {
    event.preventDefault();
    clear();
    search.value = cell.dataset.filter;
    show();
    $("#clauses").scrollIntoView();
    search.focus({ preventScroll: true });
  });
}

// A link to a clause shows it, whatever is filtered.
function arrive() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hidden) clear();
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

const cards = all(".card");
let at = -1;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") { clear(); search.blur(); return; }
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "/") { event.preventDefault(); search.focus(); return; }
  const step = { j: 1, k: -1 }[event.key];
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
window.addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));
