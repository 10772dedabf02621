/** A call that puts back what the official provider cannot see: the target makes it at the beginning of an `up`. */
export interface Repair {
  /** `crons of shop/api`: what is put back, for people. */
  readonly of: string;
  readonly method: "PUT";
  /** From the API's root. */
  readonly path: string;
  readonly body: object;
}
