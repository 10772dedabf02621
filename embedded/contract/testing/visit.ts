import { exchange } from "../../../src/cloudflare/exchange.ts";

/** Asks a Worker at its own host, as a browser does; Node's fetch neither resolves `*.localhost` nor lets the Host be set. */
export async function visit(
  frontPort: number,
  host: string,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const sent = await exchange(`http://${host}:${frontPort}${path}`);
  if (sent.kind === "noAnswer") throw new Error(sent.message);
  const { status, text } = sent;
  return { status, text };
}
