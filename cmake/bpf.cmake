# TCPSTAT_BPF: programs that run in the kernel (parsers/bpf). AUTO: where clang, bpftool and libbpf are found. What is built
# reads nothing of the kernel that runs here.
set(TCPSTAT_BPF AUTO CACHE STRING "Trace by programs in the kernel: ON, OFF, or AUTO: where clang, bpftool and libbpf are found")
set(TCPSTAT_WITH_BPF OFF)
if(TCPSTAT_BPF)
  find_path(LIBBPF_INCLUDE_DIR bpf/libbpf.h)
  # Static, as what else it needs every distribution has.
  find_library(LIBBPF_LIBRARY NAMES libbpf.a bpf)
  find_library(LIBELF_LIBRARY NAMES ${static_elf} elf)
  find_library(LIBZ_LIBRARY NAMES ${static_z} z)
  # No other compiler: gcc takes the same sources and leaves out, without a word, what makes offsets fit the kernel.
  find_program(TCPSTAT_BPF_CLANG NAMES clang clang-19 clang-16 clang-15 clang-14)
  find_program(TCPSTAT_BPF_STRIP NAMES llvm-strip llvm-strip-19 llvm-strip-16 llvm-strip-15 llvm-strip-14)
  find_program(TCPSTAT_BPFTOOL bpftool PATHS /usr/sbin /sbin)
  set(missing "")
  if(NOT LIBBPF_INCLUDE_DIR OR NOT LIBBPF_LIBRARY OR NOT LIBELF_LIBRARY OR NOT LIBZ_LIBRARY)
    list(APPEND missing "libbpf (Debian: libbpf-dev)")
  elseif(NOT EXISTS ${LIBBPF_INCLUDE_DIR}/bpf/libbpf_version.h)
    list(APPEND missing "libbpf 1.0 or later")
  endif()
  if(NOT TCPSTAT_BPF_CLANG)
    list(APPEND missing "clang")
  endif()
  if(NOT TCPSTAT_BPF_STRIP)
    list(APPEND missing "llvm-strip (Debian: llvm)")
  endif()
  if(NOT TCPSTAT_BPFTOOL)
    list(APPEND missing "bpftool")
  endif()
  list(JOIN missing ", " missing)
  if(NOT missing)
    set(TCPSTAT_WITH_BPF ON)
  elseif(TCPSTAT_BPF STREQUAL AUTO)
    message(STATUS "trace is built without BPF programs: ${missing} not found")
  else()
    message(FATAL_ERROR "TCPSTAT_BPF=${TCPSTAT_BPF} needs ${missing}")
  endif()
endif()

# All headers that are made, for who reads sources without building them.
add_custom_target(bpf_skeletons)

# tcpstat_bpf_object(TARGET SOURCE): compiles SOURCE.bpf.c and gives TARGET the header SOURCE.skel.h, which holds the object.
function(tcpstat_bpf_object target source)
  get_filename_component(name ${source} NAME_WE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/bpf)
  file(MAKE_DIRECTORY ${folder})
  set(object ${folder}/${name}.bpf.o)
  set(skeleton ${folder}/${name}.skel.h)
  add_custom_command(OUTPUT ${skeleton}
    COMMAND ${TCPSTAT_BPF_CLANG} -O2 -g -target bpf -mcpu=v3 -Wall -Werror -I${LIBBPF_INCLUDE_DIR}
      -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -c ${source} -o ${object}
    COMMAND ${TCPSTAT_BPF_STRIP} -g ${object}
    COMMAND ${TCPSTAT_BPFTOOL} gen skeleton ${object} name ${name} > ${skeleton}
    DEPENDS ${source} ${CMAKE_CURRENT_SOURCE_DIR}/bpf/ring_record.h
      ${CMAKE_CURRENT_SOURCE_DIR}/bpf/fate_counts.h ${CMAKE_CURRENT_SOURCE_DIR}/bpf/kernel_types.h
      ${CMAKE_CURRENT_SOURCE_DIR}/bpf/owner_row.h ${CMAKE_CURRENT_SOURCE_DIR}/bpf/request_reading.h
      ${CMAKE_CURRENT_SOURCE_DIR}/bpf/request_work.h
      ${CMAKE_CURRENT_SOURCE_DIR}/bpf/ring_writing.h ${CMAKE_CURRENT_SOURCE_DIR}/bpf/timed_sockets.h
    COMMENT "Building BPF programs ${name}" VERBATIM)
  add_custom_target(${target}_${name} DEPENDS ${skeleton})
  add_dependencies(${target} ${target}_${name})
  add_dependencies(bpf_skeletons ${target}_${name})
  target_include_directories(${target} SYSTEM PRIVATE ${folder} ${LIBBPF_INCLUDE_DIR})
  target_link_libraries(${target} PRIVATE ${LIBBPF_LIBRARY} ${LIBELF_LIBRARY} ${LIBZ_LIBRARY}
    ${ZSTD_LIBRARY})
  target_compile_definitions(${target} PUBLIC TCPSTAT_WITH_BPF)
endfunction()
