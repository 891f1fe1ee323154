// A JSON document that comes in pieces, for tests and fuzz targets of json::Read.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <string_view>

#include "json/reader.h"

namespace pdns::testing {

// A text in pieces of `size` bytes.
class JsonPieces final : public json::Input {
 public:
  JsonPieces(std::string_view text, std::size_t size) : rest_(text), size_(size) {}
  std::string_view Peek() override { return rest_.substr(0, size_); }
  void Pass(std::size_t size) override { rest_.remove_prefix(size); }

 private:
  std::string_view rest_;
  std::size_t size_;
};

}  // namespace pdns::testing
