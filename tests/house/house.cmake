# The rules of the house that compilers and linters do not know.
# -B: no byte code in the source tree.
add_test(NAME house.structure
  COMMAND ${TCPSTAT_PYTHON} -B ${CMAKE_CURRENT_SOURCE_DIR}/structure_test.py ${PROJECT_SOURCE_DIR}
    ${TCPSTAT_ROOMS_FILE})
add_test(NAME house.words
  COMMAND ${TCPSTAT_PYTHON} -B ${CMAKE_CURRENT_SOURCE_DIR}/words_test.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tcpstat>)
set_tests_properties(house.structure house.words PROPERTIES LABELS house TIMEOUT 180)
set_tests_properties(house.words PROPERTIES COST 600)

# Names of different rooms do not collide, and each header can be included before any other.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  ${PROJECT_SOURCE_DIR}/src/*.h ${PROJECT_SOURCE_DIR}/parsers/*.h ${PROJECT_SOURCE_DIR}/cli/*.h)
list(SORT headers)
set(all_headers "")
foreach(header ${headers})
  string(APPEND all_headers "#include \"${header}\"\n")
endforeach()
file(CONFIGURE OUTPUT all_headers.cpp CONTENT "${all_headers}")
add_library(all_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/all_headers.cpp)
target_link_libraries(all_headers PRIVATE tcpstat_verbs nlohmann_json::nlohmann_json)

# Each room with all that it sees makes a program: nothing in it needs a room above it.
file(CONFIGURE OUTPUT empty_main.cpp CONTENT "int main() { return 0; }\n")
get_property(rooms GLOBAL PROPERTY TCPSTAT_ROOMS)
foreach(room ${rooms})
  get_target_property(type tcpstat_${room} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    add_executable(room_${room} ${CMAKE_CURRENT_BINARY_DIR}/empty_main.cpp)
    target_link_libraries(room_${room} PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,tcpstat_${room}>")
  endif()
endforeach()
