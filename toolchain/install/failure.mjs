// @ts-check
/** A mistake or a lack that the user can mend: shown as its message alone, without a stack. */
export class ToolchainError extends Error {
  /** @param {{ what: string, where: string, got: string, expected: string, fix: string }} c @param {ErrorOptions} [options] */
  constructor(c, options) {
    super(
      [
        c.what,
        `  where:    ${c.where}`,
        `  got:      ${c.got}`,
        `  expected: ${c.expected}`,
        `  fix:      ${c.fix}`,
      ].join("\n"),
      options,
    );
    this.name = "ToolchainError";
  }
}
