#!/usr/bin/env bash
# End as the check ended: 0 passed, 1 something was found, 2 it could not run.
source "${BASH_SOURCE[0]%/*}/common.sh"

case $OUTCOME in
  passed) ;;
  failed)
    printf '::error title=llmchoose check failed::%s\n' \
      "errors: $ERRORS, warnings: $WARNINGS, notes: $NOTES; it fails at $INPUT_FAIL_ON."
    exit 1
    ;;
  *)
    stop 'llmchoose check could not run' \
      "This is no finding: the call, the policy or the checkout is wrong.
$(head -n 20 -- "$REPORTS/errors")"
    ;;
esac
