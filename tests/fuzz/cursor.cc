// A cursor as it is pasted into --cursor: what is accepted comes back as the same text.
#include <algorithm>

#include "check.h"
#include "query/answer_cursor.h"

namespace {

using pdns::query::AnswerCursor;
using pdns::query::CursorFromText;
using pdns::query::CursorToText;

// Whatever is read is written as it was; of the seal, which is of what was asked, only its place.
void CheckRead(std::string_view text) {
  const auto cursor = CursorFromText(text, "");
  if (!cursor.ok()) return;
  const auto again = CursorFromText(CursorToText(*cursor, ""), "");
  MUST_HOLD(again.ok() && *again == *cursor);
}

// A cursor made of the bytes: all of its parts are what a row may have.
AnswerCursor MakeCursor(pdns::Bytes bytes) {
  pdns::Cursor read(bytes);
  AnswerCursor cursor;
  cursor.number = read.U32();
  cursor.place.question = read.U8();
  cursor.place.row.type = static_cast<pdns::record::RrType>(read.U16());
  const std::size_t at = std::min<std::size_t>(std::size_t{2} * read.U8(), read.left());
  cursor.place.row.at = pdns::AsText(read.Read(at));
  const pdns::Bytes rest = bytes.last(read.left());
  const std::size_t owner = pdns::record::NameLength(rest);
  const auto name = pdns::record::Name::FromWire(rest.first(owner));
  cursor.place.row.owner = name.value_or(pdns::record::Name());
  cursor.place.row.rdata_id = pdns::record::RdataId(rest.subspan(owner));
  return cursor;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  CheckRead(pdns::AsText(bytes));
  CheckRead(pdns::ToHex(bytes));
  const AnswerCursor cursor = MakeCursor(bytes);
  const std::string text = CursorToText(cursor, "asked");
  const auto again = CursorFromText(text, "asked");
  MUST_HOLD(again.ok() && *again == cursor);
  MUST_HOLD(CursorToText(*again, "asked") == text);
  MUST_HOLD(!CursorFromText(text, "asked else").ok());
  return 0;
}
