import { connection } from "../../../src/cloudflare/connection.ts";
import { type CommandPlace, placeOfTarget } from "../../../src/diagnostic/place.ts";
import { command, inPlace, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { drift } from "../../../src/reality/drift.ts";
import type { Finding } from "../../../src/reality/finding.ts";
import { findingText } from "../../../src/reality/finding-text.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { stageTarget } from "../account.ts";
import type { Terminal } from "../confirm.ts";
import type { Run } from "../engine/pulumi.ts";
import { refuseLocked } from "../lock/lock.ts";
import type { Request } from "../request.ts";
import { stateOf } from "../state.ts";
import { engineFindings } from "./engine-drift.ts";
import { repair } from "./repair.ts";

/** The exit code of a stage that is otherwise than its stack left it; 1 is what could not be looked at. */
const differs = 2;

/** Says of everything that a stage's stack has whether it is still so at Cloudflare, and who changed it; with `--repair` puts it back. */
export async function showDrift(
  request: Request,
  stage: Stage,
  run: Run,
  terminal: Terminal,
): Promise<number> {
  const { target, rest } = request;
  const place = placeOfTarget(stage.name, target, run.root);
  const isJson = rest.includes("--json");
  const state = await stateOf(stage, run);
  if (state === undefined || state.length === 0) {
    process.stderr.write(
      `${inPlace(sentence`Nothing of ${stage.name} is up, so nothing can differ. ${command("up")} brings it up.`, place)}\n`,
    );
    if (isJson) process.stdout.write(`${JSON.stringify({ stage: stage.name, drift: [] })}\n`);
    return 0;
  }
  const findings = await found(request, stage, run, state);
  if (!request.repair || findings.length === 0) {
    process.stdout.write((isJson ? asJson : asText)(stage, state, findings, place));
    return findings.length === 0 ? 0 : differs;
  }
  refuseLocked(stage, run);
  const api = connection(run.env, run.root);
  const done = await repair(request, stage, run, terminal, { findings, state, api, place });
  if (done === "saved" || done === "nothing") return differs;
  const after = (await stateOf(stage, run)) ?? [];
  const left = await found(request, stage, run, after);
  process.stdout.write(`\nLooked again:\n${asText(stage, after, left, place)}`);
  return done === "failed" ? 1 : left.length === 0 ? 0 : differs;
}

async function found(
  { rest }: Request,
  stage: Stage,
  run: Run,
  state: readonly ExportedResource[],
): Promise<readonly Finding[]> {
  const { accountId } = stageTarget(stage, run.env, run.root);
  const api = connection(run.env, run.root);
  const own = await drift({ state, api, accountId, root: run.root, everywhere: true });
  const options = rest.filter((word) => word !== "--json" && word !== "--diff");
  return [...own, ...(await engineFindings(stage, run, options, own))];
}

type Shown = (
  stage: Stage,
  state: readonly ExportedResource[],
  findings: readonly Finding[],
  place: CommandPlace,
) => string;

const asText: Shown = (stage, state, findings, place) =>
  findings.length === 0
    ? `${stage.name} is as its stack left it: ${state.length} resources were looked at\n`
    : `${findings.map((each) => findingText(each, place)).join("\n\n")}\n`;

const asJson: Shown = (stage, _state, findings, place) => {
  const shown = findings.map(
    ({ resource, aspect, what, expected, found, differences, author, putBack, fix }) => ({
      ...{ resource, aspect, what, expected, found, differences, author, putBack },
      fix: inPlace(fix, place),
    }),
  );
  return `${JSON.stringify({ stage: stage.name, drift: shown }, null, 2)}\n`;
};
