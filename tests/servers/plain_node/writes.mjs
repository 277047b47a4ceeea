// What a write accepts, and what each item of it does to the products.
import { catalog, graves, products } from "./store.mjs";
import { Refusal, UUID, plainUuid } from "./query.mjs";
import { on } from "./setup.mjs";

const isText = (value) => typeof value === "string";
const isAmount = (value) => isText(value) && /^-?\d+(\.\d+)?$/.test(value);
const isUuid = (value) => isText(value) && UUID.test(value);
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const PRICE = { price_list: isUuid, currency_type: isText, retail_price: isAmount, price: isAmount, tax_rate: isAmount };
const STOCK = { stock_list: isUuid, unit_type: isText, stock: isAmount };
const partsOf = (form, key) => (value) =>
  Array.isArray(value) && value.every((part) => isObject(part) && key in part && problem(part, form, [key]) === null);

const FORMS = {
  products: {
    required: ["name", "base_code", "sku", "category", "attributes"],
    form: {
      name: (value) => on("types-unchecked") || isText(value),
      base_code: isText,
      sku: isText,
      category: (value) => (on("category-unchecked") ? isText(value) : isUuid(value)),
      product: isUuid,
      attributes: isObject,
      images: isTexts,
      videos: isTexts,
      prices: partsOf(PRICE, "price_list"),
      stocks: partsOf(STOCK, "stock_list"),
      restrict_for_others: (value) => value === null || typeof value === "boolean",
    },
  },
  delete: { required: ["sku"], form: { sku: isText } },
  prices: { required: ["sku", "price_list"], form: { sku: isText, ...PRICE } },
  stocks: { required: ["sku", "stock_list"], form: { sku: isText, ...STOCK } },
  both: { required: ["sku", "price_list", "stock_list"], form: { sku: isText, ...PRICE, ...STOCK } },
};

function problem(item, form, required) {
  for (const name of required) {
    if (on("required-missing") && name === "name") continue;
    if (item[name] === undefined) return `${name} is required`;
  }
  for (const [name, fits] of Object.entries(form)) {
    if (item[name] !== undefined && !fits(item[name])) return `${name} is invalid`;
  }
  return null;
}

export function checked(kind, body) {
  if (!Array.isArray(body)) {
    if (on("object-body") && isObject(body)) return [];
    throw new Refusal(400, "a list of items is expected");
  }
  const { form, required } = FORMS[kind];
  for (const item of body) {
    if (item === null && on("null-item-500")) throw new TypeError("Cannot read properties of null");
    if (!isObject(item)) throw new Refusal(400, "an item is no object");
    const found = problem(item, form, required);
    if (found && !on("items-fail")) throw new Refusal(400, found);
  }
  return body;
}

const failing = (kind, item) => {
  const found = problem(item, FORMS[kind].form, FORMS[kind].required);
  if (found) throw new Refusal(400, found);
};

function key(sku) {
  if (on("sku-trim")) sku = sku.trim();
  if (on("sku-case")) sku = sku.toLowerCase();
  if (on("sku-number") && /^\s*[\d.]+(e\d+)?\s*$/i.test(sku)) sku = String(Number(sku));
  return sku;
}
const find = (sku) => products.find((row) => key(row.sku) === key(sku));
const required = (sku) => {
  const row = find(sku);
  if (!row) throw new Refusal(404, `unknown sku ${sku}`);
  return row;
};

function text(value) {
  if (!isText(value)) return value;
  if (on("text-trim")) value = value.trim();
  if (on("text-collapse")) value = value.replace(/\s+/g, " ");
  if (on("text-html")) value = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  if (on("text-nfc")) value = value.normalize("NFC");
  if (on("text-bmp")) value = value.replace(/[\u{10000}-\u{10ffff}]/gu, "?");
  return value;
}

function stored(name, value) {
  if (name === "name" && on("text-cut-64")) value = [...String(value)].slice(0, 64).join("");
  if (name === "name" && on("text-surrogates")) value = value.slice(0, 60).replace(/[\ud800-\udbff]$/, "\ufffd");
  if (name === "images" && on("images-set")) return [...new Set(value)];
  if (name === "images" && on("images-sorted")) return [...value].sort();
  if (name === "images" && on("images-url")) {
    return value.map((image) => (URL.canParse(image) ? new URL(image).href : image));
  }
  return isText(value) && name !== "sku" && name !== "category" ? text(value) : value;
}

