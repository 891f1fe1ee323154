// A line of an import: no bytes do more than be refused with a reason; what is read quickly reads
// the same by the library; a row that is taken, and written as an export writes it, reads back.
// Input: the line; or a byte 00, rrtype u16 and rdata, whose text must read back.
#include <algorithm>
#include <string>

#include "check.h"
#include "dns/presentation/rdata_from_text.h"
#include "dns/presentation/rdata_text.h"
#include "json/reader.h"
#include "source/cof_line.h"
#include "source/line_reader.h"
#include "source/quick_json.h"

namespace {

using pdns::source::CofParser;
using pdns::source::CofRow;

// All that is told, as one text.
class Recorder final : public pdns::json::Events {
 public:
  void BeginObject() override { told += '{'; }
  void EndObject() override { told += '}'; }
  void BeginArray() override { told += '['; }
  void EndArray(std::size_t elements) override { told += ']' + std::to_string(elements); }
  void Key(std::string_view key) override { Add('k', key); }
  void Text(std::string_view text) override { Add('t', text); }
  void Number(std::string_view digits) override { Add('n', digits); }
  void Bool(bool truth) override { told += truth ? '1' : '0'; }
  void Null() override { told += '-'; }

  std::string told;

 private:
  void Add(char kind, std::string_view text) {
    told += kind + std::to_string(text.size()) + ':';
    told += text;
  }
};

class TextInput final : public pdns::json::Input {
 public:
  explicit TextInput(std::string_view text) : text_(text) {}
  std::string_view Peek() override { return text_; }
  void Pass(std::size_t size) override { text_.remove_prefix(size); }

 private:
  std::string_view text_;
};

void CheckQuick(std::string_view line) {
  const pdns::json::Limits limits{.depth = 16, .values = 1000};
  Recorder quick;
  if (!pdns::source::ReadQuickly(line, limits, quick)) return;
  Recorder whole;
  TextInput input(line);
  MUST_HOLD(pdns::json::Read(input, limits, whole).end == pdns::json::Outcome::End::kWhole);
  MUST_HOLD(quick.told == whole.told);
}

void CheckRow(const CofRow& row) {
  MUST_HOLD(row.rdata_count + row.rdata_refused <= CofParser::kMostRdata);
  MUST_HOLD(row.time_first <= row.time_last && row.count > 0);
  for (std::size_t i = 1; i < row.days.size(); ++i)
    MUST_HOLD(row.days[i].first - row.days[i - 1].last > std::chrono::days(1));
  for (std::size_t i = 0; i < row.rdata_count; ++i) {
    const auto again = pdns::dns::CanonicalLoneRdata(row.type, pdns::AsBytes(row.rdata[i]));
    MUST_HOLD(again == row.rdata[i]);
  }
}

void CheckRdata(pdns::Bytes bytes) {
  pdns::Cursor cursor(bytes);
  const auto type = static_cast<pdns::record::RrType>(cursor.U16());
  const auto rdata = pdns::dns::CanonicalLoneRdata(type, cursor.Read(cursor.left()));
  if (!cursor.ok() || !rdata.has_value()) return;
  const std::string text = pdns::dns::RdataToText(type, pdns::AsBytes(*rdata));
  const auto read = pdns::dns::RdataFromText(type, text);
  MUST_HOLD(!read.has_value() || *read == *rdata);
  // Addresses, names, strings and the generic form are always read.
  MUST_HOLD(read.has_value() || !text.starts_with("\\#"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0 && data[0] == 0) {
    CheckRdata({data + 1, size - 1});
    return 0;
  }
  const std::string_view line = pdns::AsText({data, std::min(size, pdns::source::kLongestLine)});
  CheckQuick(line);
  CofParser parser;
  const CofRow* row = parser.Parse(line);
  if (row != nullptr) {
    CheckRow(*row);
  } else {
    MUST_HOLD(!parser.why().empty() && parser.why().size() < 400);
    MUST_HOLD(std::all_of(parser.why().begin(), parser.why().end(),
                          [](char c) { return c >= 0x20 && c <= 0x7e; }));
  }
  return 0;
}
