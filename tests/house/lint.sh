#!/bin/sh
# lint.sh WHAT [BUILD]: one of the checks behind `./dev lint` and the tests house.lint.*; silent when all is well.
#   format   clang-format          tidy    clang-tidy, with BUILD/compile_commands.json
#   shell    shellcheck            manual  mandoc
#   word32   the program as g++ -m32 reads it; nothing is built
set -eu
# One at a time beside other tests, which mostly wait.
jobs=${TCPSTAT_LINT_JOBS-1}
cd "$(dirname -- "$(readlink -f -- "$0")")/../.."

# units BUILD NAME CMAKE-ARGUMENT...: configures a tree below BUILD that compiles a whole room at once, so that a linter
# reads its headers once, and those that it includes alone; prints where it is.
units() {
    build=$1 name=$2
    shift 2
    cmake -S . -B "$build/lint/$name" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_UNITY_BUILD=ON \
        -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DTCPSTAT_PRECOMPILE=OFF "$@" >/dev/null
    cmake --build "$build/lint/$name" --target bpf_skeletons >/dev/null # headers that are made
    printf '%s\n' "$build/lint/$name"
}

case ${1-} in
    format)
        find cli src parsers tests -type f \( -name '*.cpp' -o -name '*.h' \) -exec clang-format --dry-run -Werror {} +
        ;;
    tidy)
        # The tests themselves are left to the compilers: they are mostly doctest's macros, and would double the time.
        # The flags are those of g++.
        tree=$(units "$2" tidy -DTCPSTAT_TESTS=ON '-DTCPSTAT_TEST_KINDS=bench;lab;fuzz')
        found=$(jq -r '[.[].file | select(endswith("_test.cpp") | not)] | unique[]' "$tree/compile_commands.json" |
            xargs -d '\n' -n 1 -P "$jobs" clang-tidy --quiet --checks=-bugprone-suspicious-include \
                --extra-arg=-Wno-unknown-warning-option -p "$tree" 2>&1) || {
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
        tree=$(units "$2" word32 -DTCPSTAT_TESTS=OFF)
        # The compilers' warnings are on: what fits a size_t of 64 bits may not fit one of 32.
        jq -r '.[].command' "$tree/compile_commands.json" |
            sed 's/ -o [^ ]* -c / -m32 -fsyntax-only -Werror /' | tr '\n' '\0' | xargs -0 -n 1 -P "$jobs" sh -c
        ;;
    manual) mandoc -T lint -W warning man/tcpstat.8 ;;
    *)
        echo "lint.sh: unknown check '${1-}'" >&2
        exit 2
        ;;
esac
