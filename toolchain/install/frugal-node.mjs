// @ts-check
/**
 * How the embedded Cloudflare's own process is started: it mostly moves bytes, and a small young generation saves about
 * 60 MB beside the workerd processes that do the work.
 */
export const frugalNode = ["--max-semi-space-size=4", "--optimize-for-size"];
