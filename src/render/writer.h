// An answer as text: rows, or what is shown in their place -> [Writer] -> lines, for a person or a
// program. render/format.h makes the one that was asked for by name.
//
// All text is 7-bit: nothing in a row, in what was asked or in a path can steer a terminal, or
// break the frame of its format. Only tables and charts for a person may colour.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/hit.h"
#include "query/pivot.h"
#include "query/request.h"
#include "query/summary.h"
#include "record/statistics.h"

namespace pdns::render {

// How an answer looks. A format takes what concerns it, and passes over the rest.
struct Look {
  bool colour = false;  // for a person
  unsigned width = 0;   // for a person: columns of the terminal; 0: unlimited, never wrap
  bool local = false;   // times in local time with its offset, else in UTC; JSON has seconds always
  bool wire = false;    // Format::wire: rdata_wire
  bool csv_safe = false;  // Format::spreadsheet: no field is a formula to a spreadsheet
  bool reason = false;    // why a row is quarantined
  bool asked = false;     // several things were asked: which one, and its line
  bool path = false;      // of a pivot
  bool days = false;      // Format::days: the UTC days on which a row was seen
  bool fresh = false;     // what Hit::new_mark says of a row of the journal
  // The names of sensors by their numbers, as store::Snapshot::sensors has them; empty: rows do not
  // say which sensor saw them.
  std::vector<std::string> sensors{};
};

// What the rows of a request have beside the common columns.
Look LookOf(const query::Request& request, std::vector<std::string> sensors);

// Gets text in pieces of one line or more, views that are good for the call.
using TextSink = std::function<void(std::string_view)>;

// Rows with Add and at their end Finish, or one of the others alone, whole. A format that has no
// form of its own for one of these shows it as text for a person. Memory: what each format's header
// says. One thread at a time.
class Writer {
 public:
  Writer(Look look, TextSink write) : look_(std::move(look)), write_(std::move(write)) {}
  virtual ~Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  virtual void Add(const query::Hit& hit) = 0;

  // Time passes and people wait: shows what is held back for looks only.
  virtual void Tick() {}

  // Writes what is held back, and the heading that a program expects even above no rows. Call last.
  virtual void Finish() = 0;

  virtual void Hits(const query::KnownList& hits);
  virtual void Summary(const query::Summary& summary);
  virtual void Count(std::uint64_t rows);
  // `complete`: all was counted.
  virtual void Statistics(const record::Statistics& statistics, bool complete);
  // For Graphviz, in every format.
  virtual void Graph(std::span<const query::PivotNode> nodes,
                     std::span<const query::PivotEdge> edges);

 protected:
  const Look& look() const { return look_; }
  void Write(std::string_view text) const { write_(text); }

 private:
  Look look_;
  TextSink write_;
};

}  // namespace pdns::render
