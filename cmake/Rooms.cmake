# rotor_room(NAME DEPS ... [LIBS ...]): the static library `rotor_NAME` of all .cpp files under src/NAME.
# DEPS are the rooms it may include; LIBS are outside libraries.
function(rotor_room name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  string(REPLACE "/" "_" target ${name})
  if(NOT sources)
    add_library(rotor_${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(rotor_${target} STATIC ${sources})
    set(scope PUBLIC)
  endif()
  list(TRANSFORM ARG_DEPS REPLACE "/" "_")
  list(TRANSFORM ARG_DEPS PREPEND rotor_)
  target_link_libraries(rotor_${target} ${scope} rotor_flags ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# rotor_tests(NAME [DEPS ...] [LIBS ...]): the test program `test_NAME` of all *_test.cpp files under tests/NAME.
function(rotor_tests name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target ${name})
  add_executable(test_${target} ${sources})
  list(TRANSFORM ARG_DEPS REPLACE "/" "_")
  list(TRANSFORM ARG_DEPS PREPEND rotor_)
  target_include_directories(test_${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(test_${target} PRIVATE rotor_flags rotor_test_support ${ARG_DEPS} ${ARG_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND test_${target} --gtest_brief=1)
endfunction()

# rotor_embed(ROOM FILE FUNCTION HEADER): compiles the text FILE (below src/ROOM) into the room as
# `std::span<const std::string_view> FUNCTION()`, its lines. HEADER declares the function.
function(rotor_embed room file function header)
  set(input ${PROJECT_SOURCE_DIR}/src/${room}/${file})
  get_filename_component(name ${file} NAME_WE)
  set(output ${PROJECT_BINARY_DIR}/embedded/${room}/${name}.cpp)
  add_custom_command(OUTPUT ${output} DEPENDS ${input} ${PROJECT_SOURCE_DIR}/cmake/embed_lines.cmake
    COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DFUNCTION=${function} -DHEADER=${header}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_lines.cmake VERBATIM)
  target_sources(rotor_${room} PRIVATE ${output})
endfunction()
