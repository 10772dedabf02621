import { once } from "node:events";
import type { Server } from "node:http";

/** What answers instead of Cloudflare, on a free port of this machine. */
export interface Listening {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Ends the connections that are kept, too. */
  readonly close: () => void;
}

/** Lets a server listen. */
export async function listening(server: Server): Promise<Listening> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, close };
}
