# The rules of the house that compilers and linters do not know.
find_program(TCPSTAT_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
# -B: no byte code in the source tree.
add_test(NAME house.structure
  COMMAND ${TCPSTAT_PYTHON} -B ${CMAKE_CURRENT_SOURCE_DIR}/structure_test.py ${PROJECT_SOURCE_DIR})
add_test(NAME house.words
  COMMAND ${TCPSTAT_PYTHON} -B ${CMAKE_CURRENT_SOURCE_DIR}/words_test.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:tcpstat>)
set_tests_properties(house.structure house.words PROPERTIES LABELS house TIMEOUT 180)
