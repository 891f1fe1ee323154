# The guests: every library the project links, found once. A room names its guest in src/CMakeLists.txt.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
pkg_check_modules(fstrm REQUIRED IMPORTED_TARGET libfstrm)
pkg_check_modules(protobuf_c REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(ldns REQUIRED IMPORTED_TARGET ldns)
pkg_check_modules(idn2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(rocksdb REQUIRED IMPORTED_TARGET rocksdb)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
find_package(BZip2 REQUIRED)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(lzma REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(lz4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(openssl REQUIRED IMPORTED_TARGET libssl libcrypto)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(rapidjson REQUIRED IMPORTED_TARGET RapidJSON)
pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)

# Loaded when a cluster is asked (src/store_clickhouse/curl_library.h), so no program is linked with it.
set_property(TARGET PkgConfig::libcurl PROPERTY INTERFACE_LINK_LIBRARIES ${CMAKE_DL_LIBS})

# Without this ldns's header defines bool as a macro of its own, which breaks the standard library's.
set_property(TARGET PkgConfig::ldns APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS HAVE_STDBOOL_H)

# The only guest that asks for -pthread. glibc needs none, and precompiled headers are shared with those without.
set_property(TARGET PkgConfig::re2 PROPERTY INTERFACE_COMPILE_OPTIONS "")

# Its stack steps from a null pointer before it has memory. Said of its headers alone; ours stay looked at.
if(PDNS_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # A compiler cache knows of this file what the command line says. So its name tells its content, and its path is
  # relative, the same in each clone, where the generator compiles in the build folder.
  file(MD5 ${CMAKE_CURRENT_LIST_DIR}/rapidjson_ignore.txt content)
  set(ignored rapidjson_ignore.${content}.txt)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/rapidjson_ignore.txt ${CMAKE_BINARY_DIR}/${ignored} COPYONLY)
  if(NOT CMAKE_GENERATOR STREQUAL Ninja)
    string(PREPEND ignored ${CMAKE_BINARY_DIR}/)
  endif()
  set_property(TARGET PkgConfig::rapidjson APPEND PROPERTY INTERFACE_COMPILE_OPTIONS -fsanitize-ignorelist=${ignored})
endif()

# A tool spends most of its start on looking up the symbols of RocksDB and of ldns's OpenSSL. With their
# archives linked in, pdns-query answers in 13 ms where it took 21. Tests keep to the shared libraries, and
# so does everything where an archive is missing.
option(PDNS_STATIC_GUESTS "Link RocksDB, ldns, RE2 and libidn2 into the tools" ON)

# pdns_static_guest(GUEST ARCHIVE...): for targets with the property PDNS_STATIC.
function(pdns_static_guest guest)
  set(archives "")
  foreach(name IN LISTS ARGN)
    find_library(PDNS_ARCHIVE_${name} NAMES lib${name}.a)
    mark_as_advanced(PDNS_ARCHIVE_${name})
    if(NOT PDNS_ARCHIVE_${name})
      message(STATUS "${guest} stays a shared library: no lib${name}.a")
      return()
    endif()
    list(APPEND archives ${PDNS_ARCHIVE_${name}})
  endforeach()
  get_target_property(shared ${guest} INTERFACE_LINK_LIBRARIES)
  set_property(TARGET ${guest} PROPERTY INTERFACE_LINK_LIBRARIES
               "$<IF:$<BOOL:$<TARGET_PROPERTY:PDNS_STATIC>>,${archives},${shared}>")
endfunction()

if(PDNS_STATIC_GUESTS)
  pdns_static_guest(PkgConfig::rocksdb rocksdb snappy z bz2 lz4 zstd gflags)
  pdns_static_guest(PkgConfig::zlib z)
  pdns_static_guest(PkgConfig::lz4 lz4)
  pdns_static_guest(PkgConfig::zstd zstd)
  pdns_static_guest(PkgConfig::ldns ldns ssl crypto)
  pdns_static_guest(PkgConfig::re2 re2)
  pdns_static_guest(PkgConfig::idn2 idn2 unistring)
  if(PDNS_ARCHIVE_ldns)  # the shared ldns brings the shared OpenSSL: one copy of it, never two
    pdns_static_guest(PkgConfig::openssl ssl crypto)
  endif()
endif()
