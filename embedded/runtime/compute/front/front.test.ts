import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Rig, startRig, version } from "../testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.deploy("w", version("v1", code));
});
afterAll(() => rig.close());

const code = `
const parts = () => {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  (async () => {
    for (const part of ["a", "b", "c"]) { await scheduler.wait(5); await writer.write(new TextEncoder().encode(part)); }
    await writer.close();
  })();
  return readable;
};
export default { async fetch(request) {
  switch (new URL(request.url).pathname) {
    case "/refuse": return new Response("not for you", { status: 401 });
    case "/length": return new Response((await request.text()).length + " " + request.headers.get("upgrade"));
    case "/parts": return new Response(parts());
    default: return new Response("hello");
  }
} };`;

const host = "Host: w.dev.localhost\r\n";

/** Sends bytes as they are; resolves with all that came back once `until` is in it, or the connection has ended. */
function raw(sent: readonly (string | Buffer)[], until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = "";
    const socket = connect(rig.compute.frontPort, "127.0.0.1");
    socket.setTimeout(20_000, () => socket.destroy(new Error(`nothing more came after: ${got}`)));
    socket.on("data", (data) => {
      got += data.toString();
      if (until !== undefined && got.includes(until)) socket.destroy();
    });
    socket.on("error", reject).on("close", () => resolve(got));
    for (const bytes of sent) socket.write(bytes);
  });
}

test("a worker that answers an upload without reading it is heard, and what it left disturbs no next request", async () => {
  const body = Buffer.alloc(50_000, "x");
  for (let i = 0; i < 20; i += 1) {
    const got = await raw(
      [
        `POST /refuse HTTP/1.1\r\n${host}Content-Length: ${body.length}\r\n\r\n`,
        body,
        `GET / HTTP/1.1\r\n${host}\r\n`,
      ],
      "hello",
    );
    expect(got.match(/HTTP\/1.1 \d+|not for you|hello/g)).toEqual([
      "HTTP/1.1 401",
      "not for you",
      "HTTP/1.1 200",
      "hello",
    ]);
  }
});

test("an offer of HTTP/2, as some clients make with every first request, changes nothing", async () => {
  const offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
  const got = await raw([`POST /length HTTP/1.1\r\n${host}${offer}Content-Length: 5\r\n\r\nhello`], "5 null");
  expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test("a stream that answers the wish for a WebSocket arrives whole, as the head before it says", async () => {
  const wish =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const got = await raw([`GET /parts HTTP/1.1\r\n${host}${wish}\r\n`]);
  expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(got).not.toMatch(/transfer-encoding/i);
  expect(got).toMatch(/\r\n\r\nabc$/);
});
