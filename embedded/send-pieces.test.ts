import { once } from "node:events";
import { createServer, request } from "node:http";
import { expect, test } from "vitest";
import { listen } from "./listen.ts";
import { sendPieces } from "./send-pieces.ts";

test.each([
  "before the answer began",
  "in the middle of the answer",
] as const)("who left %s is not told, and what holds the pieces is let go", async (moment) => {
  const server = createServer();
  const port = await listen(server, 0, { orAnother: false });
  try {
    const asked = once(server, "request");
    const sent = request({ port, host: "127.0.0.1", agent: false }).on("error", () => undefined);
    sent.end();
    const [, response] = await asked;
    const left = once(response, "close");
    if (moment === "in the middle of the answer") sent.once("response", () => sent.destroy());
    else {
      sent.destroy();
      await left;
    }
    const letGo = new Promise<void>((resolve) => {
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield Buffer.alloc(64 * 1024);
        } finally {
          resolve();
        }
      };
      sendPieces(endless(), response);
    });
    await letGo;
    expect(response.destroyed).toBe(true);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("the pieces come in their order, and end the answer", async () => {
  const server = createServer((_request, response) => {
    const three = async function* (): AsyncGenerator<Uint8Array> {
      yield* ["one ", "two ", "three"].map((text) => Buffer.from(text));
    };
    sendPieces(three(), response);
  });
  const port = await listen(server, 0, { orAnother: false });
  try {
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("one two three");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
