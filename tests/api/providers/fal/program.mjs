// A program as somebody wrote it for fal.ai with @fal-ai/client; only `config` knows where the server is.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const [photo, way] = process.argv.slice(2);
const { fal } = createRequire(import.meta.url)(process.env.FAL_CLIENT);
const base = process.env.BASE;

const hosts = {
  "fal.run": "/fal/run", "queue.fal.run": "/fal/queue", "rest.fal.ai": "/fal/rest", "rest.alpha.fal.ai": "/fal/rest",
  "v3.fal.media": "/fal/cdn",
};
function rewritten(address) {
  const url = new URL(address);
  return url.host in hosts ? base + hosts[url.host] + url.pathname + url.search : address;
}
fal.config(
  way === "proxy"
    ? { credentials: process.env.FAL_KEY, proxyUrl: { url: `${base}/fal/proxy`, when: "always" } }
    : { credentials: process.env.FAL_KEY, requestMiddleware: async (request) => ({ ...request, url: rewritten(request.url) }) },
);

const app = "fal-ai/face-to-sticker";
const input = { image_url: new Blob([await readFile(photo)], { type: "image/jpeg" }), prompt: "a person", seed: 42 };
const told = { statuses: [] };

const result = await fal.subscribe(app, {
  input,
  logs: true,
  onEnqueue: (requestId) => { told.submitted = requestId; },
  onQueueUpdate: (update) => {
    told.statuses.push(update.status);
    if (update.status === "IN_PROGRESS") update.logs.map((log) => log.message).forEach((line) => console.error(line));
  },
});
told.seed = result.data.seed;
told.images = result.data.images.length;
told.requestId = result.requestId;

try {
  await fal.run(app, { input: { prompt: "a person" } });
} catch (error) {
  told.refused = [error.status, error.body.detail[0].loc[1]];
}
try {
  await fal.queue.cancel(app, { requestId: told.requestId });
} catch (error) {
  told.cancelled = error.status;
}
const stream = await fal.queue.streamStatus(app, { requestId: told.requestId, logs: true });
for await (const event of stream) told.stream = event.status;
const live = await fal.stream(app, { input });
const events = [];
for await (const event of live) events.push("progress" in event ? "progress" : "output");
told.live = [events[0], events.at(-1), (await live.done()).images.length, live.requestId.length];
const refused = await fal.stream(app, { input: { prompt: "a person" } });
try {
  await refused.done();
} catch (error) {
  told.liveRefused = [error.status, error.body.detail[0].loc[1]];
}
console.log(JSON.stringify(told));
process.exit(0);
