#!/bin/sh
# lint.sh WHAT [BUILD]: one of the checks behind `./dev lint` and the tests house.lint.*; silent when all is well.
#   format   clang-format          tidy    clang-tidy, with BUILD/compile_commands.json
#   shell    shellcheck            manual  mandoc
#   word32   the program as g++ -m32 reads it; nothing is built
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
    word32)
        if ! printf '#include <vector>\n' | g++ -m32 -x c++ -fsyntax-only - 2>/dev/null; then
            echo 'skipped: there are no 32-bit headers (g++-multilib, on amd64)'
            exit 77
        fi
        # Warnings as in the CMakeLists.txt: what fits a size_t of 64 bits may not fit one of 32.
        find cli src parsers -name '*.cpp' -print0 | xargs -0 -n 1 -P "$(nproc)" g++ -m32 -fsyntax-only -std=c++20 \
            -Isrc -I. -DTCPSTAT_VERSION='"0"' -Wall -Wextra -Wconversion -Wsign-conversion -Wno-restrict -Werror
        ;;
    manual) mandoc -T lint -W warning man/tcpstat.8 ;;
    *)
        echo "lint.sh: unknown check '${1-}'" >&2
        exit 2
        ;;
esac
