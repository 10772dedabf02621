#!/bin/sh
# Starts workerd so that it never outlives the Node process that asked for it: a workerd left behind still holds
# Durable Object storage. Linux ends it with its parent; everywhere its pid is written down, for the next start and for the watchdog.
if [ -n "$LOCKSTEP_WORKERD_PIDS" ]; then echo "$PPID $LOCKSTEP_CELL" > "$LOCKSTEP_WORKERD_PIDS/$$"; fi
if [ -z "$LOCKSTEP_UNTIED" ] && command -v setpriv > /dev/null 2>&1 && setpriv --pdeathsig KILL true > /dev/null 2>&1; then
  exec setpriv --pdeathsig KILL -- "$LOCKSTEP_WORKERD" "$@"
fi
exec "$LOCKSTEP_WORKERD" "$@"
