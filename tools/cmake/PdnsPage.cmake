# The files of the page as a .cc of bytes.
#
#   pdns_page_assets(TARGET FOLDER)              adds them to a room, and makes them anew when one has changed
#   cmake -DOUTPUT=... -P PdnsPage.cmake FILE... makes the .cc; this file runs itself
#
# The force layout of the graph is Debian's: D3's modules, as their package has them.

set(PDNS_D3_MODULES d3-collection d3-dispatch d3-force d3-quadtree d3-timer)

function(pdns_page_assets target folder)
  set(files "")
  foreach(module IN LISTS PDNS_D3_MODULES)
    set(file /usr/share/nodejs/${module}/dist/${module}.min.js)
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "${file} is not there: install the Debian package node-d3-force")
    endif()
    list(APPEND files ${file})
  endforeach()
  file(GLOB own CONFIGURE_DEPENDS ${folder}/*)
  list(APPEND files ${own})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/page_assets.cc)
  set(script ${PROJECT_SOURCE_DIR}/tools/cmake/PdnsPage.cmake)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -P ${script} -- ${files}
    DEPENDS ${files} ${script} COMMENT "Writing the files of the page as page_assets.cc" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

set(TYPE_html "text/html; charset=utf-8")
set(TYPE_css "text/css; charset=utf-8")
set(TYPE_js "text/javascript; charset=utf-8")
set(TYPE_svg "image/svg+xml")

# The files stand behind "--", the last of the script's own arguments.
set(files "")
set(behind OFF)
foreach(at RANGE 1 ${CMAKE_ARGC})
  if(behind AND at LESS CMAKE_ARGC)
    get_filename_component(name ${CMAKE_ARGV${at}} NAME)
    list(APPEND files "${name}|${CMAKE_ARGV${at}}")
  elseif("${CMAKE_ARGV${at}}" STREQUAL "--")
    set(behind ON)
  endif()
endforeach()
list(SORT files)

set(arrays "")
set(table "")
set(number 0)
foreach(entry IN LISTS files)
  string(REGEX MATCH "^([^|]+)[|](.*)$" _ "${entry}")
  set(name ${CMAKE_MATCH_1})
  set(file ${CMAKE_MATCH_2})
  string(REGEX MATCH "[^.]+$" ending ${name})
  if(NOT DEFINED TYPE_${ending})
    message(FATAL_ERROR "${file}: no Content-Type is known for .${ending}")
  endif()
  if(name MATCHES "[.]min[.]js$")
    file(READ ${file} hex HEX)
  else()
    # Comments, indentation and most breaks of lines are for who reads the source: a fifth of the bytes. A comment
    # begins with "// " at the beginning of a line or behind a space, and no text in the code has that.
    file(READ ${file} text)
    string(REGEX REPLACE "(^|\n| )// [^\n]*" "\\1" text "${text}")
    string(REGEX REPLACE " +\n" "\n" text "${text}")
    string(REGEX REPLACE "\n[ \n]+" "\n" text "${text}")
    string(REGEX REPLACE "([(,{;])\n" "\\1" text "${text}")
    string(REGEX REPLACE "\n([)}])" "\\1" text "${text}")
    if(ending STREQUAL css)
      string(REGEX REPLACE "([:;,{]) +" "\\1" text "${text}")
    endif()
    string(HEX "${text}" hex)
  endif()
  string(SHA256 digest ${hex})
  string(SUBSTRING ${digest} 0 24 tag)
  string(REGEX REPLACE "(................................................................)" "\\1\"\n    \"" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
  string(APPEND arrays "constexpr std::string_view kBytes${number}(\n    \"${hex}\"sv);\n")
  string(APPEND table "    Asset{\"${name}\", \"${TYPE_${ending}}\", \"\\\"${tag}\\\"\", kBytes${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by tools/cmake/PdnsPage.cmake from src/page/assets.
#include <array>

#include \"page/assets.h\"

namespace pdns::page {
namespace {

using namespace std::string_view_literals;
${arrays}
constexpr std::array kAssets{
${table}};

}  // namespace

std::span<const Asset> Assets() { return kAssets; }

}  // namespace pdns::page
")
