// What a process tells the next one about a connection that it hands over: state bytes ->
// [HandedState] -> the connection goes on, and back.
//
// A foreign door: the bytes come from another program, perhaps of another version. What Encode
// would not have written is refused. Layout, version 1:
//
//   1 byte   version: 1
//   1 byte   0: before START (or behind STOP); 1: amid the data
//   1 byte   flags: bit 0: the peer sent READY and reads our answers; others 0
//   rest     the beginning of the piece that was not whole: length, then what came of it
//
// One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pdns::frame {

struct HandedState {
  bool in_data = false;
  bool both_ways = false;
  Bytes rest;  // borrowed; less than one whole piece
};

std::string EncodeHandedState(const HandedState& state);

// Nothing when the bytes are not ours; `rest` is a view of `bytes`, and may still be the beginning
// of no piece at all (Connection::Adopt looks at that).
std::optional<HandedState> DecodeHandedState(Bytes bytes);

}  // namespace pdns::frame
