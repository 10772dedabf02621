import { ApiError } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { contentsOf, contentsText, isEmpty } from "../../cloudflare/contents/contents.ts";
import type { Contents, Holder } from "../../cloudflare/contents/holder.ts";
import { type Diagnostic, UserError } from "../../diagnostic/user-error.ts";
import type { StateResource } from "../../reality/state.ts";
import type { Approval } from "../../settings/approvals.ts";
import { type ValueLoss, valueLosses } from "./by-value.ts";
import { dropped, droppedDiagnostic, type Wanted } from "./dropped.ts";

/** Which account is asked what would be lost, and what somebody has approved of. */
export interface LossesAsked extends Wanted {
  readonly accountId: string;
  readonly approvals: readonly Approval[];
  /** Called only where something has to be counted. */
  readonly connection: () => Connection;
}

/** What a run would lose. */
export interface Losses {
  /** What has to be mended, marked or approved of first. */
  readonly refused: readonly Diagnostic[];
  /** A sentence for each that goes on. */
  readonly told: readonly string[];
}

/** Compares what the stack has with what the program wants, and counts what would be lost. Where nothing would, nothing is asked. */
export async function lossesOf(state: readonly StateResource[], asked: LossesAsked): Promise<Losses> {
  const count = (holder: Holder): Promise<Contents> => counted(holder, asked);
  const gone = await Promise.all(
    dropped(state, asked).map(async (held) => droppedDiagnostic(held, await count(held.holder), asked)),
  );
  const values = await Promise.all(
    valueLosses(state, asked).map(async (loss) => ({ loss, contents: await count(loss.holder) })),
  );
  const harmful = values.filter(({ loss, contents }) => loss.alsoLater || !isEmpty(contents));
  const isApproved = ({ label }: ValueLoss): boolean =>
    asked.approvals.some(({ resource }) => resource === label);
  return {
    refused: [
      ...gone.filter((each) => each !== undefined),
      ...harmful
        .filter(({ loss }) => asked.stage.protected && !isApproved(loss))
        .map(({ loss, contents }) => notApproved(loss, contents, asked)),
    ],
    told: harmful.map(({ loss, contents }) => lossText(loss, contents)),
  };
}

const lossText = ({ label, property, becomes, holder }: ValueLoss, contents: Contents): string =>
  `${label}, ${property}: ${contentsText(holder.kind, contents)} ${becomes}`;

const notApproved = (loss: ValueLoss, contents: Contents, { stage }: Wanted): Diagnostic => ({
  what: `A change of ${loss.label} loses data of a protected stage, and nobody has approved of it`,
  where: `${loss.label}, ${loss.property}, in ${stage.name}`,
  got: lossText(loss, contents),
  expected: "the value as it was, or an approval in the stack file",
  fix: `put it back; or write into Pulumi.${stage.name}.yaml, under config: lockstep:approvals: [{ resource: ${loss.label}, reason: "<why>", by: "<who>", until: "<yyyy-mm-dd>" }]`,
});

async function counted(holder: Holder, { accountId, connection }: LossesAsked): Promise<Contents> {
  try {
    return await contentsOf(connection(), accountId, holder);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new UserError(
      {
        what: "What would be lost cannot be counted, so nothing is begun",
        where: `the ${holder.kind} that the declaration changes or drops`,
        got: error.message,
        expected: "how much it holds",
        fix: [401, 403].includes(error.status)
          ? "give the API token the permission to read it, then run again"
          : "mend what the API names, then run again",
      },
      { cause: error },
    );
  }
}
