// Filters: from the query to a predicate over rows.
import { compare, instant } from "./instants.mjs";
import { on } from "./setup.mjs";

export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
export const plainUuid = (text) => text.toLowerCase().replaceAll("-", "");
const TEXTS = ["name", "base_code", "sku"];
const DATES = { updated_at: "updated", created_at: "created" };
const LOOKUPS = ["iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"];
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export function pairs(raw) {
  const decoded = (text) => {
    const spaced = on("plus-kept") ? text : text.replaceAll("+", " ");
    try {
      const once = decodeURIComponent(spaced);
      return on("decode-twice") && /%[0-9a-f]{2}/i.test(once) ? decodeURIComponent(once) : once;
    } catch {
      return spaced;
    }
  };
  return raw
    .split(on("semicolon-splits") ? /&|;|%3B/i : "&")
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf("=");
      const [name, value] = at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
      return [decoded(name), on("value-cut-30") ? [...decoded(value)].slice(0, 30).join("") : decoded(value)];
    })
    .filter(([, value]) => !(on("query-parser-types") && value === "null"));
}

function fold(text, language) {
  if (on("locale-fold")) return text.toLocaleLowerCase(language);
  if (on("icontains-ascii")) return text.replace(/[A-Z]/g, (c) => c.toLowerCase());
  return text.toLowerCase();
}

const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "");

function sameText(field, value) {
  if (on("exact-collation")) return field.toLowerCase() === value.toLowerCase();
  if (on("exact-accents")) return bare(field).toLowerCase() === bare(value).toLowerCase();
  if (on("exact-regex")) return new RegExp(`^${value}$`).test(field);
  if (on("exact-includes")) return field.includes(value);
  if (on("exact-trim")) return field.trim() === value.trim();
  if (on("exact-numbers") && field !== "" && !Number.isNaN(Number(field))) return Number(field) === Number(value);
  if (on("exact-comma")) return value.split(",").includes(field);
  if (on("query-parser-types") && /^\d+$/.test(value)) return field === String(Number(value));
  return field === value;
}

function within(field, value) {
  if (on("contains-regex")) return new RegExp(value).test(field);
  if (on("contains-i")) return field.toLowerCase().includes(value.toLowerCase());
  if (on("contains-prefix")) return field.startsWith(value);
  if (on("contains-index-0")) return field.indexOf(value) > 0;
  if (on("contains-words")) return new RegExp(`(^|[^\\p{L}\\p{N}])${escape(value)}($|[^\\p{L}\\p{N}])`, "u").test(field);
  return field.includes(value);
}

function withinFolded(field, value, language) {
  if (on("icontains-value-only")) return field.includes(value.toLowerCase());
  if (on("icontains-case")) return field.includes(value);
  if (on("icontains-every-word")) {
    return value.toLowerCase().split(/\s+/).every((word) => field.toLowerCase().includes(word));
  }
  return fold(field, language).includes(fold(value, language));
}

const FIELD_LOOKUPS = { exact: sameText, contains: within, icontains: withinFolded };

function ends(field, value) {
  if (on("endswith-contains")) return field.includes(value);
  if (on("endswith-last-index")) return field.lastIndexOf(value) === field.length - value.length;
  return field.endsWith(value);
}

const ATTRIBUTE_LOOKUPS = {
  exact: (field, value) => field === value,
  iexact: (field, value, language) => {
    if (on("iexact-regex")) return new RegExp(`^${value}$`, "i").test(field);
    if (on("iexact-unanchored")) return new RegExp(escape(value), "i").test(field);
    return on("iexact-exact") ? field === value : fold(field, language) === fold(value, language);
  },
  contains: (field, value) => field.includes(value),
  icontains: (field, value, language) => fold(field, language).includes(fold(value, language)),
  startswith: (field, value) => {
    if (on("startswith-regex")) return new RegExp(`^${value}`).test(field);
    return on("startswith-i") ? field.toLowerCase().startsWith(value.toLowerCase()) : field.startsWith(value);
  },
  istartswith: (field, value, language) => {
    if (on("istartswith-case")) return field.startsWith(value);
    if (on("istartswith-contains")) return fold(field, language).includes(fold(value, language));
    return fold(field, language).startsWith(fold(value, language));
  },
  endswith: (field, value) =>
    on("endswith-i") ? field.toLowerCase().endsWith(value.toLowerCase()) : ends(field, value),
  iendswith: (field, value, language) =>
    on("iendswith-case") ? field.endsWith(value) : fold(field, language).endsWith(fold(value, language)),
};

