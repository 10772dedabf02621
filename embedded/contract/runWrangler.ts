import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Ran {
  readonly code: number | null;
  /** Standard output and standard error in one, without colours. */
  readonly text: string;
}

export interface WranglerTarget {
  /** `http://127.0.0.1:<port>/client/v4` */
  readonly api: string;
  readonly token: string;
  readonly account: string;
  /** Where it runs and keeps its own files. */
  readonly folder: string;
}

const bin = resolve(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");

/** Real wrangler against the embedded API. Nothing of it reaches the network: every proxy points at a closed port. */
export function wrangler(target: WranglerTarget, ...args: string[]): Promise<Ran> {
  const home = join(target.folder, "home");
  mkdirSync(home, { recursive: true });
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: target.folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      XDG_CONFIG_HOME: home,
      CLOUDFLARE_API_BASE_URL: target.api,
      CLOUDFLARE_API_TOKEN: target.token,
      CLOUDFLARE_ACCOUNT_ID: target.account,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      CI: "1",
      NO_COLOR: "1",
      HTTPS_PROXY: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      text += chunk;
    });
  }
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ code, text }));
  });
}
