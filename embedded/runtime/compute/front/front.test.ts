import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
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
    case "/page": return new Response("<p>tide</p>".repeat(500), { headers: { "content-type": "text/html", etag: '"t"' } });
    case "/drip": return new Response(parts(), { headers: { "content-type": "text/html" } });
    case "/as-it-is": return new Response("x".repeat(500), { headers: { "content-type": "text/plain", "cache-control": "no-transform" } });
    case "/picture": return new Response("x".repeat(500), { headers: { "content-type": "image/png" } });
    case "/url": return new Response(request.url);
    case "/size": { let n = 0; for await (const piece of request.body) n += piece.length; return new Response(String(n)); }
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

const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  new Promise<{ readonly head: IncomingMessage; readonly body: Buffer; readonly pieces: number }>(
    (resolve, reject) => {
      const sent = httpRequest(
        {
          host: "127.0.0.1",
          port: rig.compute.frontPort,
          path,
          method,
          headers: { host: "w.dev.localhost", ...headers },
        },
        (head) => {
          const pieces: Buffer[] = [];
          head.on("data", (piece: Buffer) => pieces.push(piece));
          head.on("end", () => resolve({ head, body: Buffer.concat(pieces), pieces: pieces.length }));
        },
      );
      sent.on("error", reject).end();
    },
  );

test("text is compressed for who takes it, and nothing else is", async () => {
  const page = "<p>tide</p>".repeat(500);
  const br = await ask("/page", { "accept-encoding": "gzip, br" });
  expect(br.head.headers).toMatchObject({ "content-encoding": "br", vary: "accept-encoding", etag: 'W/"t"' });
  expect(brotliDecompressSync(br.body).toString()).toBe(page);
  expect(br.body.length).toBeLessThan(200);
  const gzip = await ask("/page", { "accept-encoding": "gzip" });
  expect(gzip.head.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(gzip.body).toString()).toBe(page);
  for (const [path, accepted] of [
    ["/page", ""],
    ["/page", "zstd"],
    ["/as-it-is", "br"],
    ["/picture", "br"],
    ["/", "br"],
  ] as const) {
    const { head, body } = await ask(path, { "accept-encoding": accepted });
    expect(head.headers["content-encoding"], path).toBeUndefined();
    expect(String(body.length), path).toBe(head.headers["content-length"]);
  }
  const only = await ask("/page", { "accept-encoding": "br" }, "HEAD");
  expect(only.head.headers["content-encoding"]).toBeUndefined();
  const { body, pieces } = await ask("/drip", { "accept-encoding": "br" });
  expect(brotliDecompressSync(body).toString()).toBe("abc");
  expect(pieces).toBeGreaterThanOrEqual(3); // sent on as the worker wrote them
});

test("a target with a host means that host, and a target without a path is refused", async () => {
  const end = "Connection: close\r\n\r\n";
  expect(await raw([`GET http://w.dev.localhost/url?x=1 HTTP/1.1\r\nHost: other\r\n${end}`])).toMatch(
    /\r\n\r\nhttp:\/\/w\.dev\.localhost\/url\?x=1$/,
  );
  expect(await raw([`GET http://w.dev.localhost HTTP/1.1\r\nHost: x\r\n${end}`])).toMatch(/hello$/);
  expect(await raw([`GET http://other/ HTTP/1.1\r\n${host}${end}`])).toMatch(/^HTTP\/1\.1 421 /);
  for (const target of ["*", "w.dev.localhost:80", "ftp://w.dev.localhost/"])
    expect(await raw([`OPTIONS ${target} HTTP/1.1\r\n${host}${end}`]), target).toMatch(/^HTTP\/1\.1 400 /);
});

test("a body of 100 MiB arrives, one byte more is refused, whether its length was said or not", async () => {
  const piece = Buffer.alloc(1024 * 1024, "x");
  const send = (pieces: number, said: boolean, last = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const length = said ? { "content-length": String(pieces * piece.length + last) } : {};
      const sent = httpRequest(
        {
          host: "127.0.0.1",
          port: rig.compute.frontPort,
          path: "/size",
          method: "POST",
          headers: { host: "w.dev.localhost", ...length },
        },
        (head) => {
          let text = "";
          head.on("data", (data) => {
            text += String(data);
          });
          head.on("end", () => resolve(`${head.statusCode} ${text.slice(0, 21)}`));
        },
      );
      sent.on("error", reject);
      const body = function* () {
        for (let i = 0; i < pieces; i += 1) yield piece;
        if (last > 0) yield piece.subarray(0, last);
      };
      Readable.from(body()).pipe(sent);
    });
  expect(await send(100, false)).toBe(`200 ${100 * piece.length}`);
  expect(await send(100, true, 1)).toBe("413 413 Payload Too Large");
  expect(await send(100, false, 1)).toBe("413 413 Payload Too Large");
  expect(await send(1, false)).toBe(`200 ${piece.length}`); // and the next one is served
});
