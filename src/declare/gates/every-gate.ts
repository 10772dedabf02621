/** What every gate has, whatever it measures. */
export interface EveryGate {
  /** For people, for `--skip-gate`, and in the journal. */
  readonly name: string;
  /** Seconds at the start of each step that are not measured: caches are cold. */
  readonly warmUpSeconds: number;
  /** Whether it counts the requests of the plan's warm-up, from before the step; then nothing is compared, because people ask otherwise. @default false */
  readonly countsWarmUp?: boolean;
  /** Measured and shown, without a say. */
  readonly dryRun: boolean;
  /** Seconds between two measurements. @default - the plan's */
  readonly intervalSeconds?: number;
  /** Measurements in each step; then what they came to stands. @default - as long as the step lasts */
  readonly count?: number;
  /** Measurements in a step that may fail; one more, and the gate fails. @default 0 */
  readonly failureLimit?: number;
  /** Measurements one after the other that have to pass before the gate does. @default 1 */
  readonly consecutiveSuccesses?: number;
  /** Whether it sends the release back by itself. One that is not counts for the plan's `score`. @default true */
  readonly critical?: boolean;
  /** How much it counts for the plan's `score`, above 0; of gates that are not critical. @default 1 */
  readonly weight?: number;
  /** What an answer without data is. A source that does not answer is always inconclusive. @default "inconclusive" */
  readonly noData?: "inconclusive" | "fail";
}
