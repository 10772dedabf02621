/** What all cells of a process have in common. */
export interface CellSettings {
  readonly dataDir: string;
  readonly storesAddress: string;
  readonly storesKey: string;
  readonly dataPlaneAddress: string;
  readonly dataPlaneKey: string;
  readonly frontAddress: string;
  /** Known to links and this process alone: the key of the cells' ports, and the mark of what links report. */
  readonly nonce: string;
  readonly egress: "allow" | "refuse";
}
