import { setTimeout as sleep } from "node:timers/promises";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { System } from "../../src/declare/index.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { Run } from "./engine/pulumi.ts";
import { readOutputs } from "./outputs/read-outputs.ts";

/** A new workers.dev address may take some seconds until it answers everywhere. */
const attempts = 6;
const betweenMs = 5_000;

/**
 * Asks every worker of a stage that says where it is asked (`smoke`) and has an address, over the network as a visitor would.
 * Exit code 1 where one of them does not answer 2xx.
 *
 * @param wanted one system @default - all of the stage
 */
export async function verify(
  stage: Stage,
  wanted: string | undefined,
  run: Run,
  systems: readonly System[],
): Promise<number> {
  const { urls = {} } = (await readOutputs(stage, run)) ?? {};
  const answers = await smokeAnswers(
    urls,
    systems.filter(({ name }) => wanted === undefined || name === wanted),
  );
  if (answers.length === 0)
    process.stdout.write(
      `No worker of ${wanted ?? stage.name} has both an address in ${stage.name} and a path to be asked at\n`,
    );
  for (const { url, ok, said } of answers) process.stdout.write(`${ok ? "✓" : "✗"} ${url}  ${said}\n`);
  return answers.every(({ ok }) => ok) ? 0 : 1;
}

export interface SmokeAnswer {
  readonly url: string;
  readonly ok: boolean;
  /** `HTTP 503`, or why there is no answer. */
  readonly said: string;
}

/** What each worker answers that has both an address and a path to be asked at. */
export const smokeAnswers = (
  urls: Readonly<Record<string, string>>,
  systems: readonly System[],
): Promise<readonly SmokeAnswer[]> =>
  Promise.all(
    systems
      .flatMap((system) =>
        workersOf(system).flatMap(({ name, smoke }) => {
          const url = urls[`${system.name}/${name}`];
          return smoke === undefined || url === undefined ? [] : [new URL(smoke, url).href];
        }),
      )
      .map(async (url) => ({ url, ...(await answerOf(url)) })),
  );

async function answerOf(url: string): Promise<{ readonly ok: boolean; readonly said: string }> {
  for (let attempt = 1; ; attempt++) {
    const sent = await exchange(url, { timeoutMs: 30_000 });
    const ok = sent.kind !== "noAnswer" && sent.status >= 200 && sent.status < 300;
    if (ok || attempt === attempts)
      return { ok, said: sent.kind === "noAnswer" ? sent.message : `HTTP ${sent.status}` };
    await sleep(betweenMs);
  }
}
