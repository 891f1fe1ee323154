// DNS messages read for showing: views inside the message, text that is 7-bit, and down to the
// questions the same as the whole.
#include <algorithm>
#include <string>

#include "check.h"
#include "dns/message.h"
#include "dns/presentation/message_text.h"
#include "dns/text.h"
#include "record/name.h"

namespace {

void CheckInert(const std::string& text) {
  MUST_HOLD(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
}

void CheckName(const std::string& name) {
  MUST_HOLD(pdns::record::NameLength(pdns::AsBytes(name)) == name.size());
  CheckInert(pdns::dns::NameToText(pdns::AsBytes(name)));
}

void CheckInside(pdns::Bytes whole, pdns::Bytes part) {
  MUST_HOLD(part.empty() || (part.data() >= whole.data() &&
                             part.data() + part.size() <= whole.data() + whole.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes wire(data, size);
  const auto message = ReadMessage(wire, pdns::dns::Depth::kAll);
  const auto head = ReadMessage(wire, pdns::dns::Depth::kQuestions);
  MUST_HOLD(message.header.has_value() == head.header.has_value());
  MUST_HOLD(message.questions.size() == head.questions.size());
  CheckInert(message.fault);
  for (const auto& question : message.questions) CheckName(question.name);
  for (const auto& record : message.records) {
    CheckName(record.owner);
    CheckInside(wire, record.rdata);
    CheckInert(TextOfRdata(message, record).text);
  }
  if (!message.edns.has_value()) return 0;
  for (const auto& option : message.edns->options) {
    CheckInside(wire, option.data);
    CheckInert(EdnsOptionText(option));
  }
  return 0;
}
