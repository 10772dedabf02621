/** The variable by which a release's own `up` says that it is one. */
export const releaseVariable = "LOCKSTEP_RELEASE";
