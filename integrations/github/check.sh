#!/usr/bin/env bash
# Hold the proposals of the workspace against the rules and write every report. The verdict is an
# output, not the exit code: the last step fails, when all the others have reported.
source "${BASH_SOURCE[0]%/*}/common.sh"

reports=$(mktemp -d "$RUNNER_TEMP/llmchoose-reports.XXXXXX")
output reports "$reports"

options=("--fail-on=$INPUT_FAIL_ON" "--today=${INPUT_TODAY:-$(date -u +%F)}")
[[ -z $INPUT_POLICY ]] || options+=("--policy=$INPUT_POLICY")
[[ -z $INPUT_BASELINE ]] || options+=("--baseline=$INPUT_BASELINE")
[[ -z $INPUT_SARIF ]] || options+=("--format=sarif=$INPUT_SARIF")
for format in terminal github json markdown; do
  options+=("--format=$format=$reports/check.$format")
done
case $INPUT_CHANGED_ONLY in
  true) [[ -z ${GITHUB_BASE_REF:-} ]] || options+=("--changed-since=origin/$GITHUB_BASE_REF") ;;
  false) ;;
  *) stop 'llmchoose check could not run' 'changed-only is true or false.' ;;
esac
read_paths

code=0
"$PYTHON" -I -m llmchoose check "${options[@]}" -- "${paths[@]}" 2> "$reports/errors" || code=$?

# An interpreter that dies of an exception ends with 1 too, but has written nothing.
outcome=broken
if [[ -s $reports/check.json ]]; then
  case $code in
    0) outcome=passed ;;
    1) outcome=failed ;;
  esac
fi
output outcome "$outcome"

shown "$reports/errors"
[[ $outcome != broken ]] || exit 0
shown "$reports/check.terminal"
cat -- "$reports/check.github"
output json "$reports/check.json"
[[ -z $INPUT_SARIF ]] || output sarif "$INPUT_SARIF"
"$PYTHON" -I -c '
import json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)
print("proposals=%d" % found["files"])
for output, severity in dict(errors="error", warnings="warning", notes="note", waived="waived").items():
    print("%s=%d" % (output, found["summary"][severity]))
' "$reports/check.json" >> "$GITHUB_OUTPUT"
