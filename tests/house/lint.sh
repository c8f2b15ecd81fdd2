#!/bin/sh
# lint.sh WHAT [BUILD]: one of the checks behind `./dev lint` and the tests house.lint.*; silent when all is well.
#   format   clang-format          tidy    clang-tidy, with BUILD/compile_commands.json
#   shell    shellcheck            manual  mandoc
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/../.."

case ${1-} in
    format)
        find cli src parsers tests -type f \( -name '*.cpp' -o -name '*.h' \) -exec clang-format --dry-run -Werror {} +
        ;;
    tidy)
        # The tests themselves are left to the compilers: they are mostly doctest's macros, and would double the time.
        # The flags are those of g++.
        found=$(find cli src parsers tests/bench tests/lab tests/fuzz -name '*.cpp' ! -name '*_test.cpp' -print0 |
            xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$2" --extra-arg=-Wno-unknown-warning-option 2>&1) || {
            printf '%s\n' "$found" | grep -v ' generated\.$'
            exit 1
        }
        ;;
    shell)
        find dev .ci/run tests completions -type f \( -path dev -o -path .ci/run -o -name '*.sh' -o -name '*.bash' \) \
            -exec shellcheck {} +
        ;;
    manual) mandoc -T lint -W warning man/tcpstat.8 ;;
    *)
        echo "lint.sh: unknown check '${1-}'" >&2
        exit 2
        ;;
esac
