// A cursor as it is pasted into --cursor: what is accepted comes back as the same text.
#include <algorithm>

#include "check.h"
#include "query/answer_cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pdns::query::CursorFromText;
  using pdns::query::CursorToText;
  const pdns::Bytes bytes(data, size);
  static_cast<void>(CursorFromText(pdns::AsText(bytes), "").ok());
  static_cast<void>(CursorFromText(pdns::ToHex(bytes), "").ok());
  pdns::query::AnswerCursor cursor;
  cursor.place.question = size;
  cursor.place.key = pdns::AsText(bytes.first(std::min<std::size_t>(size, 512)));
  const std::string text = CursorToText(cursor, "asked");
  const auto again = CursorFromText(text, "asked");
  MUST_HOLD(again.ok() == (size > 0));
  MUST_HOLD(!again.ok() || CursorToText(*again, "asked") == text);
  MUST_HOLD(!CursorFromText(text, "asked else").ok());
  return 0;
}
