/** A number with its bounds, both included. */
export interface Limit {
  readonly of: string;
  readonly value: number | undefined;
  readonly least: number;
  readonly most: number;
}

export const limit = (of: string, value: number | undefined, least: number, most: number): Limit => ({
  of,
  value,
  least,
  most,
});
