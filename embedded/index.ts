/** The embedded Cloudflare as a library: the v4 API and workerd in this process. */
export { type Connection, type Embedded, type EmbeddedOptions, startEmbedded } from "./start.ts";
