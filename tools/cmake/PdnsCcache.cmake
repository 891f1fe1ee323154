# Compiles through ccache where it is installed, unless a launcher was chosen already. A clone in another folder
# reuses what this one compiled: ccache gets the source folder as its base, so that it hashes relative paths, and
# leaves the working directory out of the hash. The settings are part of the launcher, so that a plain
# `cmake --build` has them. Included after project() and before the first target.
#
# ccache hashes a precompiled header only if the compiler marks its use (-fpch-preprocess) and the sloppiness allows
# it. clang writes the absolute path of the header's source into the precompiled header and later asks for that
# file: one from the cache is useless in another folder, or after the first folder is gone. Under clang with ccache
# nothing is precompiled, therefore.
option(PDNS_CCACHE "Compile through ccache where it is installed" ON)
if(NOT PDNS_CCACHE OR CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_C_COMPILER_LAUNCHER)
  return()
endif()
find_program(PDNS_CCACHE_PROGRAM ccache)
mark_as_advanced(PDNS_CCACHE_PROGRAM)
if(NOT PDNS_CCACHE_PROGRAM)
  return()
endif()

set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${PDNS_CCACHE_PROGRAM})
set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
else()
  list(APPEND CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -fpch-preprocess)
endif()
