// A program as somebody wrote it for Replicate with its client; only `baseUrl` knows where the server is.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const Replicate = createRequire(import.meta.url)(process.env.REPLICATE_CLIENT);
const replicate = new Replicate({ auth: process.env.REPLICATE_API_TOKEN, baseUrl: process.env.BASE });
const photo = await readFile(process.argv[2]);
const told = {};

const outputs = await replicate.run("fofr/face-to-sticker", { input: { image: photo, seed: 3 } });
told.run = [];
// Of an https address it makes a file to read, of an http address it gives the address.
for (const output of outputs) told.run.push((await (await fetch(String(output))).blob()).type);

const prediction = await replicate.predictions.create({
  model: "fofr/face-to-sticker", input: { image: new Blob([photo], { type: "image/jpeg" }), seed: 4 },
});
const waited = await replicate.wait(prediction, { interval: 10 });
told.waited = [waited.status, waited.output.length, waited.input.seed];
told.pages = 0;
for await (const page of replicate.paginate(replicate.predictions.list)) told.pages += page.length > 0 ? 1 : 0;
told.cancelled = (await replicate.predictions.cancel(prediction.id)).status;

try {
  await replicate.run("fofr/face-to-sticker", { input: { image: photo, steps: 99 } });
} catch (error) {
  told.refused = error.message;
}
console.log(JSON.stringify(told));
