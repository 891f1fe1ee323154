# Warnings, sanitizers, precompiled headers and the shape of a room.

add_library(pdns_options INTERFACE)
target_compile_options(pdns_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  target_compile_options(pdns_options INTERFACE -Wreserved-identifier)
endif()
if(PDNS_WERROR)
  target_compile_options(pdns_options INTERFACE -Werror)
endif()
if(PDNS_SANITIZE)
  target_compile_options(pdns_options INTERFACE -fsanitize=${PDNS_SANITIZE} -fno-sanitize-recover=all
                                                -fno-omit-frame-pointer)
  target_link_options(pdns_options INTERFACE -fsanitize=${PDNS_SANITIZE})
endif()
if(PDNS_FUZZ)
  target_compile_options(pdns_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# pdns_precompile(TARGET): with PDNS_PRECOMPILE, TARGET starts from the precompiled headers.
if(PDNS_PRECOMPILE)
  file(GENERATE OUTPUT precompiled.cc CONTENT "// Nothing: the target is there for its precompiled headers.\n")
  add_library(pdns_precompiled OBJECT ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(pdns_precompiled PRIVATE pdns_options)
  target_precompile_headers(pdns_precompiled PRIVATE
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <cstring> <filesystem> <functional> <limits>
    <map> <memory> <mutex> <optional> <span> <string> <string_view> <thread> <utility> <vector>)
endif()
function(pdns_precompile target)
  if(PDNS_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM pdns_precompiled)
  endif()
endfunction()

# pdns_room(NAME FILES stem... USES room... GUESTS target...)
# One static library a room. A stem `x` stands for x.h and, where it exists, x.cc. Headers form a file
# set, so that `all_verify_interface_header_sets` compiles each of them alone. tests/layering holds
# every #include to USES and GUESTS.
function(pdns_room name)
  cmake_parse_arguments(ROOM "" "" "FILES;USES;GUESTS" ${ARGN})
  set(headers "")
  set(sources "")
  foreach(stem IN LISTS ROOM_FILES)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${stem}.h)
      list(APPEND headers ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${stem}.h)
    endif()
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${stem}.cc)
      list(APPEND sources ${name}/${stem}.cc)
    endif()
  endforeach()
  set(target pdns_${name})
  add_library(${target} STATIC ${sources})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${headers})
  list(TRANSFORM ROOM_USES PREPEND pdns_)
  target_link_libraries(${target} PUBLIC ${ROOM_USES} PRIVATE pdns_options ${ROOM_GUESTS})
  pdns_precompile(${target})
endfunction()
