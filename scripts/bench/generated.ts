import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clone, clone } from "../../test/clone.ts";
import { proportionalMegabytes } from "./memory.ts";
import { type Spread, spread } from "./pairs.ts";

/** What a stack of so many workers costs, each with a database of its own and bound to the worker before it. */
export interface Generated {
  readonly workers: number;
  readonly resources: number;
  readonly firstUpSeconds: number;
  readonly unchangedSeconds: Spread;
  /** Of the whole unchanged `up` to a `wrangler --version` beside it. */
  readonly unchangedRatio: Spread;
  readonly withoutPoliciesSeconds: Spread;
  readonly oneChangedSeconds: number;
  readonly embeddedMegabytes: number;
}

/** Brings a generated system up in a clone of its own, once for each size. */
export async function benchmarkGenerated(
  sizes: readonly number[],
  rounds: number,
  told: (text: string) => void,
): Promise<readonly Generated[]> {
  const measured: Generated[] = [];
  for (const workers of sizes) {
    told(`${workers} workers with as many databases`);
    const project = await clone({ systems: ["generated"], prepare: (folder) => generate(folder, workers) });
    try {
      measured.push(await measure(project, workers, rounds));
    } finally {
      await project.remove();
    }
  }
  return measured;
}

async function measure(project: Clone, workers: number, rounds: number): Promise<Generated> {
  const firstUpSeconds = await up(project);
  const unchanged: number[] = [];
  const ratio: number[] = [];
  const withoutPolicies: number[] = [];
  for (let round = 0; round < rounds; round++) {
    unchanged.push(await up(project));
    ratio.push((unchanged.at(-1) ?? Number.NaN) / (await seconds(project, "wrangler", ["--version"])));
    withoutPolicies.push(await up(project, { PULUMI_OPTION_POLICY_PACK: undefined }));
  }
  project.append(`workers/generated/${workers - 1}.ts`, "export const changed = true;\n");
  const oneChangedSeconds = await up(project);
  const state = await project.pulumi(["stack", "export", "--stack", "dev"]);
  return {
    workers,
    resources: (state.out.match(/"urn":/g) ?? []).length,
    firstUpSeconds,
    unchangedSeconds: spread(unchanged),
    unchangedRatio: spread(ratio),
    withoutPoliciesSeconds: spread(withoutPolicies),
    oneChangedSeconds,
    embeddedMegabytes: Math.round(proportionalMegabytes(project.embedded.pid)),
  };
}

const up = (project: Clone, env?: NodeJS.ProcessEnv): Promise<number> =>
  seconds(project, "pulumi", ["up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"], env);

/** Wall seconds of one command; one that fails is no measurement. */
async function seconds(
  project: Clone,
  program: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<number> {
  const ran = await project.run(program, args, env);
  if (ran.code !== 0) throw new Error(`${program} ${args.join(" ")} failed; it is not measured:\n${ran.out}`);
  return ran.tookMs / 1000;
}

export function generate(folder: string, workers: number): void {
  mkdirSync(join(folder, "workers/generated"), { recursive: true });
  for (let n = 0; n < workers; n++)
    writeFileSync(
      join(folder, `workers/generated/${n}.ts`),
      `export default { fetch: () => new Response("${n}") };\n`,
    );
  writeFileSync(
    join(folder, "src/systems/index.ts"),
    `import { d1, system, worker } from "../declare/index.ts";

const each = Array.from({ length: ${workers} }, (_, n) => {
  const database = d1(\`db-\${n}\`);
  const api = worker(\`worker-\${n}\`, {
    main: \`workers/generated/\${n}.ts\`,
    compatibilityDate: "2026-06-01",
    env: { DB: database },
  });
  return [database, api];
});

export const systems = [system("generated", each.flat())];
`,
  );
}
