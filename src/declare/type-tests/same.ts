/** True only where both are the same type: `true satisfies Same<A, B>` does not compile otherwise. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** What every worker has to say. */
export const settings = { main: "x.ts", compatibilityDate: "2026-01-01" } as const;
