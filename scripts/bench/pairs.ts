import { spawnSync } from "node:child_process";

/** One command, timed as a whole process. */
export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Not timed; run before each of its runs. */
  readonly before?: () => void | Promise<void>;
}

export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

export interface Paired {
  readonly a: string;
  readonly b: string;
  readonly rounds: number;
  /** Wall seconds. */
  readonly aSeconds: Spread;
  readonly bSeconds: Spread;
  /** a / b, round by round: holds when the machine's speed drifts. */
  readonly ratio: Spread;
}

/** Runs two commands in turn, after one round that is not counted, and compares them round by round. */
export async function pairs(
  a: Command,
  b: Command,
  rounds: number,
  env: NodeJS.ProcessEnv,
  cwd: string,
  onRound: (round: number) => void,
): Promise<Paired> {
  const times: { a: number; b: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = { a: await timed(a, env, cwd), b: await timed(b, env, cwd) };
    if (round > 0) times.push(pair);
    onRound(round);
  }
  return {
    a: a.name,
    b: b.name,
    rounds,
    aSeconds: spread(times.map((pair) => pair.a)),
    bSeconds: spread(times.map((pair) => pair.b)),
    ratio: spread(times.map((pair) => pair.a / pair.b)),
  };
}

/** Seconds that one run took; a run that fails is no measurement. */
export async function timed(command: Command, env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  await command.before?.();
  const startMs = performance.now();
  const done = spawnSync(command.file, command.args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = (performance.now() - startMs) / 1000;
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0)
    throw new Error(
      `${command.name} ended with ${done.status ?? done.signal}; it is not measured:\n${done.stdout}${done.stderr}`,
    );
  return seconds;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((x, y) => x - y);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    minimum: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    maximum: at(sorted.length - 1),
  };
}