function attributesStored(given) {
  const kept = {};
  for (const [name, value] of Object.entries(given)) {
    if (on("attributes-falsy") && !value) continue;
    if (on("attributes-null") && value === null) continue;
    if (on("attributes-dollar") && name.startsWith("$")) continue;
    if (on("attributes-inherited") && name in {}) continue;
    let stays = text(value);
    if (on("attributes-text")) stays = isText(value) ? value : JSON.stringify(value);
    if (on("attributes-numeric") && isText(value) && value.trim() && !Number.isNaN(Number(value))) stays = Number(value);
    if (on("attributes-dots") && name.includes(".")) {
      const [first, ...rest] = name.split(".");
      kept[first] = { ...(isObject(kept[first]) ? kept[first] : {}), [rest.join(".")]: stays };
      continue;
    }
    Object.defineProperty(kept, on("attributes-upper") ? name.toUpperCase() : name, {
      value: stays, enumerable: true, writable: true, configurable: true,
    });
  }
  return kept;
}

function money(value, old) {
  if (on("price-float")) value = String(Number(value));
  if (on("price-fixed-2")) value = Number(value).toFixed(2);
  if (on("price-truncated")) value = value.replace(/(\.\d\d)\d+$/, "$1");
  if (on("price-zero-keeps") && !Number(value)) return old ?? "0";
  if (on("price-negative")) value = value.replace("-", "");
  return value;
}

const NEW_PRICE = { currency_type: "USD", retail_price: "0", price: "0", tax_rate: "0" };
const NEW_STOCK = { unit_type: "qty", stock: "0", sold_quantity_unreported: "0" };

function pick(item, names, old, change) {
  const found = {};
  for (const name of names) if (item[name] !== undefined) found[name] = change(item[name], old?.[name], name);
  return found;
}

const priceFields = (item, old) =>
  pick(item, ["currency_type", "retail_price", "price", "tax_rate"], old, (value, before, name) =>
    name === "currency_type" ? (on("currency-kept") && before ? before : value) : money(value, before),
  );

const stockFields = (item, old) =>
  pick(item, ["unit_type", "stock"], old, (value, before, name) => {
    if (name === "unit_type") return on("stock-unit-kept") && before ? before : value;
    if (on("stock-adds") && before) return before + value;
    if (on("stock-sums") && before) return String(Number(before) + Number(value));
    if (on("stock-integer")) return String(parseInt(value));
    if (on("price-zero-keeps") && !Number(value)) return before ?? "0";
    return value;
  });

const same = (a, b) => (on("price-list-case") ? a === b : plainUuid(a) === plainUuid(b));

function putPrice(row, item) {
  const old = on("price-list-ignored") ? row.prices[0] : row.prices.find((p) => same(p.price_list, item.price_list));
  const fields = priceFields(item, old);
  if (old && !on("price-appended")) Object.assign(old, on("price-partial-reset") ? NEW_PRICE : {}, fields);
  else row.prices.push({ price_list: item.price_list, ...NEW_PRICE, ...fields });
  if (on("price-others-lost")) row.prices = row.prices.filter((p) => same(p.price_list, item.price_list));
  if (on("price-touches-stock")) row.stocks = row.stocks.map((stock) => ({ ...stock, stock: "0" }));
}

function putStock(row, item) {
  const list = on("both-lists-mixed") && item.price_list ? item.price_list : item.stock_list;
  const old = row.stocks.find((s) => same(s.stock_list, list));
  const fields = stockFields(item, old);
  if (old) Object.assign(old, fields);
  else row.stocks.push({ stock_list: list, ...NEW_STOCK, ...fields });
}

function touch(row) {
  if (!on("updated-kept")) row.updated = Math.max(Date.now(), row.created);
}

function setParts(row, item) {
  if (item.prices !== undefined) {
    if (!on("prices-merged")) row.prices = [];
    for (const price of item.prices) putPrice(row, price);
  }
  if (item.stocks !== undefined) {
    const before = row.stocks;
    if (!on("prices-merged")) row.stocks = [];
    for (const stock of item.stocks) {
      putStock(row, stock);
      const old = before.find((s) => same(s.stock_list, stock.stock_list));
      if (old) row.stocks.at(-1).sold_quantity_unreported = old.sold_quantity_unreported;
    }
  }
}

const FIELDS = ["name", "base_code", "sku", "category", "images", "videos"];

