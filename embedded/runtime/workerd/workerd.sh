#!/bin/sh
# Starts workerd so that it never outlives the Node process that asked for it: a workerd left behind still holds
# Durable Object storage. Its pid is written down, for the next start and for the watchdog.
if [ -n "$LOCKSTEP_WORKERD_PIDS" ]; then echo "$PPID $LOCKSTEP_CELL" > "$LOCKSTEP_WORKERD_PIDS/$$"; fi
# Only a test sets this: what is left behind then has to be found and ended by the next start.
if [ -n "$LOCKSTEP_UNTIED" ]; then exec "$LOCKSTEP_WORKERD" "$@"; fi
if command -v setpriv > /dev/null 2>&1 && setpriv --pdeathsig KILL true > /dev/null 2>&1; then
  exec setpriv --pdeathsig KILL -- "$LOCKSTEP_WORKERD" "$@"
fi
# Elsewhere a watcher beside it; it holds none of workerd's pipes, or its end would not be noticed.
parent=$PPID
(
  while kill -0 "$parent" 2> /dev/null && kill -0 $$ 2> /dev/null; do sleep 1; done
  kill -9 $$ 2> /dev/null
) < /dev/null > /dev/null 2>&1 3>&- &
exec "$LOCKSTEP_WORKERD" "$@"
