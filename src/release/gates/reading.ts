/** What a source told of one version. */
export type Reading = ShareReading | NumberReading;

export interface ShareReading {
  readonly measures: "share";
  readonly part: number;
  readonly whole: number;
  /** One of so many was seen: what a test counts is what was seen. */
  readonly sampleInterval: number;
}

export interface NumberReading {
  readonly measures: "number";
  readonly value: number;
  /** Of how many it was made, as far as they were seen. Undefined where the source does not tell. */
  readonly samples: number | undefined;
}

/** It answered; what with is missing where it has no figures of the version. */
export type Read = Reading | { readonly measures: "nothing"; readonly reason: string };

/** What a source told of a worker in a window of time. */
export interface Readings {
  readonly fresh: Read;
  /** Undefined where it was not asked: the stable version gets no requests any more, or nothing is compared. */
  readonly stable: Read | undefined;
  /** Share of what was measured of which nothing tells the version. */
  readonly unattributed: number;
  /** What asking cost, such as rows that were read. */
  readonly cost: string | undefined;
}
