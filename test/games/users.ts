import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { parsedJson } from "../../src/files/json.ts";
import { random } from "../migrations/testing/schedule.ts";

/** What goes wrong with a worker's version, `web 2`, or with it where another one calls, `api 2 for web 2`. */
export type Weather = Readonly<
  Record<string, { /** Share of the requests. */ readonly errors?: number; readonly slowMs?: number }>
>;

/** One request of a user, and what came of it. */
export interface Visit {
  readonly fromMs: number;
  readonly toMs: number;
  /** 0: nobody answered. */
  readonly status: number;
  /** Which versions answered; undefined where none did. */
  readonly by: { readonly web: string; readonly api: string } | undefined;
  /** Who asked, where they send a version key. */
  readonly person?: string | undefined;
}

export interface Users {
  readonly visits: readonly Visit[];
  weather: Weather;
  readonly end: () => Promise<void>;
}

/** The header by which a visitor stays with one version. */
export const versionKey = "Cloudflare-Workers-Version-Key";

const answer = z.object({ web: z.string(), api: z.string() });

/**
 * People who ask for a page all the time, a few at once.
 * @param options `people`: how many there are that send a version key of their own; without it nobody sends one
 */
export function users(page: string, seed: number, options: { readonly people?: number } = {}): Users {
  const draw = random(seed);
  const visits: Visit[] = [];
  let visiting = true;
  const made = { visits, weather: {} as Weather };
  const visit = async (): Promise<void> => {
    const fromMs = Date.now();
    const person = options.people === undefined ? undefined : `person-${Math.floor(draw() * options.people)}`;
    const headers = {
      ...{ "x-weather": JSON.stringify(made.weather), "x-draw": String(draw()) },
      ...(person !== undefined && { [versionKey]: person }),
    };
    const sent = await exchange(page, { headers, timeoutMs: 30_000 });
    const answered = sent.kind === "answer" ? answer.safeParse(parsedJson(sent.text)).data : undefined;
    const status = sent.kind === "answer" ? sent.status : 0;
    visits.push({ fromMs, toMs: Date.now(), status, by: answered, person });
  };
  const visitor = async (): Promise<void> => {
    while (visiting) {
      await visit();
      await sleep(20);
    }
  };
  const visitors = Array.from({ length: 4 }, visitor);
  return Object.assign(made, {
    async end() {
      visiting = false;
      await Promise.all(visitors);
    },
  });
}
