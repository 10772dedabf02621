import { bundle } from "../../src/bundle/build.ts";
import { type Positions, positionsOf } from "../../src/bundle/positions.ts";
import { ApiError } from "../../src/cloudflare/api.ts";
import type { CommandPlace } from "../../src/diagnostic/place.ts";
import { command, inPlace, named, sentence } from "../../src/diagnostic/sentence.ts";
import { placed, UserError } from "../../src/diagnostic/user-error.ts";
import type { Account } from "./api.ts";
import type { DevWorker } from "./chosen.ts";
import { end, liveOf, release } from "./release.ts";

/** The loop's way to tell of one worker. */
export interface Tell {
  readonly done: (worker: DevWorker, text: string) => void;
  readonly failed: (worker: DevWorker, text: string) => void;
}

export interface Session {
  /** Brings what is saved to every worker whose code it changes. Calls come one after another. */
  readonly bring: (sinceMs: number) => Promise<void>;
  /**
   * Lets the stack's versions serve again where a version of a loop does, but for the scripts that others work on. Says whether it
   * did for all of them.
   */
  readonly end: (others?: ReadonlySet<string>) => Promise<boolean>;
  /** Places in the code of a version, as far as this session made or met it. */
  readonly positions: (versionId: string) => Positions;
}

export interface SessionOptions {
  readonly root: string;
  /** Where what it tells to type has to work. */
  readonly place: CommandPlace;
  readonly workers: readonly DevWorker[];
  readonly account: () => Account;
  readonly tell: Tell;
  /** The files of a bundle, from the root. */
  readonly onInputs: (files: readonly string[]) => void;
}

interface Known {
  /** The bundle that serves. */
  digest: string | undefined;
  /** What was complained of last: said once. */
  diagnostic: string | undefined;
}

export function session({ root, place, workers, account, tell, onInputs }: SessionOptions): Session {
  const known = new Map<DevWorker, Known>(
    workers.map((worker) => [worker, { digest: undefined, diagnostic: undefined }]),
  );
  const digests = new Map<string, string>();

  const bringOne = async (worker: DevWorker, state: Known, sinceMs: number): Promise<void> => {
    const { bundle: built, inputs } = await bundle(worker.source, root);
    onInputs(inputs);
    if (built.digest === state.digest && state.diagnostic === undefined) return;
    const { script } = worker;
    try {
      const live = await liveOf(account(), script);
      if (live === undefined) throw notThere(worker);
      const versionId = await release(account(), script, live, built, root);
      digests.set(versionId, built.digest);
      const seconds = ((performance.now() - sinceMs) / 1000).toFixed(1);
      const first = state.digest === undefined;
      state.digest = built.digest;
      state.diagnostic = undefined;
      const unchanged = first ? "serves this code" : "serves this code again";
      const how = versionId === live.versionId ? unchanged : `in ${seconds} s`;
      tell.done(worker, `version ${short(versionId)} ${how}`);
    } catch (error) {
      throw error instanceof ApiError ? refusal(worker, error, positionsOf(built.digest, root)) : error;
    }
  };

  const bring = async (sinceMs: number): Promise<void> => {
    for (const [worker, state] of known) {
      try {
        await bringOne(worker, state, sinceMs);
      } catch (error) {
        const text =
          error instanceof UserError
            ? placed(error, place).message
            : error instanceof Error
              ? (error.stack ?? error.message)
              : String(error);
        if (text !== state.diagnostic) tell.failed(worker, text);
        state.diagnostic = text;
      }
    }
  };

  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine;
    return mine;
  };
  return {
    bring: (sinceMs) => inTurn(() => bring(sinceMs)),
    end: (others = new Set()) =>
      inTurn(async () => {
        const done: boolean[] = [];
        for (const worker of workers)
          if (others.has(worker.script))
            tell.done(worker, `stays as it is: another \`${inPlace(named("dev"), place)}\` works on it`);
          else done.push(await endOne(worker, account(), tell));
        return done.every((each) => each);
      }),
    positions: (versionId) => {
      const digest = digests.get(versionId);
      return digest === undefined ? (text) => text : positionsOf(digest, root);
    },
  };
}

async function endOne(worker: DevWorker, account: Account, tell: Tell): Promise<boolean> {
  try {
    const versionId = await end(account, worker.script);
    if (versionId !== undefined) tell.done(worker, `version ${short(versionId)} again, the stack's own`);
    return true;
  } catch (error) {
    tell.failed(
      worker,
      `The stack's version could not be put back: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
}

const short = (id: string): string => id.slice(0, 8);

function refusal({ name, source }: DevWorker, { status, texts }: ApiError, positions: Positions): UserError {
  const text = positions(texts.join("\n") || `HTTP ${status}`);
  const where = /[\w./-]+\.[cm]?[jt]sx?:\d+/.exec(text)?.[0];
  return new UserError({
    what: `This code of ${name} was refused; the version before it goes on serving`,
    where: where ?? (source.pages === undefined ? source.main : source.pages.functions),
    got: text,
    expected: "code that workerd starts",
    fix: "correct it and save",
  });
}

const notThere = ({ name, script }: DevWorker): UserError =>
  new UserError({
    what: `${name} is not deployed`,
    where: script,
    got: "no version that serves",
    expected: "a stack that is up: a version takes its bindings from the one before",
    fix: sentence`${command("up")}, then ${command("dev")}`,
  });
