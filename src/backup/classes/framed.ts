/** Bytes of a part's length. */
const header = 4;

/**
 * What `workers/lockstep/object-door.js` frames: parts behind their length, an end of length 0, and what the object threw. Throws that, and where it breaks
 * off before the end.
 */
export async function* framed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  /** Bytes of the part that are still to come. */
  let open = 0;
  let ended = false;
  for await (const bytes of body) {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (!ended) {
      if (open > 0) {
        if (rest.length === 0) break;
        const part = rest.subarray(0, open);
        open -= part.length;
        rest = rest.subarray(part.length);
        yield part;
        continue;
      }
      if (rest.length < header) break;
      open = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
      rest = rest.subarray(header);
      ended = open === 0;
    }
  }
  if (!ended) throw new Error("what the object gives out broke off before its end");
  if (rest.length > 0) throw new Error(Buffer.from(rest).toString("utf8"));
}
