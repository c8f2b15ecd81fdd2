# One target, `tcpstat_flags`, carries the warnings and the sanitizers of every part of the project.
add_library(tcpstat_flags INTERFACE)
# Without -Wnull-dereference: g++ 12 sees null behind every std::vector that it cannot prove to be filled.
target_compile_options(tcpstat_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-align
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wswitch)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 finds an overlap in `"(" + std::to_string(n)`: gcc.gnu.org/PR105651.
  target_compile_options(tcpstat_flags INTERFACE -Wno-restrict)
endif()
# A newer compiler has newer warnings, and nobody's build should fail for those.
if(TCPSTAT_WERROR AND "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" MATCHES "^(GNU 12|Clang 14)\\.")
  target_compile_options(tcpstat_flags INTERFACE -Werror)
endif()
if(TCPSTAT_SANITIZE)
  # The instrumentation hides from g++ what is initialized (GCC manual, -fsanitize); the sanitizers look for themselves.
  target_compile_options(tcpstat_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    -fsanitize=${TCPSTAT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tcpstat_flags INTERFACE -fsanitize=${TCPSTAT_SANITIZE})
  if(TCPSTAT_SANITIZE_TRAP)
    # Else a third of the program is places and types to tell, a million pointers for the loader. ASAN_OPTIONS=handle_sigill=1
    # shows where a trap was.
    target_compile_options(tcpstat_flags INTERFACE -fsanitize-undefined-trap-on-error -fno-pie)
    target_link_options(tcpstat_flags INTERFACE -no-pie)
  endif()
endif()
if(TCPSTAT_FUZZ)
  # libFuzzer finds its way by the edges that the readers take, not by those of the targets.
  target_compile_options(tcpstat_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
