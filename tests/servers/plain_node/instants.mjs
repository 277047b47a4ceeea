// Date-times: from text to milliseconds, with a half where further digits follow, since rows have none.
import { on } from "./setup.mjs";

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?$/;

export function instant(text) {
  if (on("date-plus-space") && text.includes("+")) return null;
  const match = FORM.exec(text);
  if (!match) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", digits = "", zone = "Z"] = match;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month - 1, Number(day));
  if (!on("date-rolls-over") && (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== Number(day))) return null;
  if (month > 12 || month < 1 || day > 31 || day < 1) return null;
  let at = date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  at += Number(digits.slice(0, 3).padEnd(3, "0")) + (/[1-9]/.test(digits.slice(3)) ? 0.5 : 0);
  if (/z/i.test(zone) || on("date-offset-dropped")) return at;
  const minutes = on("date-offset-hours") ? 0 : Number(zone.slice(-2));
  if (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(-2)) > 59) return null;
  const offset = (Number(zone.slice(1, 3)) * 60 + minutes) * 60_000 * (zone[0] === "-" ? -1 : 1);
  return on("date-offset-sign") ? at + offset : at - offset;
}

function coarse(at) {
  if (on("date-seconds")) return Math.floor(at / 1000);
  if (on("date-day")) return Math.floor(at / 86_400_000);
  if (on("date-shown-seconds")) return at;
  return at;
}

export function compare(row, lookup, given, text) {
  let [a, b] = [coarse(row), coarse(given)];
  if (on("date-text")) [a, b] = [new Date(row).toISOString(), text];
  if (lookup === "gt") return on("date-gt-gte") ? a >= b : a > b;
  if (lookup === "gte") return a >= b;
  if (lookup === "lt") return a < b;
  if (lookup === "lte") return on("date-lte-lt") ? a < b : a <= b;
  return on("date-reference") ? new Date(a) === new Date(b) : a === b;
}
