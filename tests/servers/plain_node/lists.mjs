// The two lists: which rows, in which order, which page of them, and the links.
import { Refusal, booleanOf, pairs, plainUuid, predicate, tests } from "./query.mjs";
import { catalog, graves, listed, shown } from "./store.mjs";
import { on } from "./setup.mjs";

function whole(text, name, standard) {
  if (text === undefined) return standard;
  if (name === "page" && on("page-or-one")) return parseInt(text) || 1;
  if (name === "limit" && on("limit-or-default")) return parseInt(text) || standard;
  if (on("parse-int") && parseInt(text) > 0) return parseInt(text);
  if (on("number-page") && Number.isInteger(Number(text))) return Number(text) || 1;
  if (name === "limit" && on("limit-negative") && /^-\d+$/.test(text)) return Number(text);
  if (!/^\d+$/.test(text) || Number(text) < 1) throw new Refusal(400, `${name}: ${text} is no positive integer`);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

let cursor = 0;

function paged(rows, page, limit) {
  let start = (page - 1) * limit;
  if (on("skip-page")) start = page * limit;
  if (on("skip-default-limit")) start = (page - 1) * 10;
  const cap = on("cap-shifts") ? 50 : Infinity;
  const size = Math.min(limit, cap);
  if (on("shared-cursor")) {
    if (page === 1) cursor = 0;
    start = page === 1 ? 0 : cursor;
    cursor = start + size;
  }
  if (on("one-row-lost") && page > 1) start += 1;
  if (on("window-empty")) rows = rows.slice(0, 100);
  if (on("keyset-ties") && page > 1) {
    // Each page starts after the last row's time of the page before.
    let at = -1;
    for (let n = 1; n < page && at < Infinity; n++) {
      const before = rows.filter((row) => row.created > at).slice(0, size);
      at = before.at(-1)?.created ?? Infinity;
    }
    return rows.filter((row) => row.created > at).slice(0, size);
  }
  return rows.slice(start, on("slice-end") ? size : start + size);
}

function ordered(rows, page) {
  if (on("newest-first")) return [...rows].sort((a, b) => b.updated - a.updated || (a.sku < b.sku ? -1 : 1));
  if (on("by-sku")) return [...rows].sort((a, b) => (a.sku < b.sku ? -1 : 1));
  if (on("sort-random")) return [...rows].sort(() => Math.random() - 0.5);
  if (on("sort-ties")) {
    const turn = (row) => (row.created + page * 7919 + row.sku.length * 31 + row.sku.charCodeAt(row.sku.length - 1) * page) % 11;
    return [...rows].sort((a, b) => a.created - b.created || turn(a) - turn(b));
  }
  return on("keyset-ties") ? [...rows].sort((a, b) => a.created - b.created) : rows;
}

function link(path, query, page, host) {
  if (page === null) return null;
  let kept = query.filter(([name]) => name !== "page");
  if (on("next-drops-filters")) kept = kept.filter(([name]) => name === "limit");
  if (on("search-next-drops")) kept = kept.filter(([name]) => name !== "query");
  if (on("next-attribute-lost")) kept = kept.filter(([name]) => !name.startsWith("attribute__"));
  if (on("next-last-of-repeated")) {
    kept = kept.map(([name, value]) => [name, name === "category__in" ? value.split(",")[0] : value]);
  }
  const all = [["page", String(page)], ...kept];
  const text = on("next-unencoded")
    ? all.map(([name, value]) => `${name}=${value}`).join("&")
    : new URLSearchParams(all).toString();
  if (on("relative-links")) return `${path}?${text}`;
  if (on("other-host-links")) return `https://seller-center.example/api/i2/resource?${text}`;
  return `http://${host}${path}?${text}`;
}

function answer(rows, everything, { path, query, host, keep }) {
  const given = Object.fromEntries(query);
  const page = whole(given.page, "page", 1);
  let limit = whole(given.limit, "limit", on("default-limit-20") ? 20 : 10);
  if (on("cap-100")) limit = Math.min(limit, 100);
  if (on("cap-25")) limit = Math.min(limit, 25);
  const sorted = ordered(rows, page);
  let results = paged(sorted, page, limit);
  if (on("filter-after-cut")) results = paged(ordered(everything, page), page, limit).filter((row) => rows.includes(row));
  let count = rows.length;
  if (on("count-page")) count = results.length;
  if (on("count-estimated")) count = everything.length;
  if (on("count-window")) count = Math.min(count, 100);
  if (on("delete-soft-count") && keep) count += graves.size;
  if (page > 1 && !results.length && on("past-last-404")) throw new Refusal(404, "Invalid page.");
  const more = on("next-on-full-page") ? results.length === limit : page * limit < rows.length;
  let next = more ? page + 1 : null;
  if (on("page-concat") && more) next = (given.page ?? "1") + 1;
  let previous = page > 1 ? page - 1 : null;
  if (on("previous-null")) previous = null;
  if (on("previous-is-this") && page > 1) previous = page;
  return {
    count,
    next: link(path, query, next, host),
    previous: link(path, query, previous, host),
    results: results.map(shown),
  };
}

export function productList(request) {
  const { query, language } = request;
  const found = tests(query, language);
  const given = Object.fromEntries(query);
  const everything = on("delete-soft-sku") && given.sku ? [...listed(), ...graves.values()] : listed();
  const asked = given.approved === undefined || (given.approved === "" && on("blank-ignored")) ? null : given.approved;
  let approved = asked === null ? true : booleanOf(asked);
  if (asked === null && on("approved-no-default")) approved = null;
  if (on("approved-lost") && found.length) approved = null;
  const matches = predicate(found);
  let rows = everything.filter((row) => (approved === null || row.approved === approved) && matches(row));
  for (const [, test] of found) {
    if (test.unknown) {
      const there = new Set(listed().map((row) => plainUuid(row.category)));
      if ([...test.unknown].some((category) => !there.has(category))) rows = [];
    }
    if (on("in-duplicates") && test.repeated) rows = rows.flatMap((row) => [row, row]);
  }
  if (on("language-filters") && /^tr/i.test(request.header ?? "")) rows = rows.filter((row) => /[^\x00-\x7f]/.test(row.name));
  if (on("language-unknown-empty") && request.header && !/^(en|tr|\*)/i.test(request.header)) rows = [];
  const body = answer(rows, everything, { ...request, keep: true });
  if (on("in-count-twice") && found.some(([, test]) => test.repeated)) body.count *= 2;
  return body;
}

function searchTest(text, page) {
  if (on("search-ignored") || (on("search-second-page") && page > 1)) return () => true;
  if (on("search-number") && text !== "" && !Number.isNaN(Number(text))) return () => false;
  if (on("search-regex")) {
    const pattern = new RegExp(text, "i");
    return (row) => [row.name, row.base_code, row.sku].some((field) => pattern.test(field));
  }
  if (on("search-words")) {
    const bare = (value) => value.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const words = bare(text).split(/\s+/);
    return (row) => words.every((word) => bare(`${row.name} ${row.base_code} ${row.sku}`).includes(word));
  }
  const folded = text.toLowerCase();
  return (row) => [row.name, row.base_code, row.sku].some((field) => field.toLowerCase().includes(folded));
}

export function search(request) {
  const { query, language } = request;
  const given = Object.fromEntries(query);
  if (given.query === undefined && !on("search-optional")) throw new Refusal(400, "query: this parameter is required");
  if (on("strict-parameters") && query.some(([name]) => !["page", "limit", "query"].includes(name))) {
    throw new Refusal(400, "unknown parameter");
  }
  const everything = on("search-own") ? listed().map((row) => ({ id: row.category, ...row })) : catalog;
  const matches = searchTest(given.query ?? "", whole(given.page, "page", 1));
  let rows = everything.filter(matches);
  if (on("search-no-hits-all") && !rows.length) rows = everything;
  if (on("search-one-row")) rows = rows.slice(0, 1);
  if (on("search-order")) rows = [...rows].sort((a, b) => a.name.length - b.name.length);
  const body = answer(rows, everything, request);
  if (on("search-count-all")) body.count = everything.length;
  return body;
}

// The cache in front of both lists.
const cache = new Map();
export const forget = () => {
  if (!on("cache-stale") && !on("cache-misses")) cache.clear();
  else if (on("cache-misses")) {
    for (const [key, body] of cache) if (body.results.length) cache.delete(key);
  }
};

export function cacheKey(path, raw) {
  const query = pairs(raw);
  const without = (name) => query.filter(([given]) => given !== name);
  if (on("cache-path")) return path;
  if (on("cache-no-page")) return `${path}?${new URLSearchParams(without("page"))}`;
  if (on("cache-no-limit")) return `${path}?${new URLSearchParams(without("limit"))}`;
  if (on("cache-lower")) return `${path}?${raw}`.toLowerCase();
  if (on("cache-cut")) return `${path}?${raw}`.slice(0, 60);
  if (on("cache-sorted-values")) return `${path}?${query.map(([, value]) => value).sort().join("&")}`;
  if (on("cache-stale") || on("cache-misses") || on("cache-no-key")) return `${path}?${raw}`;
  return null;
}
export const cached = (key) => (key === null ? undefined : cache.get(key));
export const remember = (key, body) => key !== null && cache.set(key, body);
