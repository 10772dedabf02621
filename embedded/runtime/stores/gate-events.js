// Runs in workerd, in the gate: sees what happens to the objects of buckets, and tells Node before whoever did it gets
// the answer. So an event that Node was told of cannot be lost, and one of a change that did not happen is never told.

/** Who copies through Node (`x-lockstep-copy-source`) says of what: R2's own protocol knows no copies. */
const copySource = "x-lockstep-copy-source";

/** Passes a request to a bucket's object on; `forward` takes the headers and body to send. */
export async function withEvents(request, env, bucket, forward) {
  const headSize = Number(request.headers.get("cf-r2-metadata-size") ?? Number.NaN);
  // Only writes have their request before the body; the object refuses a wrong one with its own words.
  if (request.method !== "PUT" || request.body === null || !(headSize > 0)) return forward(request.body);
  const { head, body } = await split(request, headSize);
  const answer = await forward(body);
  const asked = parsed(head);
  if (!answer.ok || asked === undefined) return answer;
  switch (asked.method) {
    case "delete": {
      const keys = asked.objects ?? [asked.object];
      await tell(
        env,
        bucket,
        keys.map((key) => ({ action: "DeleteObject", object: { key } })),
      );
      return answer;
    }
    case "put":
    case "completeMultipartUpload": {
      const bytes = await answer.arrayBuffer();
      const size = Number(answer.headers.get("cf-r2-metadata-size"));
      const made = parsed(new Uint8Array(bytes, 0, size));
      const copied = parsed(new TextEncoder().encode(request.headers.get(copySource) ?? "null"));
      const action = copied ? "CopyObject" : asked.method === "put" ? "PutObject" : "CompleteMultipartUpload";
      const object = { key: made.name, size: made.size, eTag: made.etag };
      await tell(env, bucket, [{ action, object, ...(copied && { copySource: copied }) }]);
      return new Response(bytes, answer);
    }
    default:
      return answer;
  }
}

/** The request before a body, and all of both as a new body of the same length. */
async function split(request, headSize) {
  const reader = request.body.getReader({ mode: "byob" });
  const { value: head = new Uint8Array() } = await reader.readAtLeast(headSize, new Uint8Array(headSize));
  reader.releaseLock();
  const length = request.headers.get("content-length");
  const whole = length === null ? new IdentityTransformStream() : new FixedLengthStream(Number(length));
  const pass = async () => {
    const writer = whole.writable.getWriter();
    await writer.write(head);
    writer.releaseLock();
    await request.body.pipeTo(whole.writable);
  };
  // Whoever reads the new body sees the failure; a client that went away is nobody's business here.
  pass().catch((error) => whole.writable.abort(error).catch(() => {}));
  return { head, body: whole.readable };
}

function parsed(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Asks the process that the gate belongs to, by a port that others reach too: the key says who asks. */
export const askNode = (env, path, body) =>
  env.NODE.fetch(`http://node/${path}`, {
    headers: { "x-lockstep-key": env.KEY },
    ...(body !== undefined && { method: "POST", body }),
  });

async function tell(env, bucket, events) {
  const eventTime = new Date().toISOString();
  const body = JSON.stringify({ bucket, events: events.map((event) => ({ ...event, eventTime })) });
  const answer = await askNode(env, "r2-events", body);
  if (!answer.ok) throw new Error(`the events of a bucket were not taken: ${answer.status}`);
}
