// Rows for pipes: Hit -> [List] -> the rrname or the rdata alone, one a line. A line equal to the
// one before is dropped, so that of sorted rows each stands once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "render/format.h"

namespace pdns::render {

class List final : public Format {
 public:
  enum class Kind : std::uint8_t { kNames, kValues };
  List(Kind kind, TextSink write) : kind_(kind), write_(std::move(write)) {}

  void Add(const query::Hit& hit) override;
  void Finish() override {}

 private:
  Kind kind_;
  TextSink write_;
  std::string last_;  // with its newline; "" before the first
};

}  // namespace pdns::render
