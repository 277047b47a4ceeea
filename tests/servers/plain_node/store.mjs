// Products and the catalog, in arrays, and how a row is shown.
import { createHash } from "node:crypto";
import { on, options } from "./setup.mjs";

export const uuid = (text) => {
  const hex = createHash("md5").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

const BRANDS = ["Alder", "Birch", "Cedar", "Élan", "Ümit", "Fjord"];
const COLOURS = ["Red", "Navy Blue", "Green", "White", "Off-White", "Çivit"];
const GARMENTS = ["T-shirt", "Jacket", "Trousers", "100% Cotton Socks", "Dress (Outlet)", "Hat & Scarf", "A_Line Skirt"];
const SIZES = ["S", "M", "L", "XL", "38", "40.5"];
export const CATEGORIES = Array.from({ length: 12 }, (_, n) => uuid(`category ${n}`));
const LISTS = [uuid("list 0"), uuid("list 1")];
const START = Date.UTC(2025, 4, 22, 11, 42, 32, 935);

function row(n, prefix) {
  const name = `${BRANDS[n % 6]} ${COLOURS[(n * 5) % 6]} ${GARMENTS[(n * 3) % 7]}`;
  const attributes = {
    COLOR: COLOURS[(n * 5) % 6],
    SIZE: SIZES[n % 6],
    ESTIMATED_SHIPPING_DURATION: n % 4,
  };
  if (n % 3 === 0) attributes.Material = n % 2 ? "organic cotton" : "Wool, 50/50";
  if (n % 5 === 0) attributes.WASHABLE = n % 2 === 0;
  if (n % 7 === 0) attributes.WEIGHT = 0.25 * n;
  const created = START + Math.floor(n / 5) * 61_003_017;
  return {
    name,
    base_code: `${prefix}-${100 + Math.floor(n / 3)}`,
    sku: `${prefix}-${100 + Math.floor(n / 3)}-${SIZES[n % 6]}-${n}`,
    category: CATEGORIES[(n * 7) % 12],
    attributes,
    images: [`https://img.example/${n}.jpg?text=${encodeURIComponent(name)}`],
    videos: n % 4 ? [] : [`https://img.example/${n}.mp4`],
    created,
    updated: created + (n % 9) * 3_600_777,
  };
}

export const catalog = Array.from({ length: 60 }, (_, n) => ({ id: uuid(`catalog ${n}`), ...row(n * 2, "CAT") }));

export const products = Array.from({ length: options.products }, (_, n) => ({
  ...row(n, "NOD"),
  approved: n % 9 !== 4,
  prices: LISTS.slice(0, 1 + (n % 2)).map((price_list, k) => ({
    price_list,
    currency_type: k ? "EUR" : "USD",
    retail_price: `${20 + n}.99`,
    price: `${18 + n}.50`,
    tax_rate: n % 3 ? "0.08" : "0.2",
  })),
  stocks: LISTS.slice(0, 1 + (n % 2)).map((stock_list) => ({
    stock_list,
    unit_type: "qty",
    stock: String(n % 30),
    sold_quantity_unreported: String(n % 3),
  })),
}));

// What lists show: the products themselves, or a copy that follows them a little later.
let replica = on("lists-lag") ? structuredClone(products) : products;
export const listed = () => replica;
export function refresh() {
  if (on("lists-lag")) setTimeout(() => (replica = structuredClone(products)), 500);
}

// What is deleted softly, or kept for a product that is made again.
export const graves = new Map();

const time = (at) => {
  let text = new Date(on("date-shown-local") ? at + 3 * 3_600_000 : at).toISOString();
  if (on("date-shown-seconds")) text = text.replace(/\.\d+/, "");
  if (on("date-shown-offset")) text = new Date(at + 3 * 3_600_000).toISOString().replace("Z", "+03:00");
  if (on("six-digits")) text = text.replace("Z", "000Z");
  if (on("offset-zero")) text = text.replace("Z", "+00:00");
  return text;
};

const id = (text) => (on("upper-uuids") ? String(text).toUpperCase() : text);
const amount = (text) => {
  if (on("price-number-shown")) return Number(text);
  if (!on("amount-scale-4")) return text;
  const [whole, part = ""] = text.split(".");
  return `${whole}.${part.padEnd(4, "0")}`;
};
const amounts = (part, names) => Object.fromEntries(names.map((name) => [name, amount(part[name])]));

export function shown(product) {
  const row = {
    name: product.name,
    base_code: product.base_code,
    sku: product.sku,
    category: id(product.category),
    attributes: product.attributes,
    images: product.images,
    videos: product.videos,
    updated_at: time(product.updated),
    created_at: time(product.created),
  };
  if (on("attribute-numbers-as-text")) row.attributes = Object.fromEntries(Object.entries(row.attributes).sort());
  if (on("more-fields")) Object.assign(row, { _id: uuid(product.sku), __v: 0 });
  if (product.id) return { id: id(product.id), ...row };
  row.prices = product.prices.map((p) => ({
    price_list: id(p.price_list),
    currency_type: p.currency_type,
    ...amounts(p, ["retail_price", "price", "tax_rate"]),
  }));
  row.stocks = product.stocks.map((s) => ({
    stock_list: id(s.stock_list),
    unit_type: s.unit_type,
    ...amounts(s, ["stock", "sold_quantity_unreported"]),
  }));
  return row;
}
