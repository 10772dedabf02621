import type { RouterEnv } from "../../src/systems/context.ts";

/** What came of asking a backend, and how long it took; `answer` is undefined where it failed. */
export interface Asked {
  readonly answer: string | undefined;
  readonly error: string | undefined;
  readonly ms: number;
}

/** Both backends, asked the same way. Neither throws: what failed is part of what is compared. */
export const backends = ({ NEW, OLD_URL }: RouterEnv) => ({
  new: (question: string): Promise<Asked> => timed(async () => (await NEW.answer(question)).answer),
  old: (question: string): Promise<Asked> =>
    timed(async () => {
      const url = new URL(`/?q=${encodeURIComponent(question)}`, OLD_URL);
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (!response.ok) throw new Error(`the old backend answered ${response.status}`);
      return (await response.json<{ answer: string }>()).answer;
    }),
});

async function timed(ask: () => Promise<string>): Promise<Asked> {
  const began = Date.now();
  try {
    return { answer: await ask(), error: undefined, ms: Date.now() - began };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    return { answer: undefined, error, ms: Date.now() - began };
  }
}
