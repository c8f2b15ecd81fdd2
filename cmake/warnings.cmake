# One target, `tcpstat_options`, carries the warnings and the sanitizers of every part of the project.
add_library(tcpstat_options INTERFACE)
target_compile_options(tcpstat_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-align
  -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough -Wswitch
  $<$<BOOL:${TCPSTAT_WERROR}>:-Werror>)
if(TCPSTAT_SANITIZE)
  target_compile_options(tcpstat_options INTERFACE
    -fsanitize=${TCPSTAT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tcpstat_options INTERFACE -fsanitize=${TCPSTAT_SANITIZE})
endif()
