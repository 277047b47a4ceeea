// The Products API in plain Node: node:http, arrays, and JavaScript's own ideas of equality.
//   node server.mjs [--port N] [--products N] [--fault ID]... [--variant ID]... | --faults
// Prints READY and its address once it serves. The key is PRD_API_KEY.
import { createServer } from "node:http";
import { cacheKey, cached, forget, productList, remember, search } from "./lists.mjs";
import { status, submit } from "./batches.mjs";
import { Refusal, UUID, pairs } from "./query.mjs";
import { WORK, checked } from "./writes.mjs";
import { KEY, on, options } from "./setup.mjs";

const ROUTES = {
  "/api/i2/products/": { GET: productList, POST: "products", DELETE: "delete" },
  "/api/i2/products/search/": { GET: search },
  "/api/i2/products/prices-and-stocks/": { POST: "both" },
  "/api/i2/products/prices/": { POST: "prices" },
  "/api/i2/products/stocks/": { POST: "stocks" },
};
const BATCH = "/api/i2/products/batch-requests/";
const trusted = new WeakSet();

function admitted(request, kind) {
  if (on("auth-connection") && trusted.has(request.socket)) return;
  const given = request.headers.authorization;
  if (on("auth-500")) given.trim();
  if (on("auth-any") && given) return;
  if (on("auth-missing") && given === undefined) return;
  if (on("auth-empty") && given === "") return;
  if (on("auth-reads-only") && kind === "write") return;
  if (on("auth-writes-only") && kind === "list") return;
  if (on("auth-batch") && kind === "batch") return;
  if (given) {
    if (given === KEY) return void trusted.add(request.socket);
    if (on("auth-prefix") && KEY.startsWith(given)) return;
    if (on("auth-contains") && given.includes(KEY)) return;
    if (on("auth-case") && given.toLowerCase() === KEY.toLowerCase()) return;
  }
  throw new Refusal(on("auth-403") && !given ? 403 : 401, "Unauthorized");
}

function language(header) {
  if (on("language-range-error") && header) return Intl.getCanonicalLocales(header)[0];
  if (on("language-first-letters") && header && !/^[a-z]{2}$/i.test(header)) throw new Refusal(406, "unknown language");
  return /^tr\b/i.test(header ?? "") ? "tr" : "en";
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf-8");
  try {
    return JSON.parse(text);
  } catch (error) {
    if (on("bad-json-500")) throw error;
    throw new Refusal(400, "the body is no JSON");
  }
}

function batch(id) {
  if (!UUID.test(id)) {
    if (on("batch-malformed-500")) throw new TypeError("Cast to ObjectId failed");
    throw new Refusal(404, "Not found.");
  }
  const found = status(id.toLowerCase());
  if (found) return found;
  if (on("batch-unknown-200")) return null;
  if (on("batch-unknown-500")) throw new TypeError("Cannot read properties of undefined");
  throw new Refusal(404, "Not found.");
}

async function respond(request) {
  const [path, raw = ""] = request.url.split("?", 2);
  const header = request.headers["accept-language"];
  const host = request.headers.host;
  if (path.startsWith(BATCH) && path.length > BATCH.length) {
    admitted(request, "batch");
    if (request.method !== "GET") throw new Refusal(405, "Method not allowed.");
    language(header);
    return [200, batch(decodeURIComponent(path.slice(BATCH.length)))];
  }
  if (on("slash-redirects") && `${path}/` in ROUTES) return [301, null, { location: `${path}/${raw && "?"}${raw}` }];
  if (!Object.hasOwn(ROUTES, path)) throw new Refusal(404, "Not found.");
  const work = ROUTES[path][request.method];
  const key = typeof work === "function" ? cacheKey(path, raw) : null;
  if (on("cache-no-key") && cached(key)) return [200, cached(key)];
  const submitted = on("auth-after-work") && typeof work === "string" ? await bodyOf(request) : null;
  if (submitted && Array.isArray(submitted)) submit(checked(work, submitted), WORK[work], work);
  admitted(request, request.method === "GET" ? "list" : "write");
  if (work === undefined) throw new Refusal(405, "Method not allowed.");
  const spoken = language(header);
  if (typeof work === "function") {
    const hit = cached(key);
    if (hit) return [200, hit];
    const body = work({ path, query: pairs(raw), host, header, language: spoken });
    if (!on("cache-misses") || !body.results.length) remember(key, body);
    return [200, body];
  }
  if (submitted !== null) return [202, { batch_request_id: submit([], WORK[work], work) }];
  const items = checked(work, await bodyOf(request));
  const id = submit(items, WORK[work], work);
  forget();
  return [202, { batch_request_id: on("upper-uuids") ? id.toUpperCase() : id }];
}

const server = createServer(async (request, response) => {
  let [code, body, headers] = [500, { detail: "Unexpected error." }, {}];
  try {
    [code, body, headers = {}] = await respond(request);
  } catch (error) {
    if (error instanceof Refusal) [code, body] = [error.status, { detail: error.message }];
    else if (!(error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError)) console.error(error);
  }
  request.resume();
  const plain = code >= 400 && on("plain-errors");
  const kind = plain ? "text/plain" : on("content-type") ? "text/html" : "application/json";
  const bytes = Buffer.from(plain ? body.detail : JSON.stringify(body), on("latin1") ? "latin1" : "utf-8");
  response.writeHead(code, { "content-type": `${kind}; charset=utf-8`, "content-length": bytes.length, ...headers });
  response.end(request.method === "HEAD" ? undefined : bytes);
});

server.keepAliveTimeout = 60_000;
server.listen(options.port, "127.0.0.1", () => console.log(`READY http://127.0.0.1:${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
