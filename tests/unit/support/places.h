// Where the source tree keeps what tests read. The paths are compiled into one file (places.cc.in),
// not defined on the command line of each: a compiler cache then serves a clone in another folder.
#pragma once

namespace pdns::testing {

extern const char* const kTestData;  // tests/data
extern const char* const kSchema;    // schema

}  // namespace pdns::testing
