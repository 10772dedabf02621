const wentWrong =
  /^(?:(?:api|s3): (?:internal error at|could not answer) |data plane: |provider: |stores: |while stopping: )/;

/**
 * For the `log` of an embedded Cloudflare in a test: says nothing but what went wrong inside, with its stack. A client only reads that something did, so that
 * without this nobody could tell why a test failed on another machine.
 */
export function logInternalErrors(line: string): void {
  if (wentWrong.test(line)) console.error(line);
}
