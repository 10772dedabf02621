/**
 * Where a worker answers on the embedded Cloudflare, without a final slash.
 *
 * @param front `http://<worker>.<account>.localhost:<port>`, as the process says it
 */
export const embeddedUrl = (front: string, script: string, accountName: string): string =>
  front.replace("<worker>", script).replace("<account>", accountName);

/** Where a worker answers on a real account once its subdomain is on, without a final slash. */
export const workersDevUrl = (subdomain: string, script: string): string =>
  `https://${script}.${subdomain}.workers.dev`;
