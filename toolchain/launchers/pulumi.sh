# shellcheck shell=sh
# The `pulumi` of an `env` shell, below the values of this project that pulumi-launcher.ts writes above it. It starts nothing that it need not:
# it costs about 2 ms, and then becomes the engine.
#
# Embedded stacks never read or write `Pulumi.<stage>.yaml`, but one variable cannot name the configuration file of three stages, so this looks at
# which stack a command is for and names that stage's generated file. It makes the stack on first use, starts the embedded Cloudflare when it is down,
# removes the lock of a pulumi that was killed, lets the stack's own versions serve again where a `just dev` was killed, and sends `stack init`,
# `stack rm` and `stack rename` (which write and delete stack files) to a throw-away project of the same name.
# With any other backend it stays out of the way.
#
# shellcheck disable=SC2154 # assigned above: engine, root, backend, project_name, selection, node_program, stack_command, stale_lock_command, put_back_command
case " $* " in
  # toolchain/preload.cjs keeps what only this shows from the engine.
  *" --debug "*|*" -d "*) export LOCKSTEP_ENGINE_DEBUG=on ;;
esac
own=$root/.lockstep
if [ "${PULUMI_BACKEND_URL:-}" != "$backend" ]; then
  [ "${PULUMI_HOME:-}" != "$own/pulumi-home" ] || unset PULUMI_HOME
  exec "$engine" "$@"
fi

words='' stack=${PULUMI_STACK:-} folder=$PWD next=''
for word in "$@"; do
  case $next in
    stack) stack=$word next=''; continue ;;
    folder) case $word in /*) folder=$word ;; *) folder=$PWD/$word ;; esac; next=''; continue ;;
    skip) next=''; continue ;;
  esac
  case $word in
    -s|--stack) next=stack ;;
    --stack=*) stack=${word#--stack=} ;;
    -C|--cwd) next=folder ;;
    --cwd=*) folder=${word#--cwd=}; case $folder in /*) ;; *) folder=$PWD/$folder ;; esac ;;
    -m|--message|-c|--config|--config-file|-t|--target|-p|--parallel|--color|--plan|--save-plan|--policy-pack|--policy-pack-config|\
    -x|--exclude|--replace|--target-replace|--import-file|--event-log|--profiling|--otel-traces|--tracing|-v|--verbose)  next=skip ;;
    -s?*) stack=${word#-s} ;;
    -*) ;;
    *) words="$words $word" ;;
  esac
done
case $folder/ in
  "$root"/*) ;;
  *)
    # Perhaps by a symbolic link: then the engine, too, has to see the one true folder, by whose name it remembers the selected stack.
    real=$(CDPATH='' cd -P -- "$folder" 2>/dev/null && pwd -P) || exec "$engine" "$@"
    case $real/ in
      "$root"/*) [ "$folder" != "$PWD" ] || cd -P -- "$real" || exit ;;
      *) exec "$engine" "$@" ;;
    esac ;;
esac

case $words in
  # Each by every name that the engine has for it: stack.ts knows the same ones.
  " stack init"|" stack init "*|" stack new"|" stack new "*|" stack create"|" stack create "*|" stack setup"|" stack setup "*|\
  " stack rm"|" stack rm "*|" stack remove"|" stack remove "*|" stack delete"|" stack delete "*|\
  " stack rename"*|" stack change-secrets-provider"*)
    exec "$node_program" "$stack_command" "$root" "$stack" "$engine" "$@" ;;
  " stack select "*) [ -n "$stack" ] || stack=${words#" stack select "} ;;
  " preview"*|" pre"|" up"*|" refresh"*|" destroy"*|" down"*|" dn"|" dn "*|" import"*|" config"*|" watch"*|" logs"*) ;;
  *) exec "$engine" "$@" ;;
esac

if [ -z "$stack" ] && [ -r "$own/pulumi-home/workspaces/$selection" ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"\"$backend\": \""*) stack=${line##*\": \"}; stack=${stack%%\"*} ;; esac
  done < "$own/pulumi-home/workspaces/$selection"
fi
stage=${stack##*/}
case $stage in
  ''|*[!A-Za-z0-9._-]*) exec "$engine" "$@" ;;
esac

config=$own/config/$stage.yaml
source=$root/Pulumi.$stage.yaml
pid=''
if [ -r "$own/embedded/connection.json" ]; then
  IFS= read -r connection < "$own/embedded/connection.json"
  case $connection in *'"pid":'*) pid=${connection##*\"pid\":}; pid=${pid%%[!0-9]*} ;; esac
fi
is_running() {
  kill -0 "$1" 2>/dev/null || return 1
  # Somebody else may have its number by now, and a dead process that nobody has waited for still has one.
  [ ! -r "/proc/$1/cmdline" ] && return 0
  line=''
  IFS= read -r line < "/proc/$1/cmdline" 2>/dev/null
  case $line in *embedded/main.*) return 0 ;; *) return 1 ;; esac
}
# shellcheck disable=SC3013 # -nt is not in POSIX, and in every sh: dash, bash, BusyBox, macOS
if [ ! -r "$config" ] || [ "$source" -nt "$config" ] || [ ! -e "$own/state/.pulumi/stacks/$project_name/$stage.json" ] ||
  [ -z "$pid" ] || ! is_running "$pid"; then
  "$node_program" "$stack_command" "$root" "$stage" "$engine" prepare || exit
  IFS= read -r connection < "$own/embedded/connection.json"
fi
# A shell glob, so it costs nothing while nobody holds the stack.
for lock in "$own/state/.pulumi/locks/organization/$project_name/$stage/"*.json; do
  [ ! -e "$lock" ] || "$node_program" "$stale_lock_command" "$stage" "$root"
  break
done
case $words in " up"|" up "*|" update"|" update "*)
  # The same, while no `just dev` works on the stage or was killed at it.
  for left in "$own/dev/$stage/"*.json; do
    [ ! -e "$left" ] || "$node_program" "$put_back_command" "$stage" "$root"
    break
  done ;;
esac
case $connection in
  *'"providerPort":'*)
    port=${connection##*\"providerPort\":}
    [ "${LOCKSTEP_PROVIDER:-}" = official ] || PULUMI_DEBUG_PROVIDERS=cloudflare:${port%%[!0-9]*}
    export PULUMI_DEBUG_PROVIDERS ;;
esac
[ -n "${PULUMI_OPTION_CONFIG_FILE:-}" ] || PULUMI_OPTION_CONFIG_FILE=$config
export PULUMI_OPTION_CONFIG_FILE
exec "$engine" "$@"
