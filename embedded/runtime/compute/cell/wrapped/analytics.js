// What code gets for a dataset: a point is on its way when the call returns, and nobody is told whether it arrived.
import entrypoints from "cloudflare-internal:workers";

const most = { indexes: 1, blobs: 20, doubles: 20 };
const mostIndexBytes = 96;
const mostBlobBytes = 16 * 1024;
const bytesOf = (text) => new TextEncoder().encode(text).length;

const text = (value) => {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
  throw new TypeError(`a blob or an index is a text, got ${typeof value}`);
};

class Dataset {
  #fetcher;
  constructor({ fetcher }) {
    this.#fetcher = fetcher;
  }
  writeDataPoint(event = {}) {
    for (const [name, limit] of Object.entries(most))
      if ((event[name]?.length ?? 0) > limit)
        throw new TypeError(`writeDataPoint(): Maximum of ${limit} ${name} supported.`);
    const [index = ""] = (event.indexes ?? []).map(text);
    const blobs = (event.blobs ?? []).map(text);
    const doubles = event.doubles ?? [];
    if (bytesOf(index) > mostIndexBytes)
      throw new TypeError(`writeDataPoint(): Bytes of indexes exceeds ${mostIndexBytes} bytes.`);
    if (blobs.reduce((sum, blob) => sum + bytesOf(blob), 0) > mostBlobBytes)
      throw new TypeError(`writeDataPoint(): Cumulative size of blobs exceeds ${mostBlobBytes} bytes.`);
    for (const double of doubles)
      if (typeof double !== "number") throw new TypeError(`a double is a number, got ${typeof double}`);
    entrypoints.waitUntil(
      this.#fetcher
        .fetch("http://analytics/", { method: "POST", body: JSON.stringify({ index, blobs, doubles }) })
        .then((answer) => answer.arrayBuffer()),
    );
  }
}

export default (env) => new Dataset(env);
