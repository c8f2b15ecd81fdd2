# Debian's packages only; nothing is downloaded at configure time.
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Threads REQUIRED)

# Static where there is such a file: each shared library that most runs never call costs the loader some 25 microseconds.
# A tarball meets systems that have none of them; what Debian has only as a shared library comes along (package.cmake).
# Distributions want them shared.
if(NOT TCPSTAT_PACKAGE MATCHES "DEB|RPM")
  foreach(library traceevent elf z zstd)
    set(static_${library} lib${library}.a)
  endforeach()
endif()

find_path(LIBMNL_INCLUDE_DIR libmnl/libmnl.h REQUIRED)
find_library(LIBMNL_LIBRARY mnl REQUIRED)
add_library(libmnl INTERFACE)
target_include_directories(libmnl SYSTEM INTERFACE ${LIBMNL_INCLUDE_DIR})
target_link_libraries(libmnl INTERFACE ${LIBMNL_LIBRARY})

find_path(LIBTRACEEVENT_INCLUDE_DIR traceevent/event-parse.h REQUIRED)
find_library(LIBTRACEEVENT_LIBRARY NAMES ${static_traceevent} traceevent REQUIRED)
add_library(libtraceevent INTERFACE)
target_include_directories(libtraceevent SYSTEM INTERFACE ${LIBTRACEEVENT_INCLUDE_DIR})
target_link_libraries(libtraceevent INTERFACE ${LIBTRACEEVENT_LIBRARY})

# What records are packed with and checked by.
find_path(ZSTD_INCLUDE_DIR zstd.h REQUIRED)
find_library(ZSTD_LIBRARY NAMES ${static_zstd} zstd REQUIRED)
find_path(BOOST_INCLUDE_DIR boost/crc.hpp REQUIRED) # headers alone: a checksum is not worth a library at each start
add_library(record_libraries INTERFACE)
target_include_directories(record_libraries SYSTEM INTERFACE ${ZSTD_INCLUDE_DIR} ${BOOST_INCLUDE_DIR})
target_link_libraries(record_libraries INTERFACE ${ZSTD_LIBRARY})

# Of the tests alone. Debian's doctest-dev ships the header, with or without its CMake files, and librapidcheck-dev has
# no CMake files at all.
set(TCPSTAT_BUILD_TESTS OFF)
if(TCPSTAT_TESTS)
  find_path(DOCTEST_INCLUDE_DIR doctest/doctest.h)
  find_path(RAPIDCHECK_INCLUDE_DIR rapidcheck.h)
  find_library(RAPIDCHECK_LIBRARY rapidcheck)
  set(missing "")
  if(NOT DOCTEST_INCLUDE_DIR)
    list(APPEND missing "doctest (Debian: doctest-dev)")
  endif()
  if(NOT RAPIDCHECK_INCLUDE_DIR OR NOT RAPIDCHECK_LIBRARY)
    list(APPEND missing "rapidcheck (Debian: librapidcheck-dev)")
  endif()
  list(JOIN missing " and " missing)
  if(NOT missing)
    set(TCPSTAT_BUILD_TESTS ON)
    add_library(doctest_header INTERFACE)
    target_include_directories(doctest_header SYSTEM INTERFACE ${DOCTEST_INCLUDE_DIR})
    add_library(rapidcheck INTERFACE)
    target_include_directories(rapidcheck SYSTEM INTERFACE ${RAPIDCHECK_INCLUDE_DIR})
    target_link_libraries(rapidcheck INTERFACE ${RAPIDCHECK_LIBRARY})
  elseif(TCPSTAT_TESTS STREQUAL AUTO)
    message(STATUS "The tests are not built: ${missing} not found")
  else()
    message(FATAL_ERROR "The tests need ${missing}; TCPSTAT_TESTS=OFF builds the program without them")
  endif()
endif()
