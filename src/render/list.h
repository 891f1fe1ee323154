// Rows for pipes: Hit -> [List] -> the rrname or the rdata alone, one a line. That each stands once
// is query's to see to (query::Show::kNames, kValues). A line of names is read as that name by
// ask::AskName and so by -f.
#pragma once

#include <cstdint>
#include <utility>

#include "render/writer.h"

namespace pdns::render {

// One thread at a time.
class List final : public Writer {
 public:
  enum class Kind : std::uint8_t { kNames, kValues };
  List(Kind kind, Look look, TextSink write)
      : Writer(std::move(look), std::move(write)), kind_(kind) {}

  void Add(const query::Hit& hit) override;
  void Finish() override {}

 private:
  Kind kind_;
};

}  // namespace pdns::render
