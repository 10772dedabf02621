import type { Change } from "../../approvals/change.ts";
import type { Needed } from "../../approvals/judged.ts";
import { ApiError } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { contentsOf, contentsText, isEmpty } from "../../cloudflare/contents/contents.ts";
import type { Contents, Holder } from "../../cloudflare/contents/holder.ts";
import { beOf } from "../../cloudflare/contents/plural.ts";
import { type Diagnostic, UserError } from "../../diagnostic/user-error.ts";
import { widerToken } from "../../diagnostic/wider-token.ts";
import type { StateResource } from "../../reality/state.ts";
import { valueLosses } from "./by-value.ts";
import { dropped, droppedDiagnostic, type Wanted } from "./dropped.ts";
import type { ValueLoss } from "./value-loss.ts";

/** Which account is asked what would be lost. */
export interface LossesAsked extends Wanted {
  readonly accountId: string;
  /** Called only where something has to be counted. */
  readonly connection: () => Connection;
}

/** What a run would lose. */
export interface Losses {
  /** What has to be mended or marked first. */
  readonly refused: readonly Diagnostic[];
  /** What has to be approved of in a protected stage. */
  readonly needed: readonly Needed[];
  /** What is done, also where nothing is lost by it at the moment. */
  readonly doing: readonly Change[];
  /** A sentence for each that goes on. */
  readonly told: readonly string[];
}

/** Compares what the stack has with what the program wants, and counts what would be lost. Where nothing would, nothing is asked. */
export async function lossesOf(state: readonly StateResource[], asked: LossesAsked): Promise<Losses> {
  const count = async (holder: Holder | undefined): Promise<Contents> =>
    holder === undefined ? nothing : counted(holder, asked);
  const gone = await Promise.all(
    dropped(state, asked).map(async (held) =>
      droppedDiagnostic(held, await count(held.holder), asked, state),
    ),
  );
  const losing = valueLosses(state, asked);
  const values = await Promise.all(
    losing.map(async (loss) => ({ loss, contents: await count(loss.holder) })),
  );
  const harmful = values.filter(({ loss, contents }) => loss.alsoLater || !isEmpty(contents));
  return {
    refused: gone.filter((each) => each !== undefined),
    needed: asked.stage.protected ? harmful.map(({ loss, contents }) => needed(loss, contents, asked)) : [],
    doing: losing.map((loss) => changeOf(loss, asked)),
    told: harmful.map(({ loss, contents }) => lossText(loss, contents)),
  };
}

/** What nobody counts is no reason to keep a thing where data can be made again. */
const nothing: Contents = { count: 0, atLeast: false };

/** A loss in a sentence, whose verb goes with how much there is. */
export const lossText = ({ label, property, becomes, holder }: ValueLoss, contents: Contents): string =>
  `${label}, ${property}: ${holder === undefined ? "" : `${contentsText(holder.kind, contents)} `}${becomes(beOf(contents))}`;

const changeOf = ({ label, property, before, after, holder }: ValueLoss, { stage }: Wanted): Change => ({
  stage: stage.name,
  resource: label,
  identity: holder,
  operation: property,
  before,
  after,
});

const needed = (loss: ValueLoss, contents: Contents, wanted: Wanted): Needed => ({
  change: changeOf(loss, wanted),
  refusal: {
    what: `A change of ${loss.label} loses data of a protected stage, and nobody has approved of it`,
    where: `${loss.label}, ${loss.property}, in ${wanted.stage.name}`,
    got: lossText(loss, contents),
    expected: "the value as it was",
    otherwise: "put it back",
  },
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
          ? widerToken("to read it")
          : "mend what the API names, then run again",
      },
      { cause: error },
    );
  }
}
