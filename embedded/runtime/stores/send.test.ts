import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { listening } from "../../../src/cloudflare/testing/listening.ts";
import { send } from "./send.ts";

async function answering(answer: RequestListener): Promise<string> {
  const { url, close } = await listening(createServer(answer));
  onTestFinished(close);
  return url;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

test("no request meets a connection that the other side gives up at that moment", async () => {
  const used = new WeakSet<object>();
  const url = await answering(async (request, response) => {
    if (used.has(request.socket)) return void request.socket.destroy();
    used.add(request.socket);
    response.end(`${request.method} ${request.headers["content-length"] ?? "-"} ${await textOf(request)}`);
  });
  const bodies = [new Blob(["blob"]), "tëxt", new Uint8Array([97, 98]), undefined];
  for (const body of [...bodies, ...bodies]) {
    const method = body === undefined ? "GET" : "PUT";
    const said = await send(url, { method, headers: {}, ...(body !== undefined && { body }) });
    const content =
      body === undefined
        ? ""
        : await new Blob([Buffer.from(body instanceof Blob ? await body.bytes() : body)]).text();
    const length = body === undefined ? "-" : Buffer.byteLength(content);
    expect(await said.text()).toBe(`${method} ${length} ${content}`);
  }
});

test("an answer that may have no body has none, and one that is not read holds nobody up", async () => {
  const url = await answering((request, response) => {
    if (request.url === "/none") response.writeHead(204).end();
    else response.end("x".repeat(10_000_000));
  });
  const none = await send(`${url}/none`, { headers: {} });
  expect([none.status, none.body]).toEqual([204, null]);
  const long = await send(url, { headers: {} });
  await long.body?.cancel();
  expect((await send(`${url}/none`, { headers: {} })).status).toBe(204);
});
