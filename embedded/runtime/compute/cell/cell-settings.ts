/** What all cells of a process have in common. */
export interface CellSettings {
  readonly dataDir: string;
  readonly storesAddress: string;
  readonly dataPlaneAddress: string;
  readonly frontAddress: string;
  /** Proves that an exception's header came from link. */
  readonly nonce: string;
  readonly egress: "allow" | "refuse";
}
