import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { answerBesideBody, endBesideBody } from "./lingering-close.ts";
import { listen } from "./listen.ts";

const pieces = 64;
const piece = Buffer.alloc(256 * 1024, "x");

/** Sends a whole body before it reads anything, and gives what it read until the server closed. */
async function sendFirst(port: number, connection: string): Promise<string> {
  const socket = connect(port, "127.0.0.1").pause();
  await once(socket, "connect");
  const length = pieces * piece.length;
  socket.write(
    `PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  for (let i = 0; i < pieces; i += 1) if (!socket.write(piece)) await once(socket, "drain");
  let text = "";
  for await (const read of socket.resume()) {
    text += read;
    if (connection !== "close" && /no(\r\n0\r\n\r\n)?$/.test(text)) break;
  }
  return text;
}

const ways: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  "at once": (request, response) =>
    answerBesideBody(request, response, { status: 413, headers: {}, body: "no" }),
  "in parts": (request, response) => {
    request.resume();
    response.writeHead(413).write("no");
    endBesideBody(request, response);
  },
};

test.each(
  ["close", "keep-alive"].flatMap((connection) => Object.keys(ways).map((way) => ({ connection, way }))),
)("who sends a whole body before reading hears that it was refused at its beginning: $way, connection: $connection", async ({
  connection,
  way,
}) => {
  const server = createServer(ways[way]);
  const port = await listen(server, 0, { orAnother: false });
  try {
    expect(await sendFirst(port, connection)).toMatch(
      new RegExp(`^HTTP/1\\.1 413 [^]*Connection: ${connection}\r\n[^]*no`),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a connection whose sender stops in the middle of a refused body is closed", async () => {
  const server = createServer((request, response) => {
    answerBesideBody(request, response, { status: 413, headers: {}, body: "no" });
  });
  const port = await listen(server, 0, { orAnother: false });
  const socket = connect(port, "127.0.0.1");
  socket.write("PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\nx");
  socket.resume();
  await once(socket, "close");
  server.close();
});
