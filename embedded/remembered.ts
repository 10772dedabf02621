import { z } from "zod";
import type { State } from "./state.ts";

const kind = "setting";
const name = "connection";
const body = z.object({
  token: z.string(),
  apiPort: z.number(),
  frontPort: z.number(),
  providerPort: z.number().optional(),
});

/** What the next process on this folder takes again, so that nothing that points here changes. */
export type Remembered = z.infer<typeof body>;

export function remembered(state: State): Remembered | undefined {
  const stored = state.get("", kind, name);
  return stored === undefined ? undefined : body.parse(stored.body);
}

export function remember(state: State, value: Remembered): void {
  if (!state.update("", kind, name, name, value)) state.insert("", kind, name, name, value);
}
