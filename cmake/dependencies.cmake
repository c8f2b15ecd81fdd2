# Debian's packages only; nothing is downloaded at configure time.
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Threads REQUIRED)

find_path(LIBMNL_INCLUDE_DIR libmnl/libmnl.h REQUIRED)
find_library(LIBMNL_LIBRARY mnl REQUIRED)
add_library(libmnl INTERFACE)
target_include_directories(libmnl SYSTEM INTERFACE ${LIBMNL_INCLUDE_DIR})
target_link_libraries(libmnl INTERFACE ${LIBMNL_LIBRARY})

if(TCPSTAT_TESTS)
  # Debian's doctest-dev ships the header, with or without its CMake files: the header is all that is needed.
  find_path(DOCTEST_INCLUDE_DIR doctest/doctest.h REQUIRED)
  add_library(doctest_header INTERFACE)
  target_include_directories(doctest_header SYSTEM INTERFACE ${DOCTEST_INCLUDE_DIR})

  # Debian's librapidcheck-dev has a library and no CMake files.
  find_path(RAPIDCHECK_INCLUDE_DIR rapidcheck.h REQUIRED)
  find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
  add_library(rapidcheck INTERFACE)
  target_include_directories(rapidcheck SYSTEM INTERFACE ${RAPIDCHECK_INCLUDE_DIR})
  target_link_libraries(rapidcheck INTERFACE ${RAPIDCHECK_LIBRARY})
endif()
