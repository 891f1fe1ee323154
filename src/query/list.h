// Many things asked at once: lines of a file -> [ReadList] -> what they ask for, in the order of
// the database, so that one pass over it answers all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/selection.h"

namespace pdns::query {

struct Listed {
  std::string text;        // for AskName
  std::uint64_t line = 0;  // from 1
  store::Side side = store::Side::kOwner;
  std::string from;  // where its span of that side begins
};

// Told the line and what is wrong with it.
using BadLine = std::function<void(std::uint64_t line, std::string_view text, const Status& why)>;

// One indicator a line, as AskName takes them; blank lines and what stands behind a `#` at the
// start of a line or behind a blank are passed over. Bad lines are told and left out. kIo.
Result<std::vector<Listed>> ReadList(std::istream& lines, const BadLine& bad);

}  // namespace pdns::query
