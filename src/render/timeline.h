// When rows were seen, as bars: Hit -> [Timeline] -> "rrname rrtype rdata |   ====   |", one line a
// row on one common axis, whose ends are labelled above.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "render/writer.h"

namespace pdns::render {

// Keeps the first 10,000 rows and counts the rest. It is a chart: a name or rdata that is too long
// for its column ends in "..", nothing longer than 200 characters is kept. No line is wider than
// Look::width from 60 on (0: bars of 60 beside whole names). A bar has one mark at least: '=', or
// '*' for a single instant. Nothing is written without rows. One thread at a time.
class Timeline final : public Writer {
 public:
  Timeline(Look look, TextSink write) : Writer(std::move(look), std::move(write)) {}

  void Add(const query::Hit& hit) override;
  void Finish() override;

 private:
  struct Row {
    std::string name;
    std::string type;
    std::string rdata;
    std::chrono::sys_seconds first;
    std::chrono::sys_seconds last;
  };
  struct Axis {
    std::chrono::sys_seconds begin;
    std::chrono::sys_seconds end;
    std::size_t bar;  // characters
  };
  struct Layout {
    std::size_t name;
    std::size_t type;
    std::size_t rdata;
    std::size_t bar;
  };

  Layout Fit(unsigned width) const;
  static std::string Bar(const Row& row, const Axis& axis);
  static std::string AxisLines(const Axis& axis, std::size_t at, bool local);

  std::vector<Row> rows_;
  std::uint64_t not_drawn_ = 0;
};

}  // namespace pdns::render
