import type { IncomingMessage } from "node:http";

/** How much a visitor may send at once: Cloudflare's limit of the plans without a contract. */
export const maximumBodyBytes = 100 * 1024 * 1024;

/** What a body says of its own length. */
export const announcesTooMuch = ({ headers }: IncomingMessage): boolean =>
  Number(headers["content-length"] ?? 0) > maximumBodyBytes;

/** A body that said nothing of its length turned out to be larger. */
export class BodyTooLarge extends Error {
  constructor() {
    super(`the body has more than ${maximumBodyBytes} bytes`);
    this.name = "BodyTooLarge";
  }
}
