import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { connection, isEmbedded } from "../cloudflare/connection.ts";
import { embeddedShell, pulumiOfStack, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";

/** Where a stack is deployed to. There are two, and which one it is follows from Pulumi's backend alone. */
export type Target =
  | {
      readonly kind: "embedded";
      readonly accountId: string;
      readonly accountName: string;
      /** Base address of the v4 API, and its token. */
      readonly baseUrl: string;
      readonly token: string;
      /** `http://<worker>.<account>.localhost:<port>`: where workers answer. */
      readonly front: string;
    }
  | { readonly kind: "cloudflare"; readonly accountId: string };

type Environment = Readonly<Record<string, string | undefined>>;

const connectionFile = z.object({
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
  front: z.string(),
  pid: z.number(),
});

/** The target of this run: embedded if and only if Pulumi's backend is the project's own `.lockstep/state`. */
export function targetOf(
  stage: Stage,
  configuredAccount: string | undefined,
  env: Environment,
  root: string,
): Target {
  return isEmbedded(env, root) ? embedded(stage, env, root) : cloudflare(stage, configuredAccount, env);
}

function embedded(stage: Stage, env: Environment, root: string): Target {
  const { baseUrl, token } = connection(env, root);
  const path = join(root, ".lockstep", "embedded", "connection.json");
  const { accounts, front, pid } = connectionFile.parse(JSON.parse(readFileSync(path, "utf8")));
  const account = accounts.find(({ name }) => name === stage.embeddedAccount);
  if (account !== undefined)
    return { kind: "embedded", accountId: account.id, accountName: account.name, baseUrl, token, front };
  throw new UserError({
    what: `The embedded Cloudflare has no account for stage ${stage.name}`,
    where: path,
    got: accounts.map(({ name }) => name).join(", ") || "no accounts",
    expected: `an account named ${stage.embeddedAccount}`,
    fix: `give stage ${stage.name} the embeddedAccount of one of those in project.ts, or end the embedded Cloudflare, which began before there was this stage (kill ${pid}), and do this again: a new one begins on the same data and makes an account for each stage`,
  });
}

function cloudflare(stage: Stage, configured: string | undefined, env: Environment): Target {
  if ((env["PULUMI_DEBUG_PROVIDERS"] ?? "") !== "") {
    throw new UserError({
      what: "This shell is attached to the embedded Cloudflare, but the stack is one of a real account",
      where: "the environment variable PULUMI_DEBUG_PROVIDERS",
      got: env["PULUMI_DEBUG_PROVIDERS"] ?? "",
      expected: "nothing: a real account is always reached through the official provider",
      fix: sentence`unset PULUMI_DEBUG_PROVIDERS, or work on the embedded target: ${embeddedShell}`,
    });
  }
  const fromEnvironment = env["CLOUDFLARE_ACCOUNT_ID"] === "" ? undefined : env["CLOUDFLARE_ACCOUNT_ID"];
  if (configured !== undefined && fromEnvironment !== undefined && configured !== fromEnvironment) {
    throw new UserError({
      what: "Two different accounts are configured",
      where: `cloudflare:accountId of Pulumi.${stage.name}.yaml, and CLOUDFLARE_ACCOUNT_ID`,
      got: `${configured} and ${fromEnvironment}`,
      expected: "one account",
      fix: "unset CLOUDFLARE_ACCOUNT_ID, or take the other one out of the stack file",
    });
  }
  const accountId = configured ?? fromEnvironment;
  if (accountId === undefined) throw noAccount(stage, "nothing");
  if (!/^[0-9a-f]{32}$/.test(accountId)) throw noAccount(stage, accountId);
  return { kind: "cloudflare", accountId };
}

const noAccount = (stage: Stage, got: string): UserError =>
  new UserError({
    what: "Missing required configuration variable 'cloudflare:accountId'",
    where: `stack ${stage.name}, which is deployed to a real Cloudflare account`,
    got,
    expected:
      "the account's id: 32 hexadecimal characters, shown by `wrangler whoami` and in the dashboard's address",
    fix: sentence`export CLOUDFLARE_ACCOUNT_ID=<id>, or put it into .env.${stage.name}, or: ${pulumiOfStack("config set cloudflare:accountId <id>", stage.name)}. Without an account, work on the embedded target: ${embeddedShell}`,
  });
