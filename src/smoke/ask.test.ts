import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs the command against a server that answers so; gives what the server was asked and what the command said. */
async function asked(path: string, answer: RequestListener): Promise<{ seen: string[]; out: string }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.headers.host?.split(":")[0]} ${request.url}`);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "ask.ts")], {
      env: { ...process.env, LOCKSTEP_SMOKE_URL: `http://api-dev.dev.localhost:${port}${path}` },
    });
    return { seen, out: stdout };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("a worker is asked for the whole path, its query too, under its own name", async () => {
  const { seen, out } = await asked("/health?deep=1&x=$HOME", (_request, response) => response.end("ok"));
  expect(seen).toEqual(["api-dev.dev.localhost /health?deep=1&x=$HOME"]);
  expect(out).toBe("/health answered 200\n");
});

test("a refusal is asked again until it is success, and a body that never ends holds nothing up", async () => {
  let times = 0;
  const { seen } = await asked("/", (_request, response) => {
    if (times++ === 0) response.writeHead(503).end();
    else response.writeHead(200).flushHeaders();
  });
  expect(seen).toHaveLength(2);
});
