import type { State } from "./state.ts";

const kind = "deleted-store";

/** An id that a store of this account had is not taken for one of another account: what was deleted is gone, for wrangler too. */
export const noteDeleted = (state: State, account: string, id: string): void => {
  if (!wasDeleted(state, account, id)) state.insert(account, kind, id, id, {});
};

export const wasDeleted = (state: State, account: string, id: string): boolean =>
  state.get(account, kind, id.toLowerCase()) !== undefined;
