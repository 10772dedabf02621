import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import { connection } from "../../cloudflare/connection.ts";

const inputs = z.object({
  accountId: z.string(),
  /** Of the API, below the account: where such stores are listed and made. */
  path: z.string(),
  name: z.string(),
  /** What is sent to make one. */
  body: z.record(z.string(), z.unknown()),
  headers: z.record(z.string(), z.string()),
});
type Inputs = z.infer<typeof inputs>;

const identity = ["accountId", "path", "name"] as const;

/**
 * The provider behind the resource `SharedStore`: creating it makes the store where the account has none yet, and deleting it leaves the store
 * where it is. How the store is configured later is its owner's business.
 */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },
  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: string[] }> {
    const [before, after] = [inputs.parse(olds), inputs.parse(news)];
    const replaces = identity.filter((key) => before[key] !== after[key]);
    return { changes: replaces.length > 0, replaces };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const wanted = inputs.parse(news);
    const { accountId, path, name, body, headers } = wanted;
    if (!(await isThere(wanted)))
      try {
        await call(at(), "POST", `/accounts/${accountId}/${path}`, body, headers);
      } catch (error) {
        // Another stage may have been faster; only what is there counts.
        if (!(error instanceof ApiError) || !(await isThere(wanted))) throw error;
      }
    return { id: name, outs: news };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return (await isThere(inputs.parse(props))) ? { id, props } : { id: "", props: {} };
  },
  async delete(): Promise<void> {},
};

const at = () => connection(process.env, process.cwd());

async function isThere({ accountId, path, name, headers }: Inputs): Promise<boolean> {
  try {
    await call(at(), "GET", `/accounts/${accountId}/${path}/${encodeURIComponent(name)}`, undefined, headers);
    return true;
  } catch (error) {
    // Vectorize says 410 of an index that was deleted.
    if (error instanceof ApiError && (error.status === 404 || error.status === 410)) return false;
    throw error;
  }
}
