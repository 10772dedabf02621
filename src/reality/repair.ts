/** A call that puts back what was changed by hand, as the stack last left it. */
export interface Repair {
  /** `crons of shop/api`: what is put back, for people. */
  readonly of: string;
  readonly method: "PUT" | "POST";
  /** From the API's root. */
  readonly path: string;
  readonly body: object;
}
