// An answer as text: Hit -> [Format] -> lines, for a person or a program.
//
// All text is 7-bit: nothing in a row, in what was asked or in a path can steer a terminal, or
// break the frame of its format. Only kTable may colour.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/hit.h"

namespace pdns::render {

enum class FormatKind : std::uint8_t {
  kTable,   // aligned columns with a heading
  kJson,    // Passive DNS Common Output Format, one object a line (schema/rows.md)
  kCsv,     // RFC 4180, with a heading
  kTsv,     // the same columns by tabs, LF, nothing quoted
  kDig,     // lines of a zone file; what no zone can hold as comments
  kNames,   // rrnames, one a line; one equal to the line before is dropped
  kValues,  // rdata, the same
};

struct FormatOptions {
  bool colour = false;  // kTable
  unsigned width = 0;   // kTable: columns of the terminal; 0: unlimited, never fold
  bool local = false;   // times in local time with its offset, else in UTC; JSON has seconds always
  bool wire = false;    // kJson: rdata_wire
  bool csv_safe = false;  // kCsv, kTsv: no field is a formula to a spreadsheet
  bool reason = false;    // why a row is quarantined
  bool asked = false;     // several things were asked: which one, and its line
  bool path = false;      // of a pivot
  bool days = false;      // kTable, kJson, kCsv, kTsv: the UTC days on which a row was seen
  bool fresh = false;     // the same four: what Hit::new_mark says of a row of the journal
  // kJson: the names of sensors by their numbers, as store::Snapshot::sensors has them; empty: rows
  // do not say which sensor saw them.
  std::vector<std::string> sensors{};
};

// Gets text in pieces of one line or more, views that are good for the call.
using TextSink = std::function<void(std::string_view)>;

class Format {
 public:
  virtual ~Format() = default;

  virtual void Add(const query::Hit& hit) = 0;

  // Time passes and people wait: shows what is held back for looks only.
  virtual void Tick() {}

  // Writes what is held back, and the heading that a program expects even above no rows. Call last.
  virtual void Finish() = 0;
};

std::unique_ptr<Format> MakeFormat(FormatKind kind, const FormatOptions& options, TextSink write);

// "table", "json", "csv", "tsv", "dig", "names", "values".
std::optional<FormatKind> FormatFromText(std::string_view text);

}  // namespace pdns::render