function attributeTest(key, lookup, value, language) {
  if (on("attribute-key-upper")) key = key.toUpperCase();
  if (on("attribute-key-length")) key = key.slice(0, 32);
  const test = ATTRIBUTE_LOOKUPS[lookup];
  const matches = (found) => {
    if (found === undefined && !on("attribute-undefined")) return false;
    if (found === null) return false;
    if (on("attribute-falsy") && !found) return false;
    if (lookup === "exact") {
      if (on("attribute-strict")) return found === value;
      if (on("attribute-loose")) return found == value;
      if (on("attribute-date-value") && Date.parse(found) && Date.parse(value)) return Date.parse(found) === Date.parse(value);
    }
    if (typeof found === "number" && lookup !== "exact" && lookup !== "iexact") {
      if (on("attribute-number-contains")) return found.includes(value);
      if (on("attribute-number-skipped")) return false;
    }
    return test(typeof found === "object" ? JSON.stringify(found) : String(found), value, language);
  };
  return (row) => {
    let attributes = row.attributes;
    if (on("attribute-merged")) attributes = { ...attributes, ...row };
    if (on("attribute-any")) return Object.values(attributes).some(matches);
    if (on("attribute-no-elem-match")) return Object.hasOwn(attributes, key) && Object.values(attributes).some(matches);
    if (on("attribute-key-lower")) {
      return Object.entries(attributes).some(([k, v]) => k.toLowerCase() === key.toLowerCase() && matches(v));
    }
    if (on("attribute-array-keys") && /^\d+$/.test(key)) return matches(Object.values(attributes)[Number(key)]);
    if (on("attribute-dotted") && key.includes(".")) {
      return matches(key.split(".").reduce((at, step) => at?.[step], attributes));
    }
    if (on("attribute-inherited") || on("attribute-undefined")) return matches(attributes[key]);
    return matches(Object.hasOwn(attributes, key) ? attributes[key] : undefined);
  };
}

function attributeKey(name) {
  let rest = name.slice("attribute__".length);
  let lookup = "exact";
  for (const known of LOOKUPS) {
    if (rest.endsWith(`__${known}`) && rest.length > known.length + 2) {
      lookup = known;
      rest = rest.slice(0, -known.length - 2);
      break;
    }
  }
  if (on("attribute-one-word")) rest = rest.split("_")[0];
  return [rest, lookup];
}

function categoryTest(value) {
  if (!UUID.test(value)) {
    if (on("category-invalid")) return null;
    throw new Refusal(400, `category: ${value} is no uuid`);
  }
  if (on("category-case")) return (row) => row.category === value;
  return (row) => plainUuid(row.category) === plainUuid(value);
}

function inTest(value) {
  let given = value.split(",").map((text) => text.trim());
  if (on("in-invalid")) given = given.filter((text) => UUID.test(text));
  const bad = given.find((text) => !UUID.test(text));
  if (bad !== undefined) throw new Refusal(400, `category__in: ${bad} is no uuid`);
  if (on("in-single") && given.length === 1) return null;
  if (on("in-invalid") && !given.length) return null;
  if (on("in-first")) given = given.slice(0, 1);
  if (on("in-last")) given = given.slice(-1);
  if (on("in-ten")) given = given.slice(0, 10);
  const wanted = new Set(given.map(plainUuid));
  const test = (row) => wanted.has(plainUuid(row.category));
  test.unknown = on("in-unknown-all") ? wanted : null;
  test.repeated = given.length > wanted.size ? wanted : null;
  return test;
}

export function booleanOf(text) {
  if (on("boolean-text")) return Boolean(text);
  if (/^(true|1|t|yes)$/i.test(text)) return true;
  if (/^(false|0|f|no)$/i.test(text)) return false;
  if (on("approved-invalid")) return true;
  throw new Refusal(400, `approved: ${text} is neither true nor false`);
}

function fieldTest(name, value, language) {
  const [field, lookup = "exact"] = name.split("__");
  if (TEXTS.includes(field) && lookup in FIELD_LOOKUPS) {
    if (on("filter-needs-letters") && /^\d+$/.test(value)) return null;
    const looked = on("filter-other-field") && name === "base_code__contains" ? "sku" : field;
    return (row) => FIELD_LOOKUPS[lookup](row[looked], value, language);
  }
  if (name === "category") return categoryTest(value);
  if (name === "category__in") return inTest(value);
  if (field in DATES && ["exact", "gt", "gte", "lt", "lte"].includes(lookup)) {
    const given = instant(value);
    if (given === null) {
      if (on("date-invalid")) return null;
      throw new Refusal(400, `${name}: ${value} is no date-time`);
    }
    const looked = on("date-other-field") && name === "created_at__gte" ? "updated" : DATES[field];
    return (row) => compare(row[looked], lookup, given, value);
  }
  return undefined;
}

// The tests of a query, by the parameter that each comes from.
export function tests(query, language) {
  const found = [];
  for (const [name, value] of query) {
    if (["page", "limit", "query", "approved"].includes(name)) continue;
    if (value === "" && on("blank-ignored")) continue;
    if (name.startsWith("attribute__") && name.length > "attribute__".length) {
      const [key, lookup] = attributeKey(name);
      if (on("attribute-dollar") && key.startsWith("$")) continue;
      if (on("attribute-word-key") && !/^\w+$/.test(key)) continue;
      if (on("attribute-proto-filter") && key in {}) continue;
      found.push([name, attributeTest(key, lookup, value, language)]);
      continue;
    }
    const test = fieldTest(name, value, language);
    if (test === undefined && on("strict-parameters")) throw new Refusal(400, `unknown parameter ${name}`);
    if (test) found.push([name, test]);
  }
  return found;
}

export function predicate(found) {
  let used = found;
  const byField = (kept) => [...new Map(used.map(([name, test]) => [kept(name), [name, test]])).values()];
  if (on("field-overwritten")) used = byField((name) => (name.startsWith("attribute__") ? name : name.split("__")[0]));
  if (on("date-range-overwritten")) used = byField((name) => (/^(updated|created)_at/.test(name) ? name.slice(0, 10) : name));
  if (on("attribute-last")) used = byField((name) => (name.startsWith("attribute__") ? "attribute" : name));
  if (on("filter-only-first")) used = used.slice(0, 1);
  if (on("filters-or") && used.length) return (row) => used.some(([, test]) => test(row));
  return (row) => used.every(([, test]) => test(row));
}
