# The guests: every library the project links, found once. A room names its guest in src/CMakeLists.txt.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
pkg_check_modules(fstrm REQUIRED IMPORTED_TARGET libfstrm)
pkg_check_modules(protobuf_c REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(ldns REQUIRED IMPORTED_TARGET ldns)
pkg_check_modules(rocksdb REQUIRED IMPORTED_TARGET rocksdb)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(rapidjson REQUIRED IMPORTED_TARGET RapidJSON)

# Without this ldns's header defines bool as a macro of its own, which breaks the standard library's.
set_property(TARGET PkgConfig::ldns APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS HAVE_STDBOOL_H)
