# Packages: `./dev package`. TCPSTAT_PACKAGE lays files out as Debian (DEB) or an RPM distribution (RPM) wants them, or for
# a tarball (TGZ) that any system unpacks; empty: `cmake --install` as ever.
set(TCPSTAT_PACKAGE "" CACHE STRING "Lay files out for a package: DEB, RPM, TGZ, or nothing")
set(TCPSTAT_MAINTAINER "tcpstat maintainers <tcpstat@packages.example.org>" CACHE STRING "Whom packages name")

if(TCPSTAT_PACKAGE STREQUAL DEB)
  install(FILES completions/_tcpstat DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
else()
  install(FILES completions/_tcpstat DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()
set(manual ${PROJECT_SOURCE_DIR}/man/tcpstat.8)
if(NOT TCPSTAT_PACKAGE)
  install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
  install(DIRECTORY contrib DESTINATION ${CMAKE_INSTALL_DATADIR}/tcpstat)
  return()
endif()

# Another program of this name is in Debian: the command is the same, so only one of them can be there.
set(package tcpstat-netlink)
set(made ${CMAKE_CURRENT_BINARY_DIR}/package)
set(documents ${CMAKE_INSTALL_DATADIR}/doc/${package})
file(MAKE_DIRECTORY ${made})

# compressed(FILE NAME DESTINATION): installs FILE as NAME.gz. Without the time, so that two builds are the same.
function(compressed file name destination)
  execute_process(COMMAND gzip -9nc ${file} OUTPUT_FILE ${made}/${name}.gz COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${made}/${name}.gz DESTINATION ${destination})
endfunction()

string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH fixes it
file(WRITE ${made}/changelog.text "${package} (${PROJECT_VERSION}-1) unstable; urgency=medium

  * What is new stands in changelog.gz.

 -- ${TCPSTAT_MAINTAINER}  ${today}
")
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n([^\n])" "\n \\1" license " ${license}")
string(REGEX MATCH "Copyright[^\n]*" copyright "${license}")
string(REGEX REPLACE "^Copyright *(\\([cC]\\))? *" "" copyright "${copyright}")
string(STRIP "${license}" license)
file(WRITE ${made}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: tcpstat

Files: *
Copyright: ${copyright}
License: Expat
 ${license}
")

# placed(FILE MADE): FILE as MADE, for the places where the package has the command and the examples.
function(placed file made_file)
  file(READ ${file} text)
  string(REPLACE /usr/local/bin /usr/bin text "${text}")
  string(REPLACE /usr/local/share/tcpstat/contrib /usr/${documents}/examples text "${text}")
  file(WRITE ${made_file} "${text}")
endfunction()
file(GLOB_RECURSE examples RELATIVE ${PROJECT_SOURCE_DIR}/contrib ${PROJECT_SOURCE_DIR}/contrib/*)
set(made_units "")
foreach(example ${examples})
  placed(${PROJECT_SOURCE_DIR}/contrib/${example} ${made}/examples/${example})
  if(example MATCHES "^systemd/")
    list(APPEND made_units ${made}/examples/${example})
  endif()
endforeach()
placed(${manual} ${made}/tcpstat.8)
placed(${PROJECT_SOURCE_DIR}/README.md ${made}/README.md)

compressed(${made}/tcpstat.8 tcpstat.8 ${CMAKE_INSTALL_MANDIR}/man8)
compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog ${documents})
install(FILES ${made}/README.md ${made}/copyright DESTINATION ${documents})
install(DIRECTORY ${made}/examples/ DESTINATION ${documents}/examples)
if(TCPSTAT_PACKAGE STREQUAL DEB)
  compressed(${made}/changelog.text changelog.Debian ${documents})
  # libbpf is linked into the program, because its shared one is not everywhere; what it reads ELF with brings zlib along.
  file(WRITE ${made}/overrides "${package}: embedded-library zlib [usr/bin/tcpstat]\n")
  install(FILES ${made}/overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME ${package})
endif()
if(NOT TCPSTAT_PACKAGE STREQUAL TGZ)
  install(FILES ${made_units} DESTINATION lib/systemd/system)
endif()

# alongside(LIBRARY PACKAGE): puts a shared library, and the terms that Debian's package of it has, beside the program.
function(alongside library package)
  get_filename_component(file ${library} REALPATH)
  get_filename_component(name ${file} NAME)
  string(REGEX MATCH "^.*\\.so\\.[0-9]+" soname ${name})
  install(FILES ${file} DESTINATION lib/tcpstat RENAME ${soname})
  install(FILES /usr/share/doc/${package}/copyright DESTINATION ${documents} RENAME copyright.${package} OPTIONAL)
endfunction()
if(TCPSTAT_PACKAGE STREQUAL TGZ)
  alongside(${LIBMNL_LIBRARY} libmnl0)
  set_target_properties(tcpstat PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/tcpstat")
endif()

set(CPACK_GENERATOR ${TCPSTAT_PACKAGE})
set(CPACK_PACKAGE_NAME ${package})
set(CPACK_PACKAGE_VENDOR "tcpstat")
set(CPACK_PACKAGE_CONTACT "${TCPSTAT_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "list, count and judge TCP connection states")
set(CPACK_PACKAGE_DESCRIPTION "Reads TCP sockets by netlink sock_diag or from /proc, and prints rows,
counts or a verdict: SYN floods, leaked sockets, full queues, with evidence
and the next command to type. For terminals, scripts (JSON, CSV), cron,
Nagios, Icinga and Prometheus. A reference state machine judges the
transitions that were seen.")
set(CPACK_RPM_PACKAGE_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONFLICTS tcpstat)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_CONFLICTS tcpstat)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/lib/systemd /usr/lib/systemd/system /usr/share/man /usr/share/man/man8
  /usr/share/bash-completion /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/site-functions
  /usr/share/fish /usr/share/fish/vendor_completions.d)
if(TCPSTAT_PACKAGE STREQUAL TGZ)
  set(CPACK_PACKAGE_FILE_NAME tcpstat-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR}-linux)
  set(CPACK_PACKAGING_INSTALL_PREFIX /)
endif()
include(CPack)
