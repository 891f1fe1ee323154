// Text that people paste and lists that others wrote: indicators, patterns, times.
#include "ask/indicator.h"

#include <string>

#include "ask/name_pattern.h"
#include "ask/refang.h"
#include "ask/when.h"
#include "check.h"
#include "dns/text.h"
#include "record/tuple_key.h"

namespace {

using pdns::ask::NamePattern;

// A name in wire form at the front; the root where there is none.
pdns::record::Name ReadName(std::string_view& text) {
  const std::size_t size = pdns::record::NameLength(pdns::AsBytes(text));
  const auto name = pdns::record::Name::FromWire(pdns::AsBytes(text.substr(0, size)));
  text.remove_prefix(size);
  return name.value_or(pdns::record::Name());
}

void CheckPattern(const pdns::Result<NamePattern>& pattern, const pdns::record::Name& name) {
  if (!pattern.ok()) return;
  std::string ordered;
  pdns::record::AppendOrderedName(ordered, name.wire());
  const bool matches = pattern->Matches(name);
  MUST_HOLD(!matches || ordered.starts_with(pattern->prefix()));
  MUST_HOLD(matches || pattern->filters() || !ordered.starts_with(pattern->prefix()));
  MUST_HOLD(!pattern->exact() || !matches || ordered == pattern->prefix());
  for (int again = 0; again < 2; ++again) {
    std::string jump;
    const auto step = pattern->Match(ordered + "x", jump);
    MUST_HOLD((step == pdns::store::Step::kTake) == matches);
    MUST_HOLD(step != pdns::store::Step::kJump || jump > ordered);
  }
  pattern->Match(ordered.substr(1), ordered);
}

void CheckBlock(const pdns::ask::Indicator& indicator) {
  const auto& block = indicator.block;
  MUST_HOLD(block.size == 4 || block.size == 16);
  MUST_HOLD(block.first <= block.last);
  const auto again = pdns::ask::ParseIndicator(indicator.understood);
  MUST_HOLD(again.ok() && !again->changed);
  MUST_HOLD(again->block.first == block.first && again->block.last == block.last);
}

void CheckIndicator(std::string_view text, const pdns::record::Name& name) {
  const auto indicator = pdns::ask::ParseIndicator(text);
  static_cast<void>(pdns::ask::PtrName(text).ok());
  if (!indicator.ok()) return;
  if (indicator->kind == pdns::ask::Indicator::Kind::kBlock) return CheckBlock(*indicator);
  const auto pattern = NamePattern::Parse(indicator->name);
  MUST_HOLD(pattern.ok());
  CheckPattern(pattern, name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using std::chrono::sys_seconds;
  std::string_view text = pdns::AsText({data, size});
  const pdns::record::Name name = ReadName(text);
  const std::string plain = pdns::ask::Refang(text);
  MUST_HOLD(plain.size() <= text.size());
  CheckIndicator(text, name);
  CheckPattern(NamePattern::Parse(text), name);
  CheckPattern(NamePattern::Glob(text), name);
  const auto span = pdns::ask::ParseWhen(text, sys_seconds(std::chrono::seconds(1795372876)));
  MUST_HOLD(!span.ok() || (sys_seconds() <= span->first && span->first <= span->last));
  return 0;
}
