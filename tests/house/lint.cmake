# What `./dev lint` runs.
foreach(check format tidy shell manual word32)
  add_test(NAME house.lint.${check}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint.sh ${check} ${CMAKE_BINARY_DIR})
  set_tests_properties(house.lint.${check} PROPERTIES LABELS house)
endforeach()
# The longest goes first, beside those that wait.
set_tests_properties(house.lint.tidy PROPERTIES TIMEOUT 1800 COST 1000)
set_tests_properties(house.lint.word32 PROPERTIES TIMEOUT 600 COST 900 SKIP_RETURN_CODE 77)
