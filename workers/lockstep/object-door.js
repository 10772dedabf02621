import { isHolder } from "./is-holder.js";

/**
 * Calls the export and the import of Durable Objects, which only a worker that is bound to their class can call. It exists while a backup, a drill or a
 * restore runs. Without its key it is not there.
 */
export default {
  async fetch(request, env, context) {
    if (!(await isHolder(request, env.KEY))) return new Response("not found\n", { status: 404 });
    const [, number, by, object] = new URL(request.url).pathname.split("/");
    if (number === "") return new Response("ready\n");
    const namespace = env[`CLASS_${number}`];
    const methods = JSON.parse(env[`METHODS_${number}`]);
    try {
      // A drill restores into another namespace, which has none of the ids.
      const id = by === "id" ? namespace.idFromString(object) : namespace.idFromName(object);
      const stub = namespace.get(id);
      if (request.method === "GET") {
        const { readable, writable } = new TransformStream();
        context.waitUntil(frames(await stub[methods.export](), writable));
        return new Response(readable);
      }
      await stub[methods.import](request.body);
      return new Response("imported\n");
    } catch (error) {
      return new Response(saying(error), { status: 500 });
    }
  },
};

const saying = (error) => String(error?.message ?? error).slice(0, 1000);

/** Each part behind its length; behind the last one a length of 0, and what the object threw, if it did: an answer that breaks off has no such end. */
async function frames(stream, writable) {
  const writer = writable.getWriter();
  let end = "";
  try {
    for await (const part of stream) {
      if (part.byteLength === 0) continue;
      await writer.write(lengthOf(part.byteLength));
      await writer.write(part);
    }
  } catch (error) {
    end = saying(error) || "an error without words";
  }
  await writer.write(lengthOf(0));
  if (end !== "") await writer.write(new TextEncoder().encode(end));
  await writer.close();
}

function lengthOf(bytes) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes);
  return length;
}
