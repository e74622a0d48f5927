#!/usr/bin/env bash
# Put the findings and, on a pull request, the change in cost into one Markdown file, and into the
# summary of the job.
source "${BASH_SOURCE[0]%/*}/common.sh"
MARKER='<!-- llmchoose check -->'
# A comment takes 65,536 characters, a summary 1 MiB; both are counted in bytes here.
COMMENT_BYTES=65000 SUMMARY_BYTES=1000000

[[ $INPUT_COMMENT != false ]] || exit 0

verdict() {
  if [[ $OUTCOME == broken ]]; then
    printf '%s\n**llmchoose check could not run.** This says nothing about the proposals.\n\n' "$MARKER"
    head -n 20 -- "$REPORTS/errors" | sed 's/^/    /'
    return
  fi
  cat -- "$REPORTS/check.markdown"
}

# What the pull request does to the cost; nothing where it changes no profile.
change() {
  local path one
  for path in "${paths[@]}"; do
    one=$REPORTS/diff
    if ! "$PYTHON" -I -m llmchoose diff --git "origin/$GITHUB_BASE_REF..." --format markdown -- \
      "$path" > "$one" 2> "$REPORTS/diff.errors"; then
      shown "$REPORTS/diff.errors" >&2
      printf 'The change in cost cannot be said: a profile does not read, before or after.\n\n'
    elif [[ $(cat -- "$one") != '**No profile changed.**' ]]; then
      cat -- "$one"
      printf '\n'
    fi
  done
}

# Both parts, as far as there is room: findings come first.
together() {
  local room=$1
  cat -- "$REPORTS/verdict.md"
  [[ -s $REPORTS/change.md ]] || return 0
  printf '\n<details open>\n<summary>What this pull request does to the cost</summary>\n\n'
  if (($(cat -- "$REPORTS/verdict.md" "$REPORTS/change.md" | wc -c) + 200 > room)); then
    printf 'It is too long for this place; the %s has it.\n' "$2"
  else
    cat -- "$REPORTS/change.md"
  fi
  printf '\n</details>\n'
}

read_paths
verdict > "$REPORTS/verdict.md"
: > "$REPORTS/change.md"
[[ $OUTCOME == broken || -z ${GITHUB_BASE_REF:-} ]] || change > "$REPORTS/change.md"

together "$COMMENT_BYTES" 'summary of the job' > "$REPORTS/comment.md"
together "$SUMMARY_BYTES" 'output markdown of the action' >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
cat -- "$REPORTS/verdict.md" "$REPORTS/change.md" > "$REPORTS/report.md"
output markdown "$REPORTS/report.md"
output comment "$REPORTS/comment.md"
