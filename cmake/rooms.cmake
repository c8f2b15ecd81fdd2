# A room is one folder, one namespace and one target: src/detect is tcpstat::detect and tcpstat_detect.
#
# tcpstat_room(NAME [COLD] SEES ROOM... [USES TARGET...] [SEPARATE PATTERN...]) makes the target of the folder NAME below the current one. SEES is the
# law: a room includes headers of these rooms and of what they see, and of no others. The tests read it from here
# (rooms.txt) and link each room with nothing else. USES names libraries that its sources alone need. SEPARATE names
# files that do not go with their neighbours: CMAKE_UNITY_BUILD, which compiles a whole room at once, leaves them out.
# COLD: what it does does not grow with the number of sockets, so that a build need not spend a third of its time on it.
set(TCPSTAT_ROOMS_FILE ${CMAKE_BINARY_DIR}/rooms.txt)
file(WRITE ${TCPSTAT_ROOMS_FILE} "")

# The largest headers of others. Where rooms are compiled as a whole they are read once for all targets that are compiled
# alike. A build file by file goes without, so that each file must include what it uses.
set(TCPSTAT_LARGE_HEADERS <algorithm> <array> <charconv> <chrono> <functional> <map> <memory> <mutex> <optional> <span>
  <string> <string_view> <unordered_map> <variant> <vector> <tl/expected.hpp> <nlohmann/json.hpp>)
if(NOT DEFINED TCPSTAT_PRECOMPILE)
  set(TCPSTAT_PRECOMPILE OFF)
  if(CMAKE_UNITY_BUILD)
    set(TCPSTAT_PRECOMPILE ON)
  endif()
endif()
if(TCPSTAT_PRECOMPILE)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "")
  add_library(tcpstat_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(tcpstat_precompiled PRIVATE tcpstat_flags nlohmann_json::nlohmann_json tl::expected Threads::Threads)
  target_compile_options(tcpstat_precompiled PRIVATE $<$<CONFIG:Release>:-O1>)
  target_precompile_headers(tcpstat_precompiled PRIVATE ${TCPSTAT_LARGE_HEADERS})
else()
  set(TCPSTAT_LARGE_HEADERS "")
endif()

function(tcpstat_cold target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(TCPSTAT_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM tcpstat_precompiled)
  endif()
endfunction()

function(tcpstat_room name)
  cmake_parse_arguments(ROOM "COLD" "FOLDER" "SEES;USES;SEPARATE" ${ARGN})
  if(NOT ROOM_FOLDER)
    set(ROOM_FOLDER ${name})
  endif()
  get_filename_component(folder ${ROOM_FOLDER} ABSOLUTE)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(ROOM_FOLDER STREQUAL .)
    # Its subfolders are rooms of their own.
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
    list(REMOVE_ITEM sources ${folder}/main.cpp ${folder}/spare_memory.cpp)
  endif()
  list(TRANSFORM ROOM_SEES PREPEND tcpstat_ OUTPUT_VARIABLE targets)
  if(sources)
    add_library(tcpstat_${name} STATIC ${sources})
    target_link_libraries(tcpstat_${name} PUBLIC tcpstat_flags ${targets} PRIVATE ${ROOM_USES})
    if(ROOM_COLD)
      tcpstat_cold(tcpstat_${name})
    endif()
    foreach(pattern ${ROOM_SEPARATE})
      file(GLOB separate CONFIGURE_DEPENDS ${folder}/${pattern})
      set_source_files_properties(${separate} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endforeach()
  else()
    add_library(tcpstat_${name} INTERFACE)
    target_link_libraries(tcpstat_${name} INTERFACE tcpstat_flags ${targets} ${ROOM_USES})
  endif()
  set_property(GLOBAL APPEND PROPERTY TCPSTAT_ROOMS ${name})
  list(JOIN ROOM_SEES " " seen)
  file(RELATIVE_PATH place ${PROJECT_SOURCE_DIR} ${folder})
  file(APPEND ${TCPSTAT_ROOMS_FILE} "${place}: ${name} ${seen}\n")
endfunction()
