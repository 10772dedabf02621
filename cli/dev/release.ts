import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Bundle } from "../../src/bundle/bundle.ts";
import { ApiError } from "../../src/cloudflare/api.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { type Account, call } from "./api.ts";

/** The version of a script that serves now. */
export interface Live {
  readonly versionId: string;
  /** The version that the stack deployed: the live one, or the one that `just dev` took the place of. */
  readonly stackVersionId: string;
}

const deployments = z.object({
  deployments: z.array(
    z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) }),
  ),
});
const version = z.looseObject({
  id: z.string(),
  annotations: z.record(z.string(), z.string()).default({}),
  bindings: z.array(z.looseObject({ name: z.string() })).default([]),
  modules: z
    .array(z.object({ name: z.string(), content_type: z.string(), content_base64: z.string() }))
    .default([]),
  assets: z.unknown().optional(),
});
type Version = z.infer<typeof version>;

/** Two modules say how static files are answered with; no bundle has them, and a version is made with those of the one before. */
const isCode = ({ name }: Version["modules"][number]): boolean =>
  name !== "_headers" && name !== "_redirects";

/** What a version is told by others or by itself; everything else was set by whoever made it, and is set again. */
const ownMembers = [
  "annotations",
  "assets",
  "author_email",
  "author_id",
  "bindings",
  "created_on",
  "exports_reconciliation",
  "id",
  "main_module",
  "migration_tag",
  "migrations",
  "modules",
  "number",
  "source",
  "startup_time_ms",
  "urls",
];

/** Kept in the version itself, so that whoever comes later knows what to put back, even after a crash. */
const message = (stackVersionId: string): string => `just dev, in place of ${stackVersionId}`;
const replacedBy = ({ annotations }: Version): string | undefined =>
  /^just dev, in place of (\S+)$/.exec(annotations["workers/message"] ?? "")?.[1];

/** Undefined when the script is not there or serves nothing. Throws UserError while a rollout is under way. */
export async function liveOf(account: Account, script: string): Promise<Live | undefined> {
  const active = await activeVersions(account, script);
  const [only, ...others] = active;
  if (only === undefined) return undefined;
  if (others.length > 0) {
    throw new UserError({
      what: `A rollout of ${script} is under way`,
      where: script,
      got: active.map((share) => `${share.version_id} at ${share.percentage} %`).join(", "),
      expected: "one version that serves everything",
      fix: "finish the rollout or take it back, then save again",
    });
  }
  const serving = await read(account, script, only.version_id);
  return { versionId: serving.id, stackVersionId: replacedBy(serving) ?? serving.id };
}

/** Whether the version's code is the bundle's, byte for byte. */
export async function serves(
  account: Account,
  script: string,
  versionId: string,
  bundle: Bundle,
  root: string,
): Promise<boolean> {
  const { modules } = await read(account, script, versionId, "?include=modules");
  const held = new Map(modules.filter(isCode).map((each) => [each.name, each.content_base64]));
  return (
    held.size === bundle.modules.length &&
    bundle.modules.every((each) => held.get(each.name) === base64(each.contentFile, root))
  );
}

/**
 * Makes a version of the bundle with everything else as the live version has it, and lets it serve. The stack's own version
 * serves again when the code is its code. Gives the id of the version that serves afterwards; when it throws, the old one does.
 */
export async function release(
  account: Account,
  script: string,
  live: Live,
  bundle: Bundle,
  root: string,
): Promise<string> {
  if (await serves(account, script, live.versionId, bundle, root)) return live.versionId;
  if (await serves(account, script, live.stackVersionId, bundle, root)) {
    await putBack(account, script, live.stackVersionId);
    return live.stackVersionId;
  }
  const base = await read(account, script, live.versionId, "?include=modules");
  await requireNewest(account, script, live);
  const kept = Object.fromEntries(Object.entries(base).filter(([name]) => !ownMembers.includes(name)));
  const made = version.parse(
    await call(account, "POST", `/workers/workers/${script}/versions?deploy=true`, {
      ...kept,
      main_module: bundle.mainModule,
      modules: [
        ...base.modules.filter((each) => !isCode(each)),
        ...bundle.modules.map(({ name, contentType, contentFile }) => ({
          name,
          content_type: contentType,
          content_base64: base64(contentFile, root),
        })),
      ],
      bindings: base.bindings.map(({ name }) => ({ name, type: "inherit" })),
      ...(base.assets === undefined ? {} : { keep_assets: true }),
      annotations: { "workers/message": message(live.stackVersionId) },
    }),
  );
  return made.id;
}

/** Lets the stack's version serve again. */
async function putBack(account: Account, script: string, versionId: string): Promise<void> {
  const versions = [{ version_id: versionId, percentage: 100 }];
  await call(account, "POST", `/workers/scripts/${script}/deployments`, { strategy: "percentage", versions });
}

/**
 * Lets the stack's version serve again where another took its place, and removes what this loop and earlier ones made: the stack's
 * is then the newest again, which `wrangler secret put` and its kind ask for. Gives its id when it had to be put back.
 */
export async function end(account: Account, script: string): Promise<string | undefined> {
  const [only, ...others] = await activeVersions(account, script);
  if (only === undefined) return undefined;
  // Several at once are a rollout, and so were deployed after the loop's.
  const replaced = others.length === 0 ? replacedBy(await read(account, script, only.version_id)) : undefined;
  if (replaced !== undefined) await putBack(account, script, replaced);
  const serving = replaced === undefined ? [only, ...others].map(({ version_id }) => version_id) : [];
  const all = z
    .array(version)
    .parse(await call(account, "GET", `/workers/workers/${script}/versions?per_page=1000`));
  for (const each of all)
    if (replacedBy(each) !== undefined && !serving.includes(each.id))
      await call(account, "DELETE", `/workers/workers/${script}/versions/${each.id}`);
  return replaced;
}

/** Bindings, and with them secrets, are inherited from the newest version: it has to have those of the live one. */
async function requireNewest(account: Account, script: string, live: Live): Promise<void> {
  const [newest] = z
    .array(version)
    .parse(await call(account, "GET", `/workers/workers/${script}/versions?per_page=1`));
  if (newest === undefined || newest.id === live.versionId) return;
  if (replacedBy(newest) === live.stackVersionId) return;
  throw new UserError({
    what: `The newest version of ${script} is not the one that serves, so its bindings cannot be taken over`,
    where: script,
    got: `${newest.id} is newer than ${live.versionId}, which serves`,
    expected: "the newest version serving everything",
    fix: sentence`${command("up")} (or deploy that version), then save again`,
  });
}

async function activeVersions(
  account: Account,
  script: string,
): Promise<readonly { version_id: string; percentage: number }[]> {
  try {
    const answer = await call(account, "GET", `/workers/scripts/${script}/deployments`);
    return (deployments.parse(answer).deployments[0]?.versions ?? []).filter(
      ({ percentage }) => percentage > 0,
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

const read = async (account: Account, script: string, id: string, query = ""): Promise<Version> =>
  version.parse(await call(account, "GET", `/workers/workers/${script}/versions/${id}${query}`));

const base64 = (file: string, root: string): string => readFileSync(join(root, file)).toString("base64");
