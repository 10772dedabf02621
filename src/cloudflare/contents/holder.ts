import type { Connection } from "../connection.ts";

/** Something at Cloudflare that holds data, as the API asks for it. */
export type Holder =
  | { readonly kind: "d1"; readonly id: string }
  | { readonly kind: "r2"; readonly name: string; readonly jurisdiction: string; readonly prefix?: string }
  | { readonly kind: "kv"; readonly id: string }
  | { readonly kind: "vectorize"; readonly name: string }
  | { readonly kind: "queue"; readonly id: string }
  | { readonly kind: "class"; readonly script: string; readonly className: string }
  | { readonly kind: "workflow"; readonly name: string };

export type HolderKind = Holder["kind"];

/** How much a holder holds. */
export interface Contents {
  /** Undefined where the API does not tell. */
  readonly count: number | undefined;
  /** Whether there may be more: counting ends where it would cost. */
  readonly atLeast: boolean;
}

/** Where and how a holder is counted. */
export interface Asked<Kind extends HolderKind> {
  readonly api: Connection;
  /** `/accounts/<id>` */
  readonly account: string;
  readonly holder: Extract<Holder, { kind: Kind }>;
}
