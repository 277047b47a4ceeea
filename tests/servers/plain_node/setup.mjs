// The command line, and which faults and variants are switched on.
import { FAULTS, VARIANTS } from "./faults.mjs";

const given = { port: 0, products: 150, fault: [], variant: [] };
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, "");
  if (name === "faults") {
    const faults = FAULTS.map(([id, family, decides, what]) => ({ id, family, decides, what }));
    const variants = VARIANTS.map(([id, what]) => ({ id, what }));
    console.log(JSON.stringify({ faults, variants }));
    process.exit(0);
  }
  if (!(name in given) || i + 1 === process.argv.length) {
    console.error(`unknown option --${name}`);
    process.exit(2);
  }
  const value = process.argv[++i];
  if (Array.isArray(given[name])) given[name].push(value);
  else given[name] = Number(value);
}
for (const [kind, table] of [["fault", FAULTS], ["variant", VARIANTS]]) {
  const known = new Set(table.map(([id]) => id));
  for (const id of given[kind]) {
    if (known.has(id)) continue;
    console.error(`unknown ${kind} ${id}`);
    process.exit(2);
  }
}

const KNOWN = new Set([...FAULTS, ...VARIANTS].map(([id]) => id));
const ON = new Set([...given.fault, ...given.variant]);
export const options = given;
export const KEY = process.env.PRD_API_KEY ?? "test-key";

export function on(id) {
  if (!KNOWN.has(id)) throw new Error(`no such fault or variant: ${id}`);
  return ON.has(id);
}
