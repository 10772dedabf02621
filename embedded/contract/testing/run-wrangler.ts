import { wranglerProject } from "./wrangler.ts";

export interface WranglerTarget {
  /** `http://127.0.0.1:<port>/client/v4` */
  readonly api: string;
  readonly token: string;
  readonly account: string;
  /** Where it runs and keeps its own files. */
  readonly folder: string;
}

/** Real wrangler in a folder that is there already. `text` is all that it printed. */
export async function wrangler(
  target: WranglerTarget,
  ...args: string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const { code, output } = await wranglerProject(target, target.account, target.folder).wrangler(args);
  return { code, text: output };
}
