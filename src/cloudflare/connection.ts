import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { embeddedShell, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";

/** How to speak to the API that this stack's target has. */
export interface Connection {
  /** Without a final slash. */
  readonly baseUrl: string;
  readonly token: string;
  /** Where workers answer on the embedded target: `http://<worker>.<account>.localhost:<port>`. */
  readonly front?: string;
  /** The embedded accounts' names, by id. */
  readonly accountNames?: Readonly<Record<string, string>>;
}

const connectionFile = z.object({
  api: z.url(),
  token: z.string().min(1),
  front: z.string(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** The target is embedded if and only if Pulumi's backend is this project's own `.lockstep/state`, not another clone's. */
export function isEmbedded(env: Environment, projectFolder: string): boolean {
  const backend = env["PULUMI_BACKEND_URL"] ?? "";
  const url = URL.canParse(backend) ? new URL(backend) : undefined;
  // Pulumi also takes `file://~` and `file://./folder`, which are no paths to Node.
  if (url?.protocol !== "file:" || url.host !== "") return false;
  return fileURLToPath(url).replace(/\/+$/, "") === join(projectFolder, ".lockstep", "state");
}

/**
 * The API's address and token, looked up at the moment of a call and never kept in state: a moved port or a rotated token
 * is then no change of any resource.
 */
export function connection(env: Environment, projectFolder: string): Connection {
  if (isEmbedded(env, projectFolder)) return embedded(projectFolder);
  const token = env["CLOUDFLARE_API_TOKEN"];
  if (token === undefined || token === "") {
    throw new UserError({
      what: "There is no API token for Cloudflare",
      where: "the environment variable CLOUDFLARE_API_TOKEN",
      got: "nothing",
      expected: "a token of the account, with Edit for what is declared (D1 for migrations)",
      fix: sentence`export CLOUDFLARE_API_TOKEN, or work on the embedded target: ${embeddedShell}`,
    });
  }
  const baseUrl = env["CLOUDFLARE_BASE_URL"] ?? "https://api.cloudflare.com/client/v4";
  return { baseUrl: baseUrl.replace(/\/+$/, ""), token };
}

function embedded(projectFolder: string): Connection {
  const path = join(projectFolder, ".lockstep", "embedded", "connection.json");
  const complain = (got: string, cause?: unknown): UserError =>
    new UserError(
      {
        what: "The embedded Cloudflare cannot be reached",
        where: path,
        got,
        expected: "the addresses that a running embedded Cloudflare writes there",
        fix: sentence`start it: ${embeddedShell}`,
      },
      { cause },
    );
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw complain(error instanceof Error ? error.message : String(error), error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw complain("a file that is not JSON", error);
  }
  const parsed = connectionFile.safeParse(value);
  if (!parsed.success) throw complain(z.prettifyError(parsed.error));
  const { api, token, front, accounts } = parsed.data;
  return {
    baseUrl: api.replace(/\/+$/, ""),
    token,
    front,
    accountNames: Object.fromEntries(accounts.map(({ id, name }) => [id, name])),
  };
}
