// A row of any bytes in every format: 7-bit, no control characters but those of the format, and CSV
// with its fields. Input: length of the owner u8, owner, rrtype u16, rdata.
#include <algorithm>
#include <string>

#include "check.h"
#include "record/name.h"
#include "render/format.h"

namespace {

bool IsInert(std::string_view text, std::string_view kind) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 0x20 && c <= 0x7e) || c == '\n' || (c == '\r' && kind == "csv") ||
           (c == '\t' && kind == "tsv");
  });
}

// Fields of all lines, by RFC 4180 with CRLF. A quote stands only where a field begins or ends, or
// doubled within.
std::size_t CsvFields(std::string_view text) {
  std::size_t fields = 0;
  for (std::size_t at = 0; at < text.size(); ++fields) {
    if (text[at] == '"') {
      for (++at;; at += 2) {
        at = text.find('"', at);
        MUST_HOLD(at < text.size());
        if (text.substr(at, 2) != "\"\"") break;
      }
      ++at;
    } else {
      at = std::min(text.find_first_of("\",\r\n", at), text.size());
    }
    const bool line_ends = text.substr(at, 2) == "\r\n";
    MUST_HOLD(line_ends || text.substr(at, 1) == ",");
    at += line_ends ? 2 : 1;
  }
  return fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pdns::Cursor cursor({data, size});
  const auto owner = pdns::record::Name::FromWire(cursor.Read(cursor.U8()));
  const auto type = static_cast<pdns::record::RrType>(cursor.U16());
  const pdns::Bytes rdata = cursor.Read(cursor.left());
  if (!cursor.ok() || !owner.has_value() || rdata.size() > 65535) return 0;
  const pdns::query::Asked asked{pdns::AsText(rdata), 1};
  const std::string path(pdns::AsText(rdata));
  const pdns::query::NewMark fresh{1, {}, pdns::store::NewKind::kName};
  const pdns::query::Hit hit{{owner->wire(), type, rdata}, {}, &asked, {&path, 1}, {}, fresh};
  for (const pdns::render::Format& format : pdns::render::Formats()) {
    std::string text;
    const auto writer = format.make({.width = 100,
                                     .wire = true,
                                     .reason = true,
                                     .asked = true,
                                     .path = true,
                                     .days = true,
                                     .fresh = true,
                                     .sensors = {path}},
                                    [&](std::string_view piece) { text += piece; });
    writer->Add(hit);
    writer->Finish();
    MUST_HOLD(text.ends_with('\n') && IsInert(text, format.name));
    if (format.name == "csv") MUST_HOLD(CsvFields(text) == 2 * 16);
  }
  return 0;
}
