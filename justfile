# `just` alone lists the recipes. Those that deploy are in cli/stack.just.

set positional-arguments

export PATH := justfile_directory() / ".lockstep/bin" + ":" + justfile_directory() / "node_modules/.bin" + ":" + env("PATH")
export NODE_COMPILE_CACHE := justfile_directory() / ".lockstep/compile-cache"

import? 'cli/stack.just'
import? 'cli/upkeep.just'

[private]
default:
    @just --list --unsorted

# Format, lint, types, tests: what has to hold before a commit
check *tests: format-check types
    npm test -- "$@"

# Write the format and the safe repairs of the linter
format:
    biome check --write .

# Format and lint, changing nothing
format-check:
    biome check .

# Types of the program, the tools and the workers
types:
    tsc -p .
    tsc -p workers

# Every test but the deep ones; arguments go to vitest
test *arguments:
    npm test -- "$@"

# The sweeps that take minutes
test-deep *arguments:
    npm run test:deep -- "$@"

# What was found on this machine, where, in which version, and what is missing
[no-exit-message]
doctor *arguments:
    @node toolchain/doctor.ts "$@"

# The exports of a shell for the embedded target: eval "$(just env)"
[no-exit-message]
env *arguments:
    @npm run -s env -- "$@"

# Remove what this clone made: embedded data, embedded state, caches. `just clean all` also empties this user's engine cache
[no-exit-message]
clean what="":
    @node bin/lockstep.mjs clean "$@"

# What stands on the embedded target for the ids that wrangler projects name: just aliases [--json]
[no-exit-message]
aliases *arguments:
    @node bin/lockstep.mjs aliases "$@"

# What the policy rules find in what a stage declares: just policy [<stage>] [--json | --sarif] [--state <file>]
[no-exit-message]
policy *arguments:
    @node bin/lockstep.mjs policy "$@"

# The API token that a verb needs on a stage, and nothing more: just token <stage> <verb> [--json]
[no-exit-message]
token *arguments:
    @node bin/lockstep.mjs token "$@"

# Everything that is wrong with systems, stages and migrations: just validate [<stage>] [--json | --github]
[no-exit-message]
validate *arguments:
    @node bin/lockstep.mjs validate "$@"

# A picture of what is declared, as Mermaid: just diagram [<system>] [--json]
[no-exit-message]
diagram *arguments:
    @node bin/lockstep.mjs diagram "$@"

# Migrations: new, lint, status, plan, advise, rehearse, seed, reset, contract, corpus, query, shell, diff, squash, baseline, accept (just db --help)
[no-exit-message]
db *arguments:
    @INIT_CWD={{ quote(invocation_directory()) }} node bin/lockstep.mjs db "$@"

# What things cost, in pairs: medians and spread. The dev stack has to be up
[no-exit-message]
bench *arguments:
    @node scripts/bench.ts "$@"
