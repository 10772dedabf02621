/** The variable by which a release's own `up` says that it is one. */
export const releaseVariable = "LOCKSTEP_RELEASE";

/** The variable by which a rollback's `up` says that it deploys nothing that is new: only deployments, of versions that are there. */
export const rollbackVariable = "LOCKSTEP_ROLLBACK";
