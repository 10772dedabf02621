// Hands queue batches and cron events to the user's worker itself: the asset router in front of it passes none on.
export default {
  async fetch(request, env) {
    const body = await request.json();
    if (new URL(request.url).pathname === "/scheduled") {
      const { outcome } = await env.USER.scheduled({ cron: body.cron, scheduledTime: new Date(body.atMs) });
      return Response.json({ outcome });
    }
    return Response.json(await env.USER.queue(body.queue, body.messages.map(message)));
  },
};

function message({ id, timestampMs, attempts, contentType, bodyBase64 }) {
  const bytes = Uint8Array.from(atob(bodyBase64), (c) => c.charCodeAt(0));
  const common = { id, timestamp: new Date(timestampMs), attempts };
  if (contentType === "v8") return { ...common, serializedBody: bytes };
  if (contentType === "bytes") return { ...common, body: bytes.buffer };
  const text = new TextDecoder().decode(bytes);
  return { ...common, body: contentType === "json" ? JSON.parse(text) : text };
}
