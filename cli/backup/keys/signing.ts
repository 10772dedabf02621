import { join } from "node:path";
import { publicHalf } from "../../../src/artefact/ed25519.ts";
import { configuredBackup } from "../../../src/backup/declared.ts";
import {
  afterWorker,
  forged,
  type Signers,
  signedAmong,
  signersOf,
  standingIn,
} from "../../../src/backup/standing.ts";
import { headFile, type ReadHead } from "../../../src/backup/store/head.ts";
import { headsIn } from "../../../src/backup/store/heads.ts";
import type { Signed } from "../../../src/backup/store/signature.ts";
import { command, pulumiOfStack, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { configValues } from "../../../toolchain/stacks/stack-config.ts";
import type { ProjectPlace } from "../../place.ts";
import { environmentFor, stageEnvironment } from "../../stack/engine/environment.ts";
import { pulumiText } from "../../stack/engine/pulumi.ts";
import { stackFileOf } from "../../stack/stack-file.ts";
import { keysOf, type Of } from "../../stack/stage-keys.ts";
import { configOf } from "../site.ts";

const variable = "LOCKSTEP_BACKUP_SIGNING_KEY";

/** The private half that a backup is signed with; undefined where the stage has none. Throws UserError where it cannot be opened. */
export async function signingKeyOf({ stage, target }: Of, root: string): Promise<string | undefined> {
  const file = stackFileOf(stage, target, root);
  const has = configValues(file)["lockstep:signingKey"] !== undefined;
  const newest = keysOf({ stage, target }, root).at(-1);
  if (!has && newest === undefined) return undefined;
  const exported = (await stageEnvironment(target, stage, root))[variable];
  const opened = exported ? exported : await openedBy({ stage, target }, root, file);
  if (publicHalf(opened) === newest?.key && newest !== undefined) return opened;
  throw new UserError({
    what: `The signing key of ${stage.name} is not the one that its backups are verified by, so none was written`,
    where: `${file}, lockstep:signingKey`,
    got: exported ? `another private half, in ${variable}` : "another private half",
    expected: `that of the newest of lockstep:publicKeys, ${newest?.key ?? "which has none"}`,
    fix: exported
      ? sentence`set ${variable} to what ${pulumiOfStack("config get lockstep:signingKey", stage.name)} prints where the stack's passphrase is, in the shell or in .env.${stage.name}; or take it away where that passphrase is`
      : sentence`bring the stack file back as it was committed, or make another key: ${command("signing-key", { stage: stage.name, renew: true })}`,
  });
}

/** The engine opens the stack's secrets, where its passphrase and its state are. */
async function openedBy({ stage, target }: Of, root: string, file: string): Promise<string> {
  try {
    const run = { root, env: await environmentFor(target, stage, root) };
    return (await pulumiText(["config", "get", "lockstep:signingKey", "--stack", stage.name], run)).trim();
  } catch (error) {
    throw new UserError(
      {
        what: `${stage.name} has a signing key, and it cannot be opened: a backup that it did not sign would be refused later, so none was written`,
        where: `${file}, lockstep:signingKey`,
        got: error instanceof Error ? error.message : String(error),
        expected: "the private half",
        fix: sentence`where the stack's passphrase is not, as in a job of CI that only backs up, export ${variable}: what ${pulumiOfStack("config get lockstep:signingKey", stage.name)} prints where it is; if it is lost: ${command("signing-key", { stage: stage.name, renew: true })}`,
      },
      { cause: error },
    );
  }
}

/** Of a backup that nobody signed, and nobody could have. */
const unsigned: Readonly<Record<Extract<Signed, { kind: "unsigned" }>["why"], string>> = {
  noKey: "nobody signed it: the stage has no key",
  before: "nobody signed it: it is older than the stage's key",
  worker: "nobody signed it: a worker wrote it, which has no key",
};

/** By what the backups of a stage are told from those of others. */
export const signersIn = (of: Of, { root, project }: Pick<ProjectPlace, "root" | "project">): Signers =>
  signersOf({
    keys: keysOf(of, root),
    configured: configuredBackup(configOf(of.stage.name, root), project.systems, of.stage),
  });

/**
 * Refuses a backup that the stage's key should have signed and did not.
 * @returns what somebody should know of one that nobody signed
 */
export function vouchedFor(read: ReadHead, folder: string, { stage }: Of, by: Signers): string | undefined {
  const is = signedAmong(headsIn(folder).heads, read, by);
  const got = forged(is);
  if (got === undefined) return is.kind === "unsigned" ? unsigned[is.why] : undefined;
  const other = standingIn(folder, by).sound.at(-1)?.head.name;
  const besides =
    other === undefined
      ? "There is no other backup that can be relied on there: take another copy"
      : `The newest that can be relied on: --from ${other}`;
  throw new UserError({
    what: `Backup ${read.head.name} is not as ${stage.name} wrote it, or another wrote it; nothing was restored`,
    where: join(read.folder, headFile),
    got,
    expected: `the signature of the key of ${stage.name}`,
    fix:
      is.kind === "noWorker"
        ? `${afterWorker}; otherwise find out who writes to that place. ${besides}`
        : `find out who writes to that place. ${besides}. If the key was exchanged and the stack file has lost the one before it, bring lockstep:publicKeys back`,
  });
}
