// A JSON document, whole and in pieces: both readings agree, and what was read is written so that
// it reads the same.
#include <algorithm>
#include <string>

#include "check.h"
#include "json/reader.h"
#include "json/value.h"
#include "json/writer.h"
#include "unit/support/json_pieces.h"

namespace {

using pdns::json::Events;
using pdns::json::Writer;

// Copies a document; numbers as texts, for a Writer has no digits.
class Copy final : public Events {
 public:
  Writer json;

  void BeginObject() override { json.BeginObject(); }
  void EndObject() override { json.EndObject(); }
  void BeginArray() override { json.BeginArray(); }
  void EndArray(std::size_t /*elements*/) override { json.EndArray(); }
  void Key(std::string_view key) override { json.Key(key); }
  void Text(std::string_view text) override { json.Text(text); }
  void Number(std::string_view digits) override { json.Text(digits); }
  void Bool(bool truth) override { json.Bool(truth); }
  void Null() override { json.Text("null"); }
};

bool CopyInto(std::string_view text, std::size_t piece, Copy& copy) {
  pdns::testing::JsonPieces input(text, piece);
  const auto outcome = pdns::json::Read(input, {.depth = 16, .value_bytes = 1U << 20}, copy);
  return outcome.end == pdns::json::Outcome::End::kWhole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = pdns::AsText({data, size});
  Copy whole;
  const bool well = CopyInto(text, std::max<std::size_t>(size, 1), whole);
  Copy pieces;
  MUST_HOLD(CopyInto(text, 3, pieces) == well);
  MUST_HOLD(pdns::json::Parse(text, {.depth = 16}).ok() == well);
  if (!well) return 0;
  MUST_HOLD(pieces.json.text() == whole.json.text());
  Copy again;
  MUST_HOLD(CopyInto(whole.json.text(), size + 1, again));
  MUST_HOLD(again.json.text() == whole.json.text());
  return 0;
}
