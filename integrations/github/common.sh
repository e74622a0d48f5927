# shellcheck shell=bash
# What the steps of the action share.
set -euo pipefail

# One text as the value of a workflow command.
escaped() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

# An annotation that says why there is no verdict, and the end.
stop() {
  printf '::error title=%s::%s\n' "$1" "$(escaped "$2")"
  exit 2
}

# Text of others for the log: the runner obeys no command in it.
shown() {
  [[ -s $1 ]] || return 0
  local word
  word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$word"
  cat -- "$1"
  printf '\n::%s::\n' "$word"
}

# An output of the step, whatever its value holds.
output() {
  local word
  word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s<<%s\n%s\n%s\n' "$1" "$word" "$2" "$word" >> "$GITHUB_OUTPUT"
}

# The lines of INPUT_PATHS that name something, into the array `paths`.
read_paths() {
  paths=()
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -z $line ]] || paths+=("$line")
  done <<< "$INPUT_PATHS"
  [[ ${#paths[@]} -gt 0 ]] || stop 'llmchoose check could not run' 'The input paths names nothing.'
}
