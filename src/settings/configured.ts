import type { z } from "zod";
import { type Approval, expiredApprovals } from "../approvals/approval.ts";
import { publicHalf } from "../artefact/ed25519.ts";
import type { SignedRecord } from "../artefact/record.ts";
import { saidTwice, withDeclared } from "../backup/declared.ts";
import { type BackupSettings, backupSettings } from "../backup/settings.ts";
import type { StageKeys } from "../backup/store/signature.ts";
import type { System } from "../declare/index.ts";
import { command, pulumiOfStack, sentence } from "../diagnostic/sentence.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Opening } from "../migrations/plan/opening.ts";
import type { Project } from "../project/project.ts";
import type { Stage } from "../project/stage.ts";
import type { Switched } from "../project/switched.ts";
import { badValue } from "./bad-value.ts";
import { missingSecrets, unknownRollouts, wrongSystems } from "./check.ts";
import { type Forgotten, keys, type Release, type Rollout, textKeys } from "./keys.ts";

/** What a stack's configuration says. */
export interface Configured {
  readonly systems: readonly System[];
  /** Systems that may be taken off the list, and `<system>/<name>` that may go from a system. */
  readonly retired: readonly string[];
  /** Changes that lose data and that somebody approved of. */
  readonly approvals: readonly Approval[];
  /** By `<system>/<worker>`. */
  readonly rollouts: Readonly<Record<string, Rollout>>;
  /** The release that is under way: written by `just release`. */
  readonly release: Release | undefined;
  /** What the stage that this one is promoted from was seen to serve: written by `just promote`. */
  readonly promoted: SignedRecord | undefined;
  /** Of the stage's own record of what it serves, in clear: to go nowhere. */
  readonly signingKey: string | undefined;
  /** By which its backups are verified; none: it has no key. */
  readonly publicKeys: StageKeys;
  /** Which contract migrations are open, by `<system>/<database>`: written by `just db contract`. */
  readonly contracts: Readonly<Record<string, Opening>>;
  /** What is gone and was given up, by `<kind> <system>/<name>`: written by `just forget`. */
  readonly forgotten: Readonly<Record<string, Forgotten>>;
  /** Stores that another one was put in the place of, by `<kind> <system>/<name>`: written by `just restore`. */
  readonly switched: Switched;
  /** Its backups; undefined where it has none. */
  readonly backup: BackupSettings | undefined;
  /** Whether workers are asked after each deployment. Needs the command provider. */
  readonly smoke: boolean;
  /** Until when a pull request's stage is somebody's, ISO 8601; undefined where it has no end. */
  readonly lease?: string | undefined;
  /** In clear: to be wrapped before they go anywhere. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Reads a stack's configuration: what it says, and everything that is wrong with it. Asks nothing of the environment.
 * @param config by full key; what is no text stands there as JSON
 */
export function configuredOf(
  { systems }: Project,
  stage: Stage,
  config: Readonly<Record<string, string>>,
): Configured & { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = unknownKeys(config, stage);
  const read = <Value>(
    key: keyof typeof keys,
    { schema }: { readonly schema: z.ZodType<Value> },
    missing: Value,
  ): Value => {
    const text = config[key];
    if (text === undefined) return missing;
    const parsed = schema.safeParse(json(text));
    if (parsed.success) return parsed.data;
    diagnostics.push(badValue(key, stage, parsed.error));
    return missing;
  };
  const names = read("lockstep:systems", keys["lockstep:systems"], []);
  const publicKeys = read("lockstep:publicKeys", keys["lockstep:publicKeys"], []);
  const publicKey = read<string | undefined>("lockstep:publicKey", keys["lockstep:publicKey"], undefined);
  const configured = {
    retired: read("lockstep:retired", keys["lockstep:retired"], []),
    approvals: read("lockstep:approvals", keys["lockstep:approvals"], []),
    rollouts: read("lockstep:rollout", keys["lockstep:rollout"], {}),
    release: read<Release | undefined>("lockstep:release", keys["lockstep:release"], undefined),
    promoted: read<SignedRecord | undefined>("lockstep:promoted", keys["lockstep:promoted"], undefined),
    signingKey: read<string | undefined>("lockstep:signingKey", keys["lockstep:signingKey"], undefined),
    publicKeys: publicKeys.length > 0 || publicKey === undefined ? publicKeys : [{ key: publicKey }],
    contracts: read("lockstep:contracts", keys["lockstep:contracts"], {}),
    forgotten: read("lockstep:forgotten", keys["lockstep:forgotten"], {}),
    switched: read("lockstep:switched", keys["lockstep:switched"], {}),
    backup: read<BackupSettings | undefined>("lockstep:backup", keys["lockstep:backup"], undefined),
    lease: read<string | undefined>("lockstep:lease", keys["lockstep:lease"], undefined),
    smoke: read("lockstep:smoke", keys["lockstep:smoke"], false),
    secrets: read("lockstep:secrets", keys["lockstep:secrets"], {}),
    systems: names.flatMap((name) => systems.filter((system) => system.name === name)),
  };
  const written = configured.backup === undefined ? undefined : json(config["lockstep:backup"] ?? "");
  const listed = config["lockstep:systems"] === undefined ? undefined : names;
  diagnostics.push(
    ...wrongSystems(listed, configured.retired, stage, systems),
    ...expiredApprovals(configured.approvals, stage.name, new Date().toISOString().slice(0, 10)),
    ...unknownRollouts(Object.keys(configured.rollouts), configured.systems, stage),
    ...missingSecrets(Object.keys(configured.secrets), configured.systems, stage),
    ...saidTwice(written, configured.systems, stage.name),
  );
  if (configured.signingKey !== undefined && publicHalf(configured.signingKey) === undefined)
    diagnostics.push(noKey(stage));
  const backup = backupSettings(withDeclared(written, configured.systems));
  return { ...configured, backup, diagnostics };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unknownKeys(config: Readonly<Record<string, string>>, stage: Stage): Diagnostic[] {
  const known = [...Object.keys(keys), ...Object.keys(textKeys)];
  return Object.keys(config)
    .filter((key) => !known.includes(key) && !key.startsWith("pulumi:"))
    .map((key) => ({
      what: "A setting that nothing reads",
      where: `${key} of stack ${stage.name}`,
      got: key,
      expected: known.join(", "),
      fix: sentence`${pulumiOfStack(`config rm ${key}`, stage.name)}, or correct its name`,
    }));
}

const noKey = (stage: Stage): Diagnostic => ({
  what: "A signing key that is none",
  where: `lockstep:signingKey of stack ${stage.name}`,
  got: "a text that is no Ed25519 key",
  expected: keys["lockstep:signingKey"].expected,
  fix: [command("signing-key", { stage: stage.name, renew: true })],
});
