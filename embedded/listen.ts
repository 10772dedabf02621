import { once } from "node:events";
import type { Server } from "node:http";
import { UserError } from "../src/diagnostic/user-error.ts";

/** Listens on 127.0.0.1. A remembered port that somebody else has by now becomes a free one; a demanded one is an error. */
export async function listen(
  server: Server,
  port: number,
  options: { readonly orAnother: boolean },
): Promise<number> {
  try {
    await listenOn(server, port);
  } catch (error) {
    const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!taken) throw error;
    if (!options.orAnother)
      throw new UserError(
        {
          what: "A port is taken",
          where: `127.0.0.1:${port}`,
          got: "another process listens there",
          expected: "a free port",
          fix: "choose another one, or leave the option out: then a free one is found",
        },
        { cause: error },
      );
    await listenOn(server, 0);
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function listenOn(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

/** Stops taking requests, waits for those under way up to `graceMs`, then closes what is left. */
export async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(impatient);
}
