// Rows for people: Hit -> [Table] -> aligned columns, with a heading.
//
// The widths are those of the first rows, which are held back until they are known: 1000 of them,
// 4 MiB, or what there is when time passes (Tick). Nothing is ever cut: without a terminal's width
// a later row that is wider pushes its line out; with one its cells go on below, in their column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "render/writer.h"

namespace pdns::render {

// One thread at a time.
class Table final : public Writer {
 public:
  Table(Look how, TextSink write);

  void Add(const query::Hit& hit) override;
  void Tick() override { Release(true); }
  void Finish() override { Release(false); }

 private:
  enum class Kind : std::uint8_t {
    kTime,      // wraps between date and time, when nothing else helps
    kFixed,     // never wraps
    kFlexible,  // wraps anywhere
  };
  struct Column {
    std::string_view heading;
    Kind kind;
    bool right = false;
    std::string_view colour{};
  };
  using Line = std::vector<std::string>;
  using Widths = std::vector<std::size_t>;

  void Release(bool more_to_come);
  void FitWidths(bool more_to_come);
  void WrapTimes();
  std::size_t WrappedRows() const;
  bool ShareAmongFlexible(std::size_t least);
  void GiveSlack();
  std::size_t Total() const;

  Widths WidthsFor(const Line& line) const;
  std::vector<std::string_view> Pieces(std::size_t column, std::string_view cell,
                                       std::size_t width) const;
  void WriteRow(const Line& line, bool heading);

  std::vector<Column> columns_;
  std::vector<Line> held_;
  std::size_t held_bytes_ = 0;
  Widths widths_;
  bool widths_known_ = false;
};

}  // namespace pdns::render
