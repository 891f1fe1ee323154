# Warnings, sanitizers and the shape of a room.

add_library(pdns_options INTERFACE)
target_compile_options(pdns_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(PDNS_SANITIZE)
  target_compile_options(pdns_options INTERFACE -fsanitize=${PDNS_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(pdns_options INTERFACE -fsanitize=${PDNS_SANITIZE})
endif()
if(PDNS_FUZZ)
  target_compile_options(pdns_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

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
endfunction()
