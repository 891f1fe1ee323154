// Rows for spreadsheets and scripts: Hit -> [Separated] -> one line a row, below a heading of
// rrname,rrtype,rdata,time_first,time_last,count,bailiwick[,days_active,days]
// [,seq,time_committed,new][,reason][,path][,asked,line]. An unknown bailiwick is an empty field.
//
// CSV as RFC 4180 has it: CRLF, quotes where a field needs them. TSV: tabs and LF; no field holds
// either, so nothing is quoted. A rdata or a text that begins with = + - or @ is a formula to a
// spreadsheet, and comes from anybody; `safe` puts an apostrophe before it, which spreadsheets show
// as text. Without it fields are what they are, for programs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "render/writer.h"

namespace pdns::render {

enum class Separator : std::uint8_t { kCsv, kTsv };

// One line of such a file, with its end; for kTsv no field holds a tab or a line's end.
std::string SeparatedLine(Separator kind, const std::vector<std::string>& fields, bool safe);

// One thread at a time.
class Separated final : public Writer {
 public:
  Separated(Separator kind, Look look, TextSink write)
      : Writer(std::move(look), std::move(write)), kind_(kind) {}

  void Add(const query::Hit& hit) override;
  void Finish() override;

  void Hits(const query::KnownList& hits) override;

 private:
  void WriteHeading();

  Separator kind_;
  bool heading_written_ = false;
};

}  // namespace pdns::render
