/**
 * A time in which no release begins and no step is taken. Gates still send a release back in it, and every way back is open.
 *
 * @example
 * const weekend: FreezeWindow = { cron: "0 16 * * fri", hours: 64, timeZone: "Europe/Berlin", reason: "nobody is there at the weekend" };
 */
export interface FreezeWindow {
  /** When it begins, in five fields as of a cron trigger, by the clock of the time zone: `0 16 * * fri`. */
  readonly cron: string;
  /** How long it lasts by that clock: from Friday 16:00, 64 hours are until Monday 08:00, also where the clock is put forward between. */
  readonly hours: number;
  /** IANA name: `Europe/Berlin`, `UTC`. */
  readonly timeZone: string;
  /** For whoever is refused. */
  readonly reason: string;
  /** Stages that it holds for. @default - all */
  readonly stages?: readonly string[];
}
