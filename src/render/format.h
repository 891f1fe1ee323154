// The formats by their names: text -> [FindFormat] -> Format -> a Writer. The names stand in one
// table (format.cc), which --format, its help and what goes with which option are made from, and
// which completion is held to: a new format is a Writer of its own and a row there.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "query/request.h"
#include "render/writer.h"

namespace pdns::render {

// A row of the table: what a format is called, and which looks it has. Rows stand for all of the
// program's life. Any thread.
struct Format {
  std::string_view name;
  std::unique_ptr<Writer> (*make)(Look look, TextSink write);
  query::Show rows = query::Show::kRows;  // what rows become in it: names or values, once each
  bool by_name = true;                    // --format takes its name; else an option of its own does
  bool days = false;                      // Look::days
  bool wire = false;                      // Look::wire
  bool spreadsheet = false;               // Look::csv_safe
  bool statistics = false;                // has a form for Writer::Statistics
};

// In the order in which people are told of them; the first is what is shown unless another is asked
// for.
std::span<const Format> Formats();

// Null: there is none of that name. Exactly as it stands in the table, in lower case.
const Format* FindFormat(std::string_view name);

// "table, json, csv": those by_name for which `has` is true; without it all of them.
std::string FormatNames(std::string_view between, bool Format::*has = &Format::by_name);

}  // namespace pdns::render
