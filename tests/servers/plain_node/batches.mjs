// The queue: what was accepted is done a moment later, batch by batch, in the order in which it came.
import { randomUUID } from "node:crypto";
import { forget } from "./lists.mjs";
import { refresh, uuid } from "./store.mjs";
import { on } from "./setup.mjs";

const batches = new Map();
let latest = null;
let queue = Promise.resolve();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function submit(items, work, kind) {
  const id = on("batch-id-by-body") ? uuid(kind + JSON.stringify(items)) : randomUUID();
  if (batches.has(id)) return id;
  const now = Date.now();
  const total = on("batch-total-unique") ? new Set(items.map((item) => item.sku)).size : items.length;
  const batch = { id, total, succeeded: 0, failed: 0, created: now, updated: now, over: false, seen: 0 };
  batches.set(id, batch);
  latest = batch;
  const run = async () => {
    await pause(on("slow-batches") ? 300 : 5);
    if (on("batch-early")) {
      batch.succeeded = batch.total;
      await pause(6000);
    }
    await perform(batch, items, work);
    if (on("batch-redelivered")) await perform(batch, items, work, true);
    batch.over = true;
  };
  if (on("batch-last-writes-first")) setTimeout(run, items.length * 20);
  else if (on("batch-lost-update")) run();
  else queue = queue.then(run);
  return id;
}

async function perform(batch, items, work, again = false) {
  let chosen = items;
  if (on("batch-chunk-lost")) chosen = items.slice(0, 10);
  if (on("batch-chunk-edge")) chosen = items.filter((_, n) => n % 10 !== 9);
  if (on("batch-last-lost") && items.length > 1) chosen = items.slice(0, -1);
  if (on("batch-reversed")) chosen = [...items].reverse();
  if (on("delete-first") && work.name === "deleteOne") chosen = items.slice(0, 1);
  let [succeeded, failed] = [items.length - chosen.length, 0];
  let stopped = false;
  for (const item of chosen) {
    let fine = !stopped;
    if (fine) {
      try {
        await work(item, pause, chosen);
      } catch {
        fine = false;
        stopped = on("batch-fail-stops") || (on("delete-unknown-stops") && work.name === "deleteOne");
      }
    }
    if (fine || on("batch-fail-succeeds")) succeeded += on("batch-counts-twice") ? 2 : 1;
    else if (!on("batch-fail-uncounted")) failed += 1;
    if (!on("batch-early") && !again) Object.assign(batch, { succeeded, failed });
  }
  if (on("batch-endless") && succeeded) succeeded -= 1;
  if (on("batch-early")) succeeded = batch.total - failed;
  Object.assign(batch, { succeeded, failed, updated: Date.now() });
  forget();
  refresh();
}

export function status(id) {
  const batch = on("batch-shared-state") && latest ? latest : batches.get(id);
  if (!batch) return null;
  const over = batch.succeeded + batch.failed >= batch.total;
  if (over) batch.seen += 1;
  if (on("batch-forgotten") && batch.seen > 1) return null;
  const count = on("batch-counts-text") ? String : (n) => n;
  const fallen = on("batch-counts-fall") && batch.seen > 1 ? 1 : 0;
  const shownId = on("batch-id-shown") ? uuid(batch.id) : on("batch-shared-state") ? id : batch.id;
  return {
    id: on("upper-uuids") ? shownId.toUpperCase() : shownId,
    registry: "Products",
    request_file: null,
    success_file: null,
    error_file: null,
    status: over ? 2 : 1,
    state: {
      total: count(batch.total),
      succeeded: count(Math.max(0, batch.succeeded - fallen)),
      failed: count(batch.failed),
    },
    processed_in: over ? (batch.updated - batch.created) / 1000 : null,
    updated_at: new Date(batch.updated).toISOString(),
    created_at: new Date(batch.created).toISOString(),
  };
}
