import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { exchange } from "./exchange.ts";
import { send } from "./http.ts";
import { listening } from "./testing/listening.ts";

/** A server that answers so, while `use` asks it; `use` gets its port. */
async function served<T>(answer: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const { port, close } = await listening(createServer(answer));
  try {
    return await use(port);
  } finally {
    close();
  }
}

test("a name below localhost is asked on this machine, under its own name, for the whole path", async () => {
  const sent = await served(
    (request, response) =>
      response.writeHead(203).end(`${request.method} ${request.headers.host} ${request.url}`),
    async (port) => ({ port, answer: await exchange(`http://api.dev.localhost:${port}/a/ü?b=1`) }),
  );
  expect(sent.answer).toMatchObject({
    status: 203,
    text: `GET api.dev.localhost:${sent.port} /a/%C3%BC?b=1`,
  });
});

test("a body is sent whole, with a DELETE too", async () => {
  const sent = await served(
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.end(`${request.method} ${Buffer.concat(chunks).toString("utf8")}`);
    },
    async (port) =>
      Promise.all(
        ["PUT", "DELETE"].map((method) => exchange(`http://127.0.0.1:${port}/`, { method, body: "ümit" })),
      ),
  );
  expect(sent).toMatchObject([{ text: "PUT ümit" }, { text: "DELETE ümit" }]);
});

test("where nobody listens nothing was sent; where a write is hung up on nobody knows", async () => {
  const freed = await served(
    () => {},
    async (port) => port,
  );
  const refused = await exchange(`http://127.0.0.1:${freed}/`, { method: "POST", body: "x" });
  expect(refused).toMatchObject({ kind: "noAnswer", nothingSent: true });
  expect(refused).toHaveProperty("message", expect.stringContaining("ECONNREFUSED"));
  const hungUp = await served(
    (request) => request.socket.destroy(),
    (port) => exchange(`http://127.0.0.1:${port}/`, { method: "POST", body: "x" }),
  );
  expect(hungUp).toMatchObject({ kind: "noAnswer", nothingSent: false });
});

test("an answer that is cut off, late, or that nobody waits for is none", async () => {
  const cut = await served(
    (_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
    },
    (port) => exchange(`http://127.0.0.1:${port}/`),
  );
  expect(cut).toMatchObject({ kind: "noAnswer", nothingSent: false });
  const late = await served(
    (_request, response) => response.writeHead(200).flushHeaders(),
    (port) => exchange(`http://127.0.0.1:${port}/slow?secret=1`, { timeoutMs: 50 }),
  );
  expect(late).toHaveProperty(
    "message",
    expect.stringMatching(/^no answer within 50 ms from http:\/\/127\.0\.0\.1:\d+\/slow$/),
  );
  const given = await served(
    () => {},
    (port) => exchange(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort(new Error("stopped")) }),
  );
  expect(given).toMatchObject({ kind: "noAnswer" });
});

test("reads share a connection, and each write has its own", async () => {
  const sockets: (number | undefined)[] = [];
  await served(
    (request, response) => {
      sockets.push(request.socket.remotePort);
      response.end();
    },
    async (port) => {
      for (const method of ["GET", "GET", "POST", "POST"])
        await exchange(`http://127.0.0.1:${port}/`, { method });
    },
  );
  expect(sockets[1]).toBe(sockets[0]);
  expect(new Set(sockets).size).toBe(3);
});

test("a form arrives as a form, and everything else as JSON", async () => {
  const seen: string[] = [];
  await served(
    (request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        seen.push(`${request.headers.authorization} ${request.headers["content-type"]} ${body}`);
        response.end();
      });
    },
    async (port) => {
      const api = { baseUrl: `http://127.0.0.1:${port}`, token: "t" };
      const form = new FormData();
      form.set("metadata", new Blob(["{}"], { type: "application/json" }));
      await send(api, "PUT", "/form", form);
      await send(api, "POST", "/json", { a: 1 });
    },
  );
  expect(seen[0]).toMatch(/^Bearer t multipart\/form-data; boundary=\S+ [\s\S]*name="metadata"[\s\S]*\{\}/);
  expect(seen[1]).toBe('Bearer t application/json {"a":1}');
});