async function upsertOne(item, pause, all) {
  failing("products", item);
  if (item.product && !catalog.some((row) => plainUuid(row.id) === plainUuid(item.product))) {
    throw new Refusal(404, "unknown catalog product");
  }
  let row = on("insert-only") ? undefined : find(item.sku);
  if (on("sku-inherited") && item.sku in {}) return;
  if (on("batch-lost-update") && row) return rewritten(row, pause, (copy) => update(copy, item));
  if (!row) {
    if (on("update-only") || (on("delete-tombstone") && graves.has(item.sku))) return;
    const now = Date.now();
    row = { images: [], videos: [], prices: [], stocks: [], approved: !on("unapproved-at-first"), created: now, updated: now };
    const dead = graves.get(item.sku);
    if (dead && on("delete-orphans")) Object.assign(row, { prices: dead.prices, stocks: dead.stocks });
    if (dead && on("delete-undone")) {
      Object.assign(row, { created: dead.created, attributes: { ...dead.attributes } });
      update(row, { ...item, attributes: { ...dead.attributes, ...item.attributes } });
    } else update(row, item, all);
    graves.delete(item.sku);
    products.push(row);
    return;
  }
  update(row, item, all);
  touch(row);
  if (on("created-moves")) row.created = row.updated;
}

function update(row, item, all) {
  const fresh = row.sku === undefined;
  if (on("spread-defaults") && !fresh) Object.assign(row, { images: [], videos: [] });
  for (const name of FIELDS) {
    if (item[name] === undefined) continue;
    if (name === "sku" && !fresh) continue;
    if (name === "category" && !fresh && on("update-ignores-category")) continue;
    if (name === "videos" && on("videos-lost")) continue;
    if (on("or-keeps") && !fresh && (!item[name] || item[name].length === 0)) continue;
    const value = stored(name, item[name]);
    row[name] = name === "images" && on("images-appended") && !fresh ? [...row.images, ...value] : value;
  }
  if (row.name === undefined) row.name = "undefined";
  if (item.attributes !== undefined) {
    const source = on("shallow-copy") && all?.length > 1 ? all.at(-1).attributes : item.attributes;
    const given = attributesStored(source);
    row.attributes = on("attributes-merged") && !fresh ? { ...row.attributes, ...given } : given;
  }
  setParts(row, item);
}

// Read, wait for something, write the whole back: what others did in between is lost.
async function rewritten(row, pause, change) {
  const copy = structuredClone(row);
  await pause(60);
  change(copy);
  touch(copy);
  const at = products.indexOf(row);
  const now = at >= 0 ? at : products.findIndex((other) => other.sku === row.sku);
  if (now >= 0) products[now] = copy;
}

function deleteOne(item, _, all) {
  failing("delete", item);
  let gone = products.filter((row) => key(row.sku) === key(item.sku));
  if (on("delete-nothing")) return;
  if (on("delete-prefix")) gone = products.filter((row) => row.sku.startsWith(item.sku));
  if (on("delete-case")) gone = products.filter((row) => row.sku.toLowerCase() === item.sku.toLowerCase());
  if (on("delete-base-code") && gone.length) gone = products.filter((row) => row.base_code === gone[0].base_code);
  if (on("delete-splice") && all.indexOf(item) % 2) return;
  if (!gone.length && on("delete-minus-one")) gone = products.slice(-1);
  if (!gone.length && !on("delete-unknown-ok")) throw new Refusal(404, `unknown sku ${item.sku}`);
  for (const row of gone) {
    graves.set(row.sku, row);
    products.splice(products.indexOf(row), 1);
  }
}

const rowFor = (item) => {
  const row = find(item.sku);
  if (row) return row;
  if (on("price-unknown-ok")) return null;
  if (!on("price-unknown-made")) return required(item.sku);
  const now = Date.now();
  const made = {
    name: "", base_code: "", sku: item.sku, category: catalog[0].category, attributes: {}, images: [], videos: [],
    prices: [], stocks: [], approved: true, created: now, updated: now,
  };
  products.push(made);
  return made;
};

async function part(kind, item, pause, change) {
  failing(kind, item);
  const row = rowFor(item);
  if (!row) return;
  if (on("batch-lost-update")) return rewritten(row, pause, change);
  change(row);
  touch(row);
  if (on("price-all-products") && kind === "prices") {
    for (const other of products) if (other.base_code === row.base_code && other !== row) change(other);
  }
}

export const WORK = {
  products: upsertOne,
  delete: deleteOne,
  prices: (item, pause) => part("prices", item, pause, (row) => putPrice(row, item)),
  stocks: (item, pause) => part("stocks", item, pause, (row) => putStock(row, item)),
  both: (item, pause) =>
    part("both", item, pause, (row) => {
      putPrice(row, item);
      if (!on("both-price-only")) putStock(row, item);
    }),
};
